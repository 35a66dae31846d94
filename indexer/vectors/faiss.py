"""Exact scan with FAISS under a permission bitmap.

A bitmap over dense rows needs no id map in between: ids are looked up for the few rows found.
Nothing here changes after it is built, so threads share it without a lock.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# The rows come in half precision: above this, where scans begin to wait for memory, they stay so.
HALF_PRECISION_ABOVE = 10_000
Bools = NDArray[np.bool_]
Hits = list[tuple[float, int]]


def library() -> Any:
    """FAISS; its published types know nothing of its own Python additions."""
    import faiss

    return faiss


def one_thread() -> None:
    """For what FAISS does next. A setting of the calling thread, not of the process.

    A busy neighbour core makes two threads ten times slower than one.
    """
    library().omp_set_num_threads(1)


class Selection:
    """Which rows a scan may return; no selector where it may return all.

    `count` is how many they are, `share` of how many in all.
    """

    def __init__(self, rows: Bools) -> None:
        self.count = int(np.count_nonzero(rows))
        self.share = self.count / max(len(rows), 1)
        self.selector: Any = None
        if 0 < self.count < len(rows):
            self._bits = np.packbits(rows, bitorder="little")
            self.selector = library().IDSelectorBitmap(self._bits)


class Flat:
    """Unit vectors (n, dimension) in memory, in half precision where they are many."""

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        count, self._dimension = vectors.shape
        self._kind: type = np.float16 if count > HALF_PRECISION_ABOVE else np.float32
        # A view of what FAISS holds: the vectors are in memory once.
        self._index, self._rows = self._engine(count)
        self._rows[:] = vectors

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, query: NDArray[np.float32], selected: Selection, limit: int) -> Hits:
        """(cosine, row) of the best selected rows, best first."""
        if not selected.count:
            return []
        one_thread()
        faiss = library()
        options = faiss.SearchParameters(sel=selected.selector) if selected.selector else None
        cosines, rows = self._index.search(query[np.newaxis], min(limit, len(self)), params=options)
        found = rows[0] >= 0
        return list(zip(cosines[0][found].tolist(), rows[0][found].tolist(), strict=True))

    def cosines(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Of these rows, in their order. numpy takes 9 times as long."""
        values = np.empty(len(rows), dtype=np.float32)
        if len(rows):
            one_thread()
            few, held = self._engine(len(rows))
            self._rows.take(rows, axis=0, out=held, mode="clip")
            cosines, places = few.search(query[np.newaxis], len(rows))
            values[places[0]] = cosines[0]
        return values

    def rows(self, start: int, end: int) -> NDArray:
        """Those vectors as they are held."""
        return self._rows[start:end]

    def _engine(self, count: int) -> tuple[Any, NDArray]:
        """FAISS over so many vectors, and these to be filled in: what it holds are their bytes."""
        faiss = library()

        index = (
            faiss.IndexScalarQuantizer(
                self._dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            if self._kind is np.float16
            else faiss.IndexFlatIP(self._dimension)
        )
        index.is_trained = True
        index.codes.resize(count * index.sa_code_size())
        index.ntotal = count
        codes = faiss.rev_swig_ptr(index.codes.data(), index.codes.size())
        return index, codes.view(self._kind).reshape(count, self._dimension)
