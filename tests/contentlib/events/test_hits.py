"""The hit writer: what it acknowledges is on disk, once."""

import os
import sqlite3
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from contentlib.errors import Unavailable
from contentlib.events.hits import HitWriter
from contentlib.library import Library
from tests.contentlib.events.opening import TABLE, Desk, locked, spool_of, until
from tests.factories import make_library

SLOW_DISK_S = 0.004


@pytest.fixture
def desk(library: Library) -> Desk:
    return Desk(library)


@pytest.fixture
def on_sqlite(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(tmp_path)
    opened = make_library(tmp_path)
    yield opened
    opened.close()


@contextmanager
def _writer(library: Library, **options: Any) -> Iterator[HitWriter]:
    writer = HitWriter(library.database, spool_of(library), **options)
    try:
        yield writer
    finally:
        writer.close()


@pytest.mark.parametrize("fsync_s", [0.0001, SLOW_DISK_S])
def test_many_appends_at_once_are_all_written_once(desk: Desk, fsync_s: float) -> None:
    names = [f"opening{number}" for number in range(300)]
    with _writer(desk.library, fsync_s=fsync_s) as writer:
        for future in [desk.open(writer, name) for name in names]:
            future.result(timeout=20)
        assert desk.written() == Counter(names)


def test_many_threads_share_commits(desk: Desk) -> None:
    with _writer(desk.library, fsync_s=SLOW_DISK_S) as writer, ThreadPoolExecutor(8) as threads:

        def visit(number: int) -> None:
            for turn in range(20):
                desk.open(writer, f"{number}-{turn}").result(timeout=20)

        list(threads.map(visit, range(8)))
        mark = _direct_groups(desk.library)
    assert len(desk.written()) == 160
    assert mark < 160


def _direct_groups(library: Library) -> int:
    with library.database.reading() as session:
        counts = session.connection().exec_driver_sql("SELECT direct FROM writer_marks").scalars()
        return sum(counts)


def test_a_row_told_twice_is_written_once(desk: Desk) -> None:
    row = desk.row("the same") | {"id": 77}
    with _writer(desk.library) as writer:
        for _ in range(2):
            writer.append(TABLE, [row]).result(timeout=20)  # type: ignore[arg-type]
    assert desk.written() == {"the same": 1}


def test_a_bad_row_fails_alone_and_counts_as_lost(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        with desk.library.database.appending() if desk.library.database.is_sqlite else _nothing():
            futures = [
                desk.open(writer, "good"),
                desk.open(writer, "bad", asset_id=999_999),
                desk.open(writer, "good too"),
            ]
        errors = [future.exception(timeout=20) for future in futures]
        assert errors[0] is None and errors[1] is not None and errors[2] is None
        assert (writer.state().ok, writer.state().lost_events) == (False, 1)
    assert desk.written() == {"good": 1, "good too": 1}


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def test_a_value_that_no_column_takes_fails_alone(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        odd = writer.append(TABLE, [desk.row("odd") | {"rank": object()}])  # type: ignore[arg-type]
        desk.open(writer, "good").result(timeout=20)
        assert odd.exception(timeout=20) is not None
        assert writer.state().spooled == 0
    assert desk.written() == {"good": 1}


def test_closing_writes_what_was_queued(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        futures = [desk.open(writer, f"late{number}") for number in range(50)]
    assert all(future.done() for future in futures)
    assert len(desk.written()) == 50


def test_after_closing_nothing_is_taken_and_the_loss_is_counted(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        pass
    with pytest.raises(Unavailable):
        desk.open(writer, "too late")
    assert writer.state().lost_events == 1


def test_a_locked_database_holds_no_request_up_and_what_was_told_arrives_once(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        desk.open(writer, "before").result(timeout=20)
        with locked(desk.library):
            begun = time.monotonic()
            desk.open(writer, "meanwhile").result(timeout=20)
            first_s = time.monotonic() - begun
            for number in range(20):
                desk.open(writer, f"meanwhile{number}").result(timeout=20)
            assert first_s < 2, "a request waits no longer"
            state = writer.state()
            assert (state.ok, state.lost_events, state.spooled) == (True, 0, 21)
            assert desk.library.database.is_sqlite is False or desk.written() == {"before": 1}
        desk.open(writer, "after").result(timeout=20)
        until(lambda: writer.state().spooled == 0)
        names = ["before", "meanwhile", "after", *(f"meanwhile{n}" for n in range(20))]
        assert desk.written() == Counter(names)
    assert list(spool_of(desk.library).iterdir()) == []


def test_one_of_ours_that_writes_for_long_holds_no_request_up(on_sqlite: Library) -> None:
    desk = Desk(on_sqlite)
    with _writer(on_sqlite) as writer:
        with on_sqlite.database.unit_of_work():
            begun = time.monotonic()
            desk.open(writer, "meanwhile").result(timeout=20)
            assert time.monotonic() - begun < 2
        until(lambda: writer.state().spooled == 0)
        assert desk.written() == {"meanwhile": 1}


def test_a_commit_whose_answer_never_came_is_not_written_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _writer(desk.library) as writer:
        real = writer._database.appending
        broken = iter([True, False, True, False])

        @contextmanager
        def deaf(**options: Any) -> Iterator[Connection]:
            with real(**options) as connection:
                yield connection
            if next(broken, False):
                raise OperationalError("COMMIT", {}, OSError("the connection broke"))

        monkeypatch.setattr(writer._database, "appending", deaf)
        for name in ("one", "two", "three", "four"):
            desk.open(writer, name).result(timeout=20)
            until(lambda: writer.state().spooled == 0)
        assert desk.written() == Counter(["one", "two", "three", "four"])


def test_a_spool_keeps_what_it_holds_to_its_owner(desk: Desk) -> None:
    with _writer(desk.library) as writer, locked(desk.library):
        desk.open(writer, "secret").result(timeout=20)
        (file,) = spool_of(desk.library).iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_was_spooled_at_the_end_is_brought_in_by_the_next_start(desk: Desk) -> None:
    with locked(desk.library):
        with _writer(desk.library) as first:
            desk.open(first, "left").result(timeout=20)
        assert len(list(spool_of(desk.library).iterdir())) == 1
    with _writer(desk.library) as second:
        second.start()
        until(lambda: desk.written() == {"left": 1})
        until(lambda: list(spool_of(desk.library).iterdir()) == [])
    assert desk.written() == {"left": 1}


def test_what_waits_while_the_service_stops_is_spooled_not_lost(desk: Desk) -> None:
    with locked(desk.library):
        writer = HitWriter(desk.library.database, spool_of(desk.library))
        futures = [desk.open(writer, f"last{number}") for number in range(5)]
        writer.close()
        assert [future.exception(timeout=0) for future in futures] == [None] * 5
    with _writer(desk.library) as next_one:
        next_one.start()
        until(lambda: sum(desk.written().values()) == 5)


def test_where_neither_database_nor_spool_takes_it_the_loss_is_told_and_counted(
    desk: Desk,
) -> None:
    with _writer(desk.library, largest_spool_bytes=10) as writer:
        with locked(desk.library):
            lost = desk.open(writer, "lost")
            assert isinstance(lost.exception(timeout=20), Unavailable)
            assert (writer.state().ok, writer.state().lost_events) == (False, 1)
        until(lambda: writer.state().spooled == 0)
        desk.open(writer, "again").result(timeout=20)
        assert desk.written() == {"again": 1}
        assert writer.state().lost_events == 1


def test_where_no_spool_can_be_made_the_loss_is_told(desk: Desk) -> None:
    spool_of(desk.library).write_text("a file stands where the folder should be")
    with _writer(desk.library) as writer:
        with locked(desk.library):
            assert isinstance(desk.open(writer, "lost").exception(timeout=20), OSError)
        desk.open(writer, "again").result(timeout=20)
        assert desk.written() == {"again": 1}


def test_a_full_disk_under_the_database_alone_loses_nothing(on_sqlite: Library) -> None:
    desk = Desk(on_sqlite)
    with _writer(on_sqlite) as writer:
        desk.open(writer, "before").result(timeout=20)
        with writer._database.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            connection.commit()
        wide = "x" * 20_000
        writer.append(TABLE, [desk.row("wide") | {"surface": wide}]).result(timeout=20)  # type: ignore[arg-type]
        assert writer.state().spooled == 1
    assert desk.written() == {"before": 1}


def test_a_child_process_has_a_writer_of_its_own(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        desk.open(writer, "parent").result(timeout=20)
        child = os.fork()
        if child == 0:
            try:
                desk.open(writer, "child").result(timeout=20)
                writer.close()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        desk.open(writer, "parent again").result(timeout=20)
        assert desk.written() == Counter(["parent", "child", "parent again"])


def test_every_commit_of_the_writer_is_synchronous(on_sqlite: Library) -> None:
    with _writer(on_sqlite) as writer:
        Desk(on_sqlite).open(writer, "one").result(timeout=20)
        with writer._database.engine.connect() as connection:
            level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
            journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    assert (level, journal) == (2, "wal")


def test_the_writers_thread_outlives_a_callback_that_fails(desk: Desk) -> None:
    with _writer(desk.library) as writer:
        first = desk.open(writer, "one")
        first.add_done_callback(lambda _: sqlite3.connect(Path("/nowhere/at/all")))
        first.result(timeout=20)
        desk.open(writer, "two").result(timeout=20)
    assert desk.written() == {"one": 1, "two": 1}
