"""Which files are the index: one small manifest, replaced whole, names and vouches for them.

Every file it names is written once, under a name of its own, and never changed. So a reader
that has read one manifest has one generation, whatever a writer does meanwhile, and a writer
that is killed leaves the manifest, and with it the generation, as it was.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from contentlib.errors import IndexUnavailable

SCHEMA = 1
NAME = "manifest.json"
LOCK = "writer.lock"
GENERATED = ("segment-", "keywords-", f".{NAME}.")


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A file of the index, by its path inside the index folder."""

    name: str
    size: int
    sha256: str

    @property
    def content(self) -> tuple[str, int, str]:
        """What it is, wherever it lies: generations share files under their own folders."""
        return self.name.rpartition("/")[2], self.size, self.sha256


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation. `segments` oldest first; `keyword_files` lie in `keywords`."""

    model: str
    dimension: int
    generation: int = 0
    assets: int = 0
    passages: int = 0
    segments: tuple[IndexFile, ...] = ()
    keywords: str = ""
    keyword_files: tuple[IndexFile, ...] = ()
    schema: int = SCHEMA

    @property
    def files(self) -> tuple[IndexFile, ...]:
        return (*self.segments, *self.keyword_files)

    def mismatch(self, model: str, dimension: int) -> str | None:
        """The sentence why this cannot be searched with that model and program, or None."""
        if self.schema != SCHEMA:
            return "The search index was made by another version of this program; rebuild it."
        if (self.model, self.dimension) != (model, dimension):
            return (
                f"The search index was made with the model {self.model}, "
                f"and {model} is set; rebuild it."
            )
        return None


def read_manifest(folder: Path) -> Manifest | None:
    """The present generation; None where nothing was ever written.

    Raises IndexUnavailable where the manifest is not whole, or is gone but its files are not.
    """
    damaged = "The search index is damaged (its manifest is not whole); rebuild it."
    try:
        sealed = json.loads((folder / NAME).read_text(encoding="utf-8"))
        body = sealed["manifest"]
        if sealed["seal"] != _seal(body):
            raise IndexUnavailable(damaged)
        if body.get("schema") != SCHEMA:
            return Manifest(str(body.get("model")), 0, schema=int(body.get("schema") or 0))
        for key in ("segments", "keyword_files"):
            body[key] = tuple(IndexFile(**part) for part in body[key])
        return Manifest(**body)
    except FileNotFoundError:
        if folder.is_dir() and any(p.name.startswith(GENERATED[:2]) for p in folder.iterdir()):
            raise IndexUnavailable(
                "The search index is damaged (its manifest is gone); rebuild it."
            ) from None
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise IndexUnavailable(damaged) from problem


def publish(folder: Path, manifest: Manifest) -> None:
    """Makes this the present generation. Durable on return."""
    body = asdict(manifest)
    fresh = folder / f".{NAME}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"seal": _seal(body), "manifest": body}, file)
        file.flush()
        os.fsync(file.fileno())
    # The files and folders named must be on the disk before the name that leads to them.
    for place in {(folder / part.name).parent for part in manifest.files} | {folder}:
        _sync(place)
    fresh.replace(folder / NAME)
    _sync(folder)


def sweep(folder: Path, manifest: Manifest | None) -> None:
    """Deletes what no generation names. A reader that was about to open it reads anew."""
    kept = {part.name for part in manifest.segments} if manifest else set()
    kept |= {manifest.keywords} if manifest else set()
    for path in folder.iterdir():
        if path.name.startswith(GENERATED) and path.name not in kept:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def described(folder: Path, name: str) -> IndexFile:
    """The file as the manifest will vouch for it."""
    with (folder / name).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return IndexFile(name, file.tell(), digest)


def verify(folder: Path, manifest: Manifest, known: Container[tuple[str, int, str]]) -> None:
    """Reads every file whose content is not known and compares it with the manifest.

    Raises FileNotFoundError for a missing one, IndexUnavailable for a changed one.
    """
    for part in manifest.files:
        if part.content not in known and described(folder, part.name) != part:
            raise IndexUnavailable(
                f"The search index is damaged ({part.name} has changed); rebuild it."
            )


def missing(folder: Path, manifest: Manifest) -> str | None:
    """The sentence that names a file that is gone or cut short, or None. Opens nothing."""
    for part in manifest.files:
        path = folder / part.name
        if not path.is_file() or path.stat().st_size != part.size:
            return f"The search index is damaged ({part.name} is not whole); rebuild it."
    return None


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The only writer of all processes and threads, for the length of the block; waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _seal(body: dict) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
