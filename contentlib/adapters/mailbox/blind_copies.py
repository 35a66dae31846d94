"""Blind copies that wait for the worker: each a file that is on the disk before it is confirmed."""

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MOST_WAITING = 5_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits, and whose copy it is (a member's public id)."""

    path: Path
    member: str

    def raw(self) -> bytes:
        return self.path.read_bytes()


class BlindCopies:
    """A folder like a maildir: written in `tmp`, taken from `new`, what cannot be taken put in
    `failed` for the operator to look at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, raw: bytes, *, member: str) -> None:
        """Returns once the message survives a power cut. Raises OSError, also when too many wait:
        the sending server then keeps it and comes again.
        """
        new, fresh = self._folder / "new", self._folder / "tmp"
        for each in (new, fresh):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sum(1 for _ in os.scandir(new)) >= _MOST_WAITING:
            raise OSError("too many messages wait")
        name = f"{time.time_ns()}-{secrets.token_hex(6)}.{member}"
        with (fresh / name).open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        (fresh / name).rename(new / name)
        _sync(new)

    def waiting(self) -> Iterator[Waiting]:
        """Those that wait now, oldest first."""
        new = self._folder / "new"
        for path in sorted(new.iterdir()) if new.is_dir() else ():
            yield Waiting(path, path.name.rpartition(".")[2])

    def done(self, waiting: Waiting) -> None:
        waiting.path.unlink(missing_ok=True)

    def failed(self, waiting: Waiting) -> None:
        failed = self._folder / "failed"
        failed.mkdir(parents=True, exist_ok=True, mode=0o700)
        waiting.path.rename(failed / waiting.path.name)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
