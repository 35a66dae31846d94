"""The spool: events on disk that the database could not take yet.

A folder of append-only files, one writer a file. A line is a checksum and JSON; it is on disk
before anybody is told so. The writer holds a lock on its file for as long as it lives, so that
another process sees by the lock alone that it is gone, and drains what it left.
"""

import fcntl
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One event as it is spooled.

    `number` counts the writer's spooled lines from 1. `direct` is the number of the group in which
    its writer tried to commit it: where that commit went through unheard, the line is stale.
    """

    number: int
    table: str
    rows: list[dict[str, Any]]
    direct: int | None = None

    def written(self) -> bytes:
        """A line that begins with a line break too: a torn one before it cannot swallow it."""
        told = {"n": self.number, "table": self.table, "rows": self.rows, "direct": self.direct}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return b"\n%08x %s\n" % (zlib.crc32(body), body)

    @classmethod
    def read(cls, text: bytes) -> "Line | None":
        """The line again; None for one that was torn by a crash: nobody was told of it."""
        checksum, _, body = text.strip().partition(b" ")
        if checksum != b"%08x" % zlib.crc32(body):
            return None
        told = json.loads(body)
        return cls(told["n"], told["table"], told["rows"], told["direct"])


@dataclass(slots=True)
class SpoolFile:
    """An open, locked file of a spool and how much of it was read. `writer` stands in its name."""

    path: Path
    handle: int
    writer: str
    offset: int = 0

    @classmethod
    def begin(cls, folder: Path, writer: str, ordinal: int) -> "SpoolFile":
        """A new file, readable by its owner alone: it holds user agents. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{writer}-{ordinal:06}{_SUFFIX}"
        # named only once it is locked: else another process might take it for one left behind
        nameless = path.with_suffix(".new")
        handle = os.open(nameless, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            nameless.rename(path)
            _sync_folder(folder)
        except OSError:
            os.close(handle)
            nameless.unlink(missing_ok=True)
            raise
        return cls(path, handle, writer)

    def append(self, lines: bytes) -> None:
        """On disk when it returns. Raises OSError; what was half written is never a whole line."""
        os.lseek(self.handle, 0, os.SEEK_END)
        view = memoryview(lines)
        while view:
            view = view[os.write(self.handle, view) :]
        os.fsync(self.handle)

    def next_lines(self, limit: int) -> tuple[list[Line], int]:
        """Up to so many whole lines from `offset` on, and the offset behind them."""
        found: list[Line] = []
        offset = self.offset
        with self.path.open("rb") as file:
            file.seek(offset)
            for text in file:
                if not text.endswith(b"\n") or len(found) == limit:
                    break
                offset += len(text)
                line = Line.read(text) if text.strip() else None
                if line is not None:
                    found.append(line)
        return found, offset

    @property
    def size(self) -> int:
        return os.fstat(self.handle).st_size

    def end(self) -> None:
        """Deletes the file and lets its lock go."""
        self.path.unlink(missing_ok=True)
        os.close(self.handle)


@contextmanager
def left_behind(folder: Path) -> Iterator[list[SpoolFile]]:
    """The files whose writers are gone, oldest first of each writer, locked until the block ends.

    A file that the block ended is gone, any other stays as it was.
    """
    taken: list[SpoolFile] = []
    try:
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            file = _taken(path)
            if file is not None:
                taken.append(file)
        yield taken
    finally:
        for file in taken:
            if file.path.exists():
                os.close(file.handle)


def _taken(path: Path) -> SpoolFile | None:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    # between opening and locking, another process may have drained and deleted it
    if os.fstat(handle).st_nlink == 0:
        os.close(handle)
        return None
    return SpoolFile(path, handle, path.stem.rpartition("-")[0])


@dataclass(frozen=True, slots=True)
class Standing:
    """What lies in a spool: of processes that live, and of those that are gone."""

    events: int
    left_behind: int


def standing(folder: Path) -> Standing:
    """Counts the lines in all files of a spool; reads them whole."""
    everything = sum(lines_in(path) for path in folder.glob(f"*{_SUFFIX}"))
    with left_behind(folder) as files:
        gone = sum(lines_in(file.path) for file in files)
    return Standing(everything, gone)


def lines_in(path: Path) -> int:
    """How many whole lines a file holds; none where it is gone."""
    try:
        texts: Sequence[bytes] = path.read_bytes().splitlines()
    except FileNotFoundError:
        return 0
    return sum(1 for text in texts if text.strip() and Line.read(text) is not None)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
