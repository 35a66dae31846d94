"""The spool: whole lines or none, one owner a file, and each event drained once."""

import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contentlib.errors import Unavailable
from contentlib.events.backlog import Backlog
from contentlib.events.draining import REFUSED, drain_left_behind
from contentlib.events.rows import Event, Inserts
from contentlib.events.spool import Line, SpoolFile, left_behind, standing
from contentlib.library import Library
from tests.contentlib.events.opening import TABLE, Desk, spool_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
LINES = st.builds(
    Line,
    number=st.integers(1, 10**9),
    table=st.sampled_from(["hits", "beats"]),
    rows=st.lists(st.dictionaries(st.text(), VALUES), min_size=1, max_size=3),
    direct=st.none() | st.integers(1, 10**9),
)


@settings(max_examples=50)
@given(LINES)
def test_a_line_is_read_as_it_was_written(line: Line) -> None:
    assert Line.read(line.written()) == line


@settings(max_examples=50)
@given(LINES, st.data())
def test_a_line_that_was_torn_or_altered_is_no_line(line: Line, data: st.DataObject) -> None:
    whole = line.written().strip()
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert Line.read(whole[:cut]) is None
    altered = bytearray(whole)
    altered[cut] ^= 1
    assert Line.read(bytes(altered)) is None


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=5), data=st.data())
def test_whatever_is_torn_off_the_end_the_lines_before_it_are_read(
    lines: list[Line], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = SpoolFile.begin(tmp_path_factory.mktemp("spool"), "writer", 1)
    text = b"".join(line.written() for line in lines)
    kept = data.draw(st.integers(0, len(text)))
    file.append(text[:kept])
    found, _ = file.next_lines(100)
    os.close(file.handle)
    assert found == lines[: len(found)]
    assert len(b"".join(line.written() for line in lines[: len(found) + 1])) > kept or (
        found == lines
    )


def test_a_torn_line_swallows_none_that_is_written_after_it(tmp_path: Path) -> None:
    file = SpoolFile.begin(tmp_path, "writer", 1)
    one, two = Line(1, "hits", [{"a": 1}]), Line(2, "hits", [{"a": 2}])
    file.append(one.written()[:-9])
    file.append(two.written())
    assert file.next_lines(10)[0] == [two]
    file.end()


def test_the_file_of_a_living_process_is_nobody_elses(tmp_path: Path) -> None:
    file = SpoolFile.begin(tmp_path, "writer", 1)
    with left_behind(tmp_path) as files:
        assert files == []
    os.close(file.handle)
    with left_behind(tmp_path) as files:
        assert [found.writer for found in files] == ["writer"]
        with left_behind(tmp_path) as others:
            assert others == [], "two processes would drain it"


def test_a_process_that_was_killed_leaves_its_file_to_others(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from contentlib.events.spool import Line, SpoolFile;"
        "SpoolFile.begin(Path(sys.argv[1]), 'gone', 1).append(Line(1, 'hits', [{}]).written());"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    with left_behind(tmp_path) as files:
        assert [file.writer for file in files] == ["gone"]
    assert (standing(tmp_path).events, standing(tmp_path).left_behind) == (1, 1)


# --- draining


@pytest.fixture
def desk(library: Library) -> Desk:
    return Desk(library)


def _backlog(desk: Desk, *names: str, writer: str = "writer", **more: Any) -> Backlog:
    backlog = Backlog(spool_of(desk.library), writer)
    for name in names:
        event = Event(TABLE, [desk.row(name) | more])  # type: ignore[arg-type]
        backlog.append([event], direct=None)
    return backlog


def test_what_is_drained_is_in_the_database_in_its_order_and_the_file_is_gone(desk: Desk) -> None:
    names = [f"opening{number}" for number in range(450)]
    backlog = _backlog(desk, *names)
    done = backlog.drain(desk.library.database, Inserts())
    assert (done.brought, done.refused) == (450, 0)
    assert list(desk.written()) == names
    assert backlog.is_empty and list(spool_of(desk.library).iterdir()) == []


def test_moments_come_back_as_they_were(desk: Desk) -> None:
    _backlog(desk, "spooled").drain(desk.library.database, Inserts())
    with desk.library.database.reading() as session:
        assert session.execute(TABLE.select()).one().at == desk.library.clock.now()


def test_a_crash_between_commit_and_deletion_brings_nothing_in_twice(desk: Desk) -> None:
    backlog = _backlog(desk, "one", "two")
    (file,) = spool_of(desk.library).iterdir()
    shutil.copy(file, desk.library.settings.data_dir / "copy")
    backlog.drain(desk.library.database, Inserts())
    shutil.copy(desk.library.settings.data_dir / "copy", file)
    drain_left_behind(spool_of(desk.library), desk.library.database, Inserts())
    assert desk.written() == Counter(["one", "two"])
    assert not file.exists()


def test_a_crash_in_the_middle_of_a_drain_loses_and_doubles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"opening{number}" for number in range(500)]
    backlog = _backlog(desk, *names)
    real = Inserts.all_at_once
    calls = iter(range(10))

    def dies_at_the_third(self: Inserts, *told: Any) -> None:
        real(self, *told)
        if next(calls) == 2:
            raise OSError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(Inserts, "all_at_once", dies_at_the_third)
        with pytest.raises(OSError, match="power"):
            backlog.drain(desk.library.database, Inserts())
    assert len(desk.written()) == 400
    backlog.let_go()
    drain_left_behind(spool_of(desk.library), desk.library.database, Inserts())
    assert desk.written() == Counter(names)


def test_two_processes_that_start_at_once_drain_each_event_once(desk: Desk) -> None:
    names = [f"opening{number}" for number in range(300)]
    for number in range(3):
        _backlog(desk, *names[number::3], writer=f"writer{number}").let_go()

    def start() -> None:
        drain_left_behind(spool_of(desk.library), desk.library.database, Inserts())

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    start()
    assert desk.written() == Counter(names)


def test_an_event_that_fits_no_more_is_put_aside_and_stops_no_other(desk: Desk) -> None:
    backlog = _backlog(desk, "before")
    gone = desk.row("of an asset that is gone", asset_id=999_999)
    backlog.append([Event(TABLE, [gone])], direct=None)  # type: ignore[arg-type]
    backlog.append([Event(TABLE, [desk.row("after")])], direct=None)  # type: ignore[arg-type]
    done = backlog.drain(desk.library.database, Inserts())
    assert (done.brought, done.refused) == (2, 1)
    assert desk.written() == Counter(["before", "after"])
    aside = (spool_of(desk.library) / REFUSED).read_bytes()
    assert b"of an asset that is gone" in aside


def test_events_of_a_table_this_process_does_not_know_wait_for_another(desk: Desk) -> None:
    file = SpoolFile.begin(spool_of(desk.library), "elsewhere", 1)
    file.append(Line(1, "a table of tomorrow", [{}]).written())
    os.close(file.handle)
    done = drain_left_behind(spool_of(desk.library), desk.library.database, Inserts())
    assert done.brought == 0 and file.path.exists()


def test_a_full_spool_takes_no_more_and_says_so(desk: Desk) -> None:
    backlog = Backlog(spool_of(desk.library), "writer", largest_bytes=600)
    event = Event(TABLE, [desk.row("one")])  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="full"):
        for _ in range(10):
            backlog.append([event], direct=None)
    assert 1 <= backlog.waiting < 4
    backlog.let_go()
