"""A library of any size made of a few thousand embedded passages.

A passage is one of the embedded ones with a number of its own; its vector is that one's mixed
with another's and with noise, so that neighbourhoods are as crowded as a real library's.
The index is written as the product writes it: segments, merges, clusters, keywords, manifest.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contentlib.ports import IndexedAsset, IndexedPassage, Permitted
from indexer.generation import GenerationDraft
from indexer.manifest import Manifest, writing

PASSAGES_PER_ASSET = 8
NOISE = 0.35
_ASSETS_AT_ONCE = 5_000


class Mixed:
    """Stands where the cache of embeddings stands: answers the texts of `assets` below."""

    def __init__(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self._texts = texts
        self._vectors = vectors

    def assets(self, count: int) -> Iterator[IndexedAsset]:
        """`count` assets of eight passages, ids from 1; passage ids tell the passage's number."""
        for asset_id in range(1, count + 1):
            first = asset_id * (PASSAGES_PER_ASSET + 1)
            yield IndexedAsset(
                asset_id,
                self._text(first)[:70] + f" No. {first}",
                passages=tuple(
                    IndexedPassage(n, f"{self._text(n)} No. {n}")
                    for n in range(first + 1, first + 1 + PASSAGES_PER_ASSET)
                ),
            )

    def documents(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        numbers = np.array([int(text.rpartition(" ")[2]) for text in texts])
        chance = np.random.default_rng(int(numbers[0]))
        size, dimension = len(self._vectors), self._vectors.shape[1]
        own = chance.uniform(0.6, 0.9, (len(texts), 1)).astype(np.float32)
        rows = own * self._vectors[numbers % size]
        rows += (1 - own) * self._vectors[chance.integers(0, size, len(texts))]
        rows += chance.standard_normal(rows.shape, dtype=np.float32) * (NOISE / dimension**0.5)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    def _text(self, number: int) -> str:
        return self._texts[number % len(self._texts)]


def write_index(folder: Path, embedder: Any, mixed: Mixed, *, passages: int) -> int:
    """Writes an index of so many passages; gives how many assets they make."""
    count = passages // PASSAGES_PER_ASSET
    cache: Any = mixed
    with (
        writing(folder),
        GenerationDraft(folder, Manifest(embedder.model_id, embedder.dimension), cache) as draft,
    ):
        draft.put(mixed.assets(count))
    return count


def permitted(assets: int, share: float) -> Permitted:
    """That share of the assets, by chance but the same each time."""
    chosen = np.random.default_rng(17).random(assets) < share
    ids = array("q", (np.flatnonzero(chosen) + 1).tolist())
    return Permitted((assets, share), ids)
