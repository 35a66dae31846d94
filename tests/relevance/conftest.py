"""The demo library on the real model, built once: its assets, deals and vocabulary, no use yet."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contentlib.clock import FixedClock
from contentlib.library import Library
from contentlib.settings import load_settings
from web.cli.demo import fill_shelves
from web.wiring import open_library

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo_library(
    tmp_path_factory: pytest.TempPathFactory, derived_folder: Path
) -> Iterator[Library]:
    """Changed only by what a test adds of its own: links and sends, never assets."""
    folder = tmp_path_factory.mktemp("demo")
    library = open_library(
        load_settings(data_dir=folder),
        clock=FixedClock(MONDAY),
        derived_from=derived_folder,
        migrate=True,
    )
    fill_shelves(library)
    yield library
    library.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder in one process: the library is built once."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("relevance"))
