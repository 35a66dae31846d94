"""Vectors by the text they came from, so that what did not change is not embedded again."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.embed import Counted, Embedder

NAME = "embeddings.sqlite3"
# Saved this often, so that a killed import of thousands goes on where it was.
SAVED_EVERY = 256
_ASKED_AT_ONCE = 500


class EmbeddingCache:
    """An Embedder's document vectors, kept in one SQLite file. For the one writer; closes.

    Half precision: the cosine of two unit vectors moves by less than 0.001.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._file = folder / NAME
        self._used: set[bytes] = set()
        self._store = self._opened()

    def close(self) -> None:
        self._store.close()

    def documents(
        self, texts: Sequence[str], progress: Counted | None = None
    ) -> NDArray[np.float32]:
        """float32 (len(texts), dimension) in the order given; each new text embedded once."""
        try:
            return self._documents(texts, progress)
        except sqlite3.DatabaseError as problem:
            self._store.close()
            self._begin_anew(problem)
            self._store = self._prepared()
            return self._documents(texts, progress)

    def _documents(self, texts: Sequence[str], progress: Counted | None) -> NDArray[np.float32]:
        keys = [_key(text) for text in texts]
        self._used.update(keys)
        vectors = self._known(set(keys))
        new = list(
            {k: text for k, text in zip(keys, texts, strict=True) if k not in vectors}.items()
        )
        # Like lengths together across saves as well as within them.
        new.sort(key=lambda item: len(item[1]))
        for start in range(0, len(new), SAVED_EVERY):
            part = new[start : start + SAVED_EVERY]
            fresh = self._embedder.documents([text for _, text in part]).astype(np.float16)
            rows = [
                (self._embedder.model_id, key, fresh[n].tobytes())
                for n, (key, _) in enumerate(part)
            ]
            with self._store:
                self._store.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?, ?)", rows)
            vectors.update((key, fresh[n]) for n, (key, _) in enumerate(part))
            if progress is not None:
                progress(start + len(part), len(new))
        if not keys:
            return np.zeros((0, self._embedder.dimension), dtype=np.float32)
        return np.stack([vectors[key] for key in keys]).astype(np.float32)

    def forget_unused(self) -> None:
        """Forgets every vector that was not asked for since this was opened."""
        with self._store:
            self._store.execute("CREATE TEMP TABLE used (text BLOB PRIMARY KEY) WITHOUT ROWID")
            self._store.executemany("INSERT INTO used VALUES (?)", [(key,) for key in self._used])
            self._store.execute(
                "DELETE FROM embedding WHERE model != ? OR text NOT IN (SELECT text FROM used)",
                [self._embedder.model_id],
            )
            self._store.execute("DROP TABLE used")

    def _known(self, keys: set[bytes]) -> dict[bytes, NDArray[np.float16]]:
        wanted, found = sorted(keys), {}
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            part = wanted[start : start + _ASKED_AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._store.execute(
                f"SELECT text, vector FROM embedding WHERE model = ? AND text IN ({marks})",  # noqa: S608
                [self._embedder.model_id, *part],
            )
            for key, blob in rows:
                vector = np.frombuffer(blob, dtype=np.float16)
                if len(vector) == self._embedder.dimension:
                    found[key] = vector
        return found

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._prepared()
        except sqlite3.DatabaseError as problem:
            self._begin_anew(problem)
            return self._prepared()

    def _begin_anew(self, problem: sqlite3.DatabaseError) -> None:
        """It only saves time: a damaged file is deleted. Raises any other problem again."""
        if problem.sqlite_errorcode not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise problem
        for suffix in ("", "-wal", "-shm"):
            self._file.with_name(NAME + suffix).unlink(missing_ok=True)

    def _prepared(self) -> sqlite3.Connection:
        store = sqlite3.connect(self._file, timeout=60)
        try:
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("PRAGMA synchronous = NORMAL")
            store.execute(
                "CREATE TABLE IF NOT EXISTS embedding (model TEXT NOT NULL, text BLOB NOT NULL, "
                "vector BLOB NOT NULL, PRIMARY KEY (model, text)) WITHOUT ROWID"
            )
        except sqlite3.DatabaseError:
            store.close()
            raise
        return store


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
