"""What one process could not bring into the database yet: its part of the spool."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from contentlib.db import Database
from contentlib.errors import Unavailable
from contentlib.events.draining import Drained, drain
from contentlib.events.rows import Event, Inserts, to_json
from contentlib.events.spool import Line, SpoolFile

# About 130,000 events: hours of a busy library. A database that stays away for longer than that
# shall not fill the disk it may need to come back.
LARGEST_BYTES = 64 << 20


class Backlog:
    """Events of one writer on disk, in the order they came; a new file after each outage.

    Two threads use it: one appends, one drains.
    """

    def __init__(self, folder: Path, writer: str, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self.folder = folder
        self._writer = writer
        self._largest_bytes = largest_bytes
        self._lock = threading.Lock()
        self._file: SpoolFile | None = None
        self._files_begun = 0
        self._numbered = 0
        self._waiting = 0

    @property
    def is_empty(self) -> bool:
        return self._waiting == 0

    @property
    def waiting(self) -> int:
        """How many events are spooled and not drained."""
        return self._waiting

    def append(self, events: Sequence[Event], *, direct: int | None) -> None:
        """On disk when it returns; `direct` is the group in which their commit was tried.

        Raises OSError, Unavailable when the spool is full, TypeError for a value that JSON
        cannot hold: then nothing of this was acknowledged.
        """
        with self._lock:
            text = b"".join(self._line(event, direct).written() for event in events)
            held = self._file.size if self._file else 0
            if held + len(text) > self._largest_bytes:
                raise Unavailable("The spool is full: the database has been away for too long.")
            if self._file is None:
                self._files_begun += 1
                self._file = SpoolFile.begin(self.folder, self._writer, self._files_begun)
            self._file.append(text)
            self._waiting += len(events)

    def _line(self, event: Event, direct: int | None) -> Line:
        # a number is never given twice, not even after a failure: the mark goes by it
        self._numbered += 1
        return Line(self._numbered, event.table.name, [to_json(r) for r in event.rows], direct)

    def drain(self, database: Database, inserts: Inserts) -> Drained:
        """Brings everything into the database and deletes the file. Raises as `draining.drain`."""
        file = self._file
        if file is None:
            return Drained()
        done = drain(file, database, inserts)
        while True:
            with self._lock:
                if not file.next_lines(1)[0]:
                    file.end()
                    self._file, self._waiting = None, 0
                    return done
            # more came while we drained
            done += drain(file, database, inserts)

    def let_go(self) -> None:
        """Closes the file and leaves it to another process. Only once no thread uses it."""
        if self._file is not None:
            os.close(self._file.handle)
            self._file, self._waiting = None, 0
