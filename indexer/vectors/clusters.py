"""Beyond 300,000 rows: FAISS looks into the nearest clusters only, then completes cosines.

The clusters hold one byte a number (`IVF,SQ8`), find a few more rows than asked for, and these
are compared exactly. Where few rows are permitted they are all compared exactly instead.
Built once when a segment is written, in a file of its own beside it, which is mapped, not read.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable
from indexer.vectors.faiss import Flat, Hits, Selection, library, one_thread

CLUSTERED_ABOVE = 300_000
# A smaller segment of a large index is scanned as fast as its clusters would be looked into.
SMALLEST_CLUSTERED = 50_000
# Comparing this many permitted rows costs what looking into the clusters does (4 ms).
EXACT_UP_TO = 30_000
# Of 2,048 clusters over a million rows: recall@10 .99 in a tenth of the time of a full scan.
PROBED = 128
FOUND_PER_ASKED = 1.5
TRAINING_ROWS_PER_CLUSTER = 40
TRAINING_ROUNDS = 8
SEED = 1
_ADDED_AT_ONCE = 50_000
_MOST_THREADS = 4


def wanted(counts: Sequence[Sequence[int]]) -> list[list[bool]]:
    """Which scans of an index want clusters, by how many rows each has in each segment."""
    many = sum(map(sum, counts)) > CLUSTERED_ABOVE
    return [[many and count > SMALLEST_CLUSTERED for count in scan] for scan in counts]


def build_clusters(vectors: NDArray[np.float16], place: Path) -> None:
    """Writes the clusters of these unit vectors (n, dimension), the same for the same vectors.

    2 sqrt(n) clusters. Durable on return; 20 s for a million rows of 384 on two cores.
    """
    faiss = library()

    faiss.omp_set_num_threads(min(_MOST_THREADS, os.cpu_count() or 1))
    count, dimension = vectors.shape
    clusters = max(1, round(2 * count**0.5))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        clusters,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.seed = SEED
    index.cp.niter = TRAINING_ROUNDS
    index.cp.spherical = True
    sampled = min(count, TRAINING_ROWS_PER_CLUSTER * clusters)
    sample = np.sort(np.random.default_rng(SEED).choice(count, sampled, replace=False))
    index.train(vectors[sample].astype(np.float32))
    for start in range(0, count, _ADDED_AT_ONCE):
        index.add(vectors[start : start + _ADDED_AT_ONCE].astype(np.float32))
    faiss.write_index(index, str(place))
    with place.open("rb") as file:
        os.fsync(file.fileno())


class Clustered:
    """Rows with their clusters; searched like `Flat`."""

    def __init__(self, flat: Flat, place: Path) -> None:
        """Raises IndexUnavailable for clusters that are not whole or of other rows."""
        faiss = library()

        self._flat = flat
        try:
            self._index = faiss.read_index(str(place), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        except RuntimeError as problem:
            raise _damaged(place) from problem
        if self._index.ntotal != len(flat):
            raise _damaged(place)
        # Its threads would read ahead from a disk what lies in memory.
        faiss.downcast_InvertedLists(self._index.invlists).prefetch_nthread = 0

    def __len__(self) -> int:
        return len(self._flat)

    def nearest(self, query: NDArray[np.float32], selected: Selection, limit: int) -> Hits:
        """(cosine, row) of the best selected rows, best first: nearly all of them, or exact."""
        if selected.count <= EXACT_UP_TO:
            return self._flat.nearest(query, selected, limit)
        one_thread()
        # The fewer are permitted, the farther the nearest of them lie.
        probed = min(self._index.nlist, round(PROBED * selected.share ** (-1 / 3)))
        options = library().SearchParametersIVF(nprobe=probed)
        if selected.selector is not None:
            options.sel = selected.selector
        asked = round(FOUND_PER_ASKED * limit)
        _, rows = self._index.search(query[np.newaxis], asked, params=options)
        found = rows[0][rows[0] >= 0]
        # What is permitted lies elsewhere: another industry than the one asked about.
        if len(found) < min(asked, selected.count):
            return self._flat.nearest(query, selected, limit)
        cosines = self._flat.cosines(query, found)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return list(zip(cosines[best].tolist(), found[best].tolist(), strict=True))

    def cosines(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._flat.cosines(query, rows)

    def rows(self, start: int, end: int) -> NDArray:
        """Those vectors as they are held."""
        return self._flat.rows(start, end)


def _damaged(place: Path) -> IndexUnavailable:
    return IndexUnavailable(f"The search index is damaged ({place.name} is not whole); rebuild it.")
