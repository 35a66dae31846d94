"""The hit writer: raw events from many requests, one commit for each group of them.

This is the one place besides `db` that commits. A request hands its rows over and waits
for the Future: it resolves when the rows are on disk, in the database or in the spool, and
raises when they are in neither, so that an acknowledged event is never lost.
"""

import logging
import os
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from contentlib.db import Database
from contentlib.errors import Unavailable
from contentlib.events.backlog import LARGEST_BYTES, Backlog
from contentlib.events.draining import drain_left_behind
from contentlib.events.fsync import Grouping, grouping_for, measured_fsync_s
from contentlib.events.losses import Losses
from contentlib.events.marks import forget_old_marks, set_direct, technical_now
from contentlib.events.queued import Queue, Queued
from contentlib.events.rows import Event, Inserts, is_the_rows_fault
from contentlib.ids import public_id

# A request waits two seconds at the most; half of one for the database leaves the rest to a disk.
_PATIENCE_S = 0.5
_LOOK_EVERY_S = 0.2
_LOOK_FOR_OTHERS_EVERY_S = 30.0
# A server's commit costs a journey besides its fsync, which we cannot measure from here.
_ON_A_SERVER = Grouping(wait_s=0.001)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recording:
    """How recording goes in this process. `lost_events` since its start, `spooled` now waiting."""

    ok: bool
    lost_events: int
    spooled: int


