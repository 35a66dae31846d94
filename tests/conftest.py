"""Fixtures that many tests share. What they build stands in databases, factories and cast."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from contentlib.library import Library
from tests.cast import Cast, hire
from tests.databases import postgresql_urls, sqlite_urls
from tests.factories import make_library

# how long an example takes says how busy the machine is, and nothing of the code
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")


@pytest.fixture(scope="session")
def new_sqlite() -> Iterator[Callable[[Path], str]]:
    with sqlite_urls() as make:
        yield make


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[[Path], str]]:
    with postgresql_urls() as make:
        yield make


@pytest.fixture(scope="session")
def derived_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the query model and embeddings are kept, once for all tests and test processes."""
    base = tmp_path_factory.getbasetemp()
    in_a_process_beside_others = "PYTEST_XDIST_WORKER" in os.environ
    folder = (base.parent if in_a_process_beside_others else base) / "derived"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def with_query_model(derived_folder: Path) -> Callable[[Path], Path]:
    """Gives a data folder the query model, which takes half a minute to derive, once."""
    from indexer.embed import open_embedder

    open_embedder(derived_folder / "models").ensure_query_model()

    def give(data_dir: Path) -> Path:
        shutil.copytree(derived_folder / "models", data_dir / "models", copy_function=os.link)
        return data_dir

    return give


@pytest.fixture
def library(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    """An empty library on SQLite, its clock standing still on a Monday morning."""
    new_sqlite(tmp_path)
    opened = make_library(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """The same test on both databases."""
    make: Callable[[Path], str] = request.getfixturevalue(f"new_{request.param}")
    opened = make_library(tmp_path, database_url=make(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def cast(library: Library) -> Cast:
    """The people of the stories, hired into `library`."""
    return hire(library)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: a missing part must not hide what it would have shown."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if os.environ.get("CI") == "true" and skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
