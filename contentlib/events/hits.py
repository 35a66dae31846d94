"""The hit writer: raw events from many requests, one commit for each group of them.

This is the one place besides `db` that commits. A request hands its rows over and waits
for the Future: it resolves when the rows are on disk, and raises when they are not, so
that an acknowledged event is never lost.
"""

import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contentlib.db import Database
from contentlib.errors import Unavailable

_LARGEST_GROUP = 512


@dataclass(slots=True)
class _Append:
    table: Table
    rows: Sequence[Mapping[str, Any]]
    written: "Future[None]" = field(default_factory=Future)


class HitWriter:
    """One thread that appends rows in groups. Started on first use, stopped by `close`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    def append(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> "Future[None]":
        """Queues the rows; the Future resolves once they are committed."""
        if self._closed:
            raise Unavailable("The service is stopping; nothing more is recorded.")
        entry = _Append(table, rows)
        if not rows:
            entry.written.set_result(None)
            return entry.written
        self._ensure_started()
        self._waiting.put(entry)
        return entry.written

    def close(self, *, timeout_s: float = 10.0) -> None:
        """Writes what is queued, then ends the thread."""
        self._closed = True
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(timeout_s)

    def _ensure_started(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hit-writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            group, ends = self._gather(first)
            self._write(group)
            if ends:
                return

    def _gather(self, first: _Append) -> tuple[list[_Append], bool]:
        group = [first]
        while len(group) < _LARGEST_GROUP:
            try:
                entry = self._waiting.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                return group, True
            group.append(entry)
        return group, False

    def _write(self, group: list[_Append]) -> None:
        try:
            with self._database.unit_of_work() as session:
                for entry in group:
                    session.execute(_insert_once(session, entry.table), list(entry.rows))
        except Exception as error:
            if len(group) > 1:
                # One bad row must not take its neighbours with it: each gets its own try.
                for entry in group:
                    self._write([entry])
                return
            group[0].written.set_exception(error)
            return
        for entry in group:
            entry.written.set_result(None)


def _insert_once(session: Session, table: Table) -> Insert:
    """A row told twice (same unique key) is written once: beats and receipts may be re-sent."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