class HitWriter:
    """Two threads: one commits groups, one spools what waits for too long and drains the spool.

    They start on first use or by `start`, and `close` ends them. `fsync_s` overrules the
    measurement that decides how commits are grouped.
    """

    def __init__(
        self,
        database: Database,
        spool_folder: Path,
        *,
        fsync_s: float | None = None,
        largest_spool_bytes: int = LARGEST_BYTES,
    ) -> None:
        self._spool_folder = spool_folder
        self._largest_spool_bytes = largest_spool_bytes
        self._fsync_s = fsync_s
        self._url = database.url
        self.losses = Losses()
        self._begin()
        again = weakref.WeakMethod(self._begin_again_in_a_child)
        os.register_at_fork(after_in_child=lambda: (method := again()) and method())

    def _begin(self) -> None:
        self._writer = public_id()
        self._database = Database(self._url, patience_s=_PATIENCE_S)
        self._backlog = Backlog(
            self._spool_folder, self._writer, largest_bytes=self._largest_spool_bytes
        )
        self._inserts = Inserts()
        self._queue = Queue()
        # held by whoever speaks for this writer to the database
        self._turn = threading.Lock()
        self._groups = 0
        self._company = 1
        self._starting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._is_committing = False
        self._stopped = threading.Event()

    def _begin_again_in_a_child(self) -> None:
        # Threads do not survive a fork, connections must not be shared by two processes, nor even
        # be closed by the second one: they are kept and left alone.
        self._of_the_parent = (self._database, self._backlog)
        self._backlog.let_go()
        self._begin()

    def append(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> "Future[None]":
        """Queues the rows of one event; the Future resolves once they are on disk.

        Raises Unavailable after `close`. A Future that fails is counted in `state`.
        """
        entry = Queued(Event(table, rows))
        if not rows:
            entry.written.set_result(None)
            return entry.written
        self.start()
        try:
            self._queue.put(entry)
        except Unavailable:
            self.losses.count(len(rows))
            raise
        return entry.written

    def start(self) -> None:
        """Begins to work, and takes over what processes that ended have left in the spool."""
        if self._threads:
            return
        with self._starting:
            if not self._threads and not self._stopped.is_set():
                self._threads = [
                    threading.Thread(target=self._commit_groups, name="hit-writer", daemon=True),
                    threading.Thread(target=self._keep_spool, name="spool-keeper", daemon=True),
                ]
                for thread in self._threads:
                    thread.start()

    def state(self) -> Recording:
        """How recording goes; it is not well for five minutes after an event was lost."""
        return Recording(not self.losses.are_recent, self.losses.events, self._backlog.waiting)

    def close(self, *, timeout_s: float = 10.0) -> None:
        """Writes or spools what is queued, then ends the threads. What is spooled stays so."""
        self._queue.close()
        self._stopped.set()
        for thread in self._threads:
            thread.join(min(timeout_s, _PATIENCE_S * 2))
        # still there, it waits for a lock that does not come
        self._spool(self._queue.taken(), direct=None)
        for thread in self._threads:
            if self._is_committing:
                thread.join(timeout_s)
        if not self._backlog.is_empty:
            self._drain()
        self._backlog.let_go()
        self._database.dispose()

    # --- the thread that commits

    def _commit_groups(self) -> None:
        grouping = self._grouping()
        while self._queue.wait_for_one():
            if not self._backlog.is_empty:
                # behind those that are spooled already: they are drained in one go
                self._spool(self._queue.taken(), direct=None)
                continue
            if grouping.waits_for_company and self._company > 1:
                time.sleep(grouping.wait_s)
            try:
                self._commit(grouping.largest)
            except Exception:
                # whatever it was, this thread must live: every request waits for it
                log.exception("the hit writer stumbled and goes on")

    def _grouping(self) -> Grouping:
        if not self._database.is_sqlite:
            return _ON_A_SERVER
        try:
            cost_s = self._fsync_s or measured_fsync_s(self._spool_folder.parent)
        except OSError:
            return grouping_for(0.0)
        grouping = grouping_for(cost_s)
        kind = "groups" if grouping.waits_for_company else "plain commits"
        log.info("an fsync takes %.2f ms here: %s", cost_s * 1000, kind)
        return grouping

    def _commit(self, largest: int) -> None:
        """One group, one transaction.

        1. The write lock is awaited before anything is taken, so that what waits for too long
           can still be spooled by the other thread, and a long wait ends in one large group.
        2. A commit that failed may have gone through unheard (a connection that broke, a disk
           that answered late): the group is spooled under its number, and the mark that was
           written with it tells the drain.
        """
        group: list[Queued] = []
        tried = None
        try:
            with self._turn, self._database.appending() as connection:
                self._is_committing = True
                group = self._queue.taken(largest)
                if not group:
                    return
                self._groups += 1
                tried = self._groups
                self._inserts.all_at_once(connection, [entry.event for entry in group])
                set_direct(connection, self._writer, tried, now=technical_now())
        except Exception as error:
            group = group or self._queue.taken(largest)
            if is_the_rows_fault(error):
                self._commit_one_by_one(group)
            elif group:
                log.warning("%s events go to the spool: %s", len(group), _briefly(error))
                self._spool(group, direct=tried)
            return
        finally:
            self._is_committing = False
        self._company = len(group)
        for entry in group:
            entry.written.set_result(None)

    def _commit_one_by_one(self, group: Sequence[Queued]) -> None:
        """One bad row must not take its neighbours with it."""
        self._groups += 1
        tried = self._groups
        try:
            with self._turn, self._database.appending(patience_s=_PATIENCE_S) as connection:
                refused = self._inserts.one_by_one(connection, [entry.event for entry in group])
                set_direct(connection, self._writer, tried, now=technical_now())
        except Exception as error:
            log.warning("%s events go to the spool: %s", len(group), _briefly(error))
            self._spool(group, direct=tried)
            return
        for position, entry in enumerate(group):
            if position in refused:
                self._lose(entry, refused[position])
            else:
                entry.written.set_result(None)

    # --- the thread that keeps the spool

    def _keep_spool(self) -> None:
        look_for_others_at = 0.0
        while not self._stopped.is_set():
            self._spool(self._queue.taken(older_than_s=_PATIENCE_S), direct=None)
            if not self._backlog.is_empty:
                self._drain()
            elif time.monotonic() >= look_for_others_at:
                look_for_others_at = time.monotonic() + _LOOK_FOR_OTHERS_EVERY_S
                self._take_over()
            self._stopped.wait(_LOOK_EVERY_S)

    def _spool(self, entries: Sequence[Queued], *, direct: int | None) -> None:
        if not entries:
            return
        try:
            self._backlog.append([entry.event for entry in entries], direct=direct)
        except Exception as error:
            if len(entries) > 1 and is_the_rows_fault(error):
                for entry in entries:
                    self._spool([entry], direct=direct)
                return
            for entry in entries:
                self._lose(entry, error)
            return
        for entry in entries:
            entry.written.set_result(None)

    def _drain(self) -> None:
        # a commit that hangs holds the turn: what waits behind it must still reach the spool
        if not self._turn.acquire(blocking=False):
            return
        try:
            done = self._backlog.drain(self._database, self._inserts)
            self.losses.count(done.refused)
            log.warning("the database is back: %s spooled events are in it", done.brought)
        except Exception as error:
            log.info("the spool waits: %s", _briefly(error))
        finally:
            self._turn.release()

    def _take_over(self) -> None:
        if not self._spool_folder.is_dir():
            return
        try:
            done = drain_left_behind(self._spool_folder, self._database, self._inserts)
            self.losses.count(done.refused)
            if done.brought:
                log.warning("%s events of processes that ended were brought in", done.brought)
                with self._database.appending(patience_s=_PATIENCE_S) as connection:
                    forget_old_marks(connection, now=technical_now())
        except Exception as error:
            log.info("a spool that was left behind waits: %s", _briefly(error))

    def _lose(self, entry: Queued, error: Exception) -> None:
        self.losses.count(len(entry.event.rows))
        log.error("an event for %s is lost: %s", entry.event.table.name, _briefly(error))
        entry.written.set_exception(error)


def _briefly(error: Exception) -> object:
    # SQLAlchemy's own words hold the row: a user agent and a network, which no log shall keep
    return getattr(error, "orig", None) or error
