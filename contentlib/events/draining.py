"""Bringing spooled events into the database: each once, whatever dies in between."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contentlib.db import Base, Database
from contentlib.errors import Unavailable
from contentlib.events.marks import Mark, locked_mark, set_drained, technical_now
from contentlib.events.rows import Event, Inserts, from_json, is_the_rows_fault
from contentlib.events.spool import Line, SpoolFile, left_behind, lines_in

# So many events in one transaction hold the write lock for some hundredths of a second.
_AT_ONCE = 200
_PATIENCE_S = 0.25
REFUSED = "refused.lines"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drained:
    """Events that came into the database, and events that can never: their rows do not fit."""

    brought: int = 0
    refused: int = 0

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.brought + other.brought, self.refused + other.refused)


def drain(file: SpoolFile, database: Database, inserts: Inserts) -> Drained:
    """Writes what the file still holds, in its order.

    What is refused, such as a hit on a share that is gone, is kept beside the spool. Raises
    what the driver raises when the database is away, and Unavailable when it is busy or when a
    line is for a table that this process has not loaded; the file can be drained again.
    """
    done = Drained()
    while True:
        lines, behind = file.next_lines(_AT_ONCE)
        if behind == file.offset:
            return done
        if lines:
            done += _bring_in(file, lines, database, inserts)
        file.offset = behind


def drain_left_behind(folder: Path, database: Database, inserts: Inserts) -> Drained:
    """Drains and deletes the files of processes that are gone.

    A file that cannot be drained now stays for later; raises what a driver raises.
    """
    done = Drained()
    with left_behind(folder) as files:
        for file in files:
            try:
                done += drain(file, database, inserts)
            except Unavailable as error:
                log.info("%s waits: %s", file.path.name, error)
                continue
            file.end()
    return done


def put_aside(folder: Path) -> int:
    """How many spooled events were refused and lie beside the spool."""
    path = folder / REFUSED
    return lines_in(path) if path.exists() else 0


def _bring_in(
    file: SpoolFile, lines: Sequence[Line], database: Database, inserts: Inserts
) -> Drained:
    try:
        return _write(file, lines, database, inserts)
    except Exception as error:
        if not is_the_rows_fault(error):
            raise
        return _write(file, lines, database, inserts, one_by_one=True)


def _write(
    file: SpoolFile,
    lines: Sequence[Line],
    database: Database,
    inserts: Inserts,
    *,
    one_by_one: bool = False,
) -> Drained:
    """One transaction: reads the mark, writes the lines it does not cover, sets it.

    1. A crash before the commit leaves neither rows nor mark: all is done again.
    2. A crash after it leaves both: the next drain finds the lines covered.
    3. A crash after refused lines were put aside may put them aside twice; they are numbered.
    """
    now = technical_now()
    with database.appending(patience_s=_PATIENCE_S) as connection:
        mark = locked_mark(connection, file.writer, now=now)
        fresh = [line for line in lines if not _is_covered(line, mark)]
        events = [_event(line) for line in fresh]
        refused: list[Line] = []
        if one_by_one:
            refused = [fresh[n] for n in inserts.one_by_one(connection, events)]
            _keep_aside(file.path.parent, refused)
        else:
            inserts.all_at_once(connection, events)
        drained = max(mark.drained, lines[-1].number)
        set_drained(connection, file.writer, drained, now=now)
    return Drained(len(fresh) - len(refused), len(refused))


def _is_covered(line: Line, mark: Mark) -> bool:
    committed_unheard = line.direct is not None and line.direct <= mark.direct
    return line.number <= mark.drained or committed_unheard


def _event(line: Line) -> Event:
    table = Base.metadata.tables.get(line.table)
    if table is None:
        raise Unavailable(f"Events for {line.table} wait for the process that knows them.")
    return Event(table, [from_json(row) for row in line.rows])


def _keep_aside(folder: Path, refused: Sequence[Line]) -> None:
    if not refused:
        return
    log.error("%s spooled events do not fit the database and were put aside", len(refused))
    handle = os.open(folder / REFUSED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, b"".join(line.written() for line in refused))
        os.fsync(handle)
    finally:
        os.close(handle)
