"""Files in a folder, each under its SHA-256."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from contentlib.errors import NotFound
from contentlib.ports import StoredFile

_CHUNK = 1 << 20


class DirectoryFileStore:
    """A FileStore on a local or mounted folder.

    A file is written under another name, flushed to disk and renamed, so a name that exists
    always holds whole content.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: BinaryIO) -> StoredFile:
        self._folder.mkdir(parents=True, exist_ok=True)
        arriving = self._folder / f".arriving-{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            with arriving.open("xb") as target:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            stored = StoredFile(digest.hexdigest(), size)
            final = self._path(stored.sha256)
            if not final.exists():
                final.parent.mkdir(parents=True, exist_ok=True)
                arriving.rename(final)
                _sync_folder(final.parent)
            return stored
        finally:
            arriving.unlink(missing_ok=True)

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound("This file is not in the store.") from error

    @contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        path = self._path(sha256)
        if not path.exists():
            raise NotFound("This file is not in the store.")
        yield path

    def has(self, sha256: str) -> bool:
        return self._path(sha256).exists()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def hashes(self) -> Iterator[str]:
        for path in self._folder.glob("??/??/*"):
            yield path.name

    def is_intact(self, sha256: str) -> bool:
        digest = hashlib.sha256()
        try:
            with self._path(sha256).open("rb") as stored:
                while chunk := stored.read(_CHUNK):
                    digest.update(chunk)
        except FileNotFoundError:
            return False
        return digest.hexdigest() == sha256

    def _path(self, sha256: str) -> Path:
        if len(sha256) != 64 or not all(ch in "0123456789abcdef" for ch in sha256):
            raise NotFound("This is not the name of a stored file.")
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
