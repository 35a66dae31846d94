"""The store of files."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its SHA-256 in hexadecimal is its name."""

    sha256: str
    size: int


class FileStore(Protocol):
    """Content-addressed files: the truth beside the database."""

    def put(self, source: BinaryIO) -> StoredFile:
        """Stores the stream whole or not at all; the same bytes twice are stored once."""

    def open(self, sha256: str) -> BinaryIO:
        """Raises NotFound when there is no such file."""

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """A readable path for the length of the block. Raises NotFound."""

    def has(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Quiet when it is not there."""

    def hashes(self) -> Iterable[str]:
        """Every stored file's name, in no order."""

    def is_intact(self, sha256: str) -> bool:
        """Whether the stored bytes still have that hash. A full read."""
