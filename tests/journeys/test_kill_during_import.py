"""The server is killed in the middle of an import, and nothing is lost or half-published."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contentlib.asset import importing
from contentlib.asset.import_queries import unsettled
from contentlib.asset.queries import browse
from contentlib.asset.visibility import NOTHING_NARROWED
from contentlib.library import Library
from contentlib.settings import load_settings
from contentlib.worker import Worker
from tests.indexer import documents as files
from tests.servers import ServeProcess
from web.cli.importing import bring_in, read_sources
from web.cli.opening import operator
from web.wiring import open_library

FILES = 50


def _write_files(folder: Path) -> None:
    folder.mkdir()
    for number in range(FILES):
        text = f"Story number {number} of dock {number * 7}: the queue was gone after a week."
        files.a_pdf(folder / f"story-{number:02}.pdf", text, f"Second page of story {number}.")


def _receive_all(library: Library, folder: Path) -> int:
    """What the upload page does for each file, without waiting for the worker."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        batch = importing.open_batch(session, member_id=None, source="t", publish=True, now=now)
    for position, path in enumerate(sorted(folder.iterdir())):
        with path.open("rb") as file:
            stored = library.files.put(file)
        with library.database.unit_of_work() as session:
            incoming = importing.Incoming(path.name, {}, stored)
            importing.receive(
                session, batch_id=batch.id, position=position, incoming=incoming, now=now
            )
    return batch.id


def _left(library: Library, batch_id: int) -> int:
    with library.database.reading() as session:
        return unsettled(session, batch_id)


def _wait_until(library: Library, batch_id: int, *, at_most: int, timeout_s: float) -> int:
    deadline = time.monotonic() + timeout_s
    while (left := _left(library, batch_id)) > at_most:
        assert time.monotonic() < deadline, f"{left} files still wait"
        time.sleep(0.1)
    return left


@pytest.mark.slow
def test_a_server_killed_in_the_middle_of_fifty_files_finishes_them_after_a_restart(
    tmp_path: Path, with_query_model: Callable[[Path], Path]
) -> None:
    folder, data = tmp_path / "incoming", with_query_model(tmp_path / "data")
    _write_files(folder)
    library = open_library(load_settings(data_dir=data), migrate=True)
    library.index.prepare()
    batch_id = _receive_all(library, folder)

    with ServeProcess(data) as first:
        left = _wait_until(library, batch_id, at_most=FILES - 10, timeout_s=120)
        first.kill()
    assert 0 < left < FILES
    time.sleep(2)  # the worker notices that its parent is gone
    after_kill = _left(library, batch_id)
    time.sleep(2)
    assert _left(library, batch_id) == after_kill, "a worker outlived its server"
    _nothing_is_half_published(library, FILES - after_kill)

    with ServeProcess(data) as second:
        second.wait_until_it_answers()
        _wait_until(library, batch_id, at_most=0, timeout_s=180)
    _nothing_is_half_published(library, FILES)

    again = bring_in(library, read_sources(str(folder)), owner=None, publish=True, label="again")
    assert {result["status"] for result in again} == {"duplicate"}
    Worker(library).drain()
    _nothing_is_half_published(library, FILES)
    assert _findings(library) == []
    library.close()


def _nothing_is_half_published(library: Library, expected: int) -> None:
    """Each settled file is one whole asset with text and passages, and there is no other."""
    from contentlib.asset.indexing import indexed_assets

    today = library.clock.now().date()
    with library.database.reading() as session:
        listing = browse(
            session, operator(), today=today, narrowing=NOTHING_NARROWED, limit=FILES * 2
        )
        whole = [asset for asset in indexed_assets(session) if asset.passages]
    assert listing.total == len(whole) == expected
    assert {line.state for line in listing.lines} == {"published"}
    assert {line.page_count for line in listing.lines} == {2}


def _findings(library: Library) -> list[object]:
    from contentlib.checking import check_files, check_index, check_library

    return [*check_library(library), *check_index(library), *check_files(library)]
