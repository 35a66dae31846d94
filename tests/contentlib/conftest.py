"""Services, queries and reactions are tested on both databases, every one of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contentlib.library import Library
from tests.factories import make_library


@pytest.fixture(params=["sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """An empty library, its clock standing still on a Monday morning."""
    make: Callable[[Path], str] = request.getfixturevalue(f"new_{request.param}")
    opened = make_library(tmp_path, database_url=make(tmp_path))
    yield opened
    opened.close()
