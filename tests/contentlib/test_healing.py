"""What is derived heals from the truth, and what differs is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contentlib.checking import check_index
from contentlib.library import Library
from contentlib.reactions import heal_index
from contentlib.worker import Worker
from indexer import EmbeddedIndex
from tests.factories import make_asset, make_library
from tests.indexer.hashing import HashingEmbedder


@pytest.fixture
def indexed(tmp_path: Path, library: Library) -> Iterator[Library]:
    """The library again, with a real index on disk that holds two assets."""
    opened = make_library(
        tmp_path,
        database_url=library.settings.database_url,
        index=EmbeddedIndex(tmp_path / "index", HashingEmbedder()),
    )
    make_asset(opened, "Dock queues", "Trailers wait at the dock.")
    make_asset(opened, "Cold stores", "Freezing costs energy.")
    Worker(opened).drain()
    yield opened
    opened.close()


@contextmanager
def _afresh(library: Library, folder: Path) -> Iterator[Library]:
    """Another process's view: nothing of the index is in memory."""
    opened = make_library(
        folder,
        database_url=library.settings.database_url,
        index=EmbeddedIndex(folder / "index", HashingEmbedder()),
    )
    yield opened
    opened.close()


def test_a_damaged_index_is_rebuilt_without_a_word_from_anybody(
    indexed: Library, tmp_path: Path
) -> None:
    for path in (tmp_path / "index").rglob("*"):
        if path.is_file() and path.suffix not in (".lock", ".sqlite"):
            path.write_bytes(b"\0" * 10)
    with _afresh(indexed, tmp_path) as damaged:
        assert damaged.index.state().problem is not None
        heal_index(damaged)
        assert damaged.index.state().problem is None
        assert check_index(damaged) == []


def test_what_the_index_lacks_or_holds_too_much_is_found_and_repaired(
    indexed: Library, tmp_path: Path
) -> None:
    held = sorted(indexed.index.revisions())
    indexed.index.remove(held[:1])
    findings = check_index(indexed)
    assert [f.sentence for f in findings] == ["“Dock queues” is missing in the index."]
    assert check_index(indexed, repair=True) == findings
    assert check_index(indexed) == []
