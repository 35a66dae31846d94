"""Texts to unit vectors: documents by the reference model, queries by its small derivative.

Importing this module, and asking it for a query's vector, loads neither torch nor
sentence_transformers; the first call of `documents` costs about 10 s and 520 MB.
"""

import os
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable
from indexer.query_model import QueryModel, ensure_derived, place_of
from indexer.weights import ModelFiles, find_model

Vectors = NDArray[np.float32]
Counted = Callable[[int, int], None]
BATCH = 32
BETWEEN_REPORTS = 8 * BATCH
REMEMBERED_QUERIES = 512
# Two threads on two idle cores embed 1.9 times as many texts as one.
MOST_THREADS = 4


class Embedder(Protocol):
    """Gives texts their meaning as unit vectors. Called by EmbeddedIndex only.

    `model_id` changes whenever the vectors of a text would.
    """

    @property
    def model_id(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        """float32 (len(texts), dimension), rows in the order given. `progress(done, of)`."""

    def prepare_queries(self) -> None:
        """Makes `query` ready to answer; may take half a minute the first time."""

    def query(self, text: str) -> Vectors:
        """float32 (dimension,). Raises IndexUnavailable where the query model is missing."""


class SentenceEmbedder:
    """Embedder over one sentence-transformers model; safe for many threads."""

    def __init__(self, model: ModelFiles, folder: Path, *, threads: int | None = None) -> None:
        self._model = model
        self._folder = folder
        self._threads = threads or min(MOST_THREADS, os.cpu_count() or 1)
        self._loading = threading.Lock()
        self._reference: Any = None
        self._query_model: QueryModel | None = None
        self._remembered = lru_cache(maxsize=REMEMBERED_QUERIES)(self._embed_query)

    @property
    def model_id(self) -> str:
        return self._model.model_id

    @property
    def dimension(self) -> int:
        return self._model.dimension

    def documents(self, texts: Sequence[str], progress: Counted | None = None) -> Vectors:
        """See Embedder. Texts of like length go together, so that little is padding."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
        for start in range(0, len(order), BETWEEN_REPORTS):
            rows = order[start : start + BETWEEN_REPORTS]
            vectors[rows] = self._loaded_reference().encode(
                [texts[n] for n in rows],
                batch_size=BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
            if progress is not None:
                progress(min(start + BETWEEN_REPORTS, len(order)), len(order))
        return vectors

    def query(self, text: str) -> Vectors:
        """See Embedder."""
        return self._remembered(text)

    def prepare_queries(self) -> None:
        """See Embedder. Raises IndexUnavailable where the model cannot be derived."""
        self.ensure_query_model()

    @property
    def has_query_model(self) -> bool:
        """Whether queries can be answered without deriving anything first."""
        return place_of(self._model, self._folder).exists()

    def ensure_query_model(self) -> Path:
        """Derives the query model where it is missing, in a process of its own, about 30 s.

        Raises IndexUnavailable where that fails.
        """
        return ensure_derived(self._model, self._folder)

    def _embed_query(self, text: str) -> Vectors:
        vector = self._loaded_query_model().embed(text)
        vector.flags.writeable = False
        return vector

    def _loaded_query_model(self) -> QueryModel:
        with self._loading:
            if self._query_model is None:
                if not self.has_query_model:
                    raise IndexUnavailable(
                        "The query model is not there yet; the worker derives it when it starts."
                    )
                self._query_model = QueryModel(self._model, place_of(self._model, self._folder))
            return self._query_model

    def _loaded_reference(self) -> Any:
        with self._loading:
            if self._reference is None:
                import torch
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging

                logging.disable_progress_bar()
                torch.set_num_threads(self._threads)
                self._reference = SentenceTransformer(
                    str(self._model.path), device="cpu", local_files_only=True
                )
            return self._reference


def open_embedder(
    folder: Path, model: str | None = None, *, threads: int | None = None, downloads: bool = False
) -> SentenceEmbedder:
    """An embedder for the packaged model, or for a model's folder or published name.

    `folder` keeps the derived query model and the stamp of verified weights; `threads` are
    torch's, for documents: by default as many as there are cores, up to four.
    Raises IndexUnavailable where the model is missing or altered.
    """
    return SentenceEmbedder(
        find_model(model, stamps=folder, downloads=downloads), folder, threads=threads
    )
