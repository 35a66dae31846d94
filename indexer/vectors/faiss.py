"""Exact scan with FAISS under a permission bitmap; rows are numbered densely by segment.

A bitmap over dense rows needs no id map in between: passage ids are looked up for the few
rows found. Nothing here changes after it is built, so threads share it without a lock.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contentlib.ports import Permitted
from indexer.vectors.segments import AssetTable, Segment, current, ranges, rows_kept

HALF_PRECISION_ABOVE = 50_000
REMEMBERED_BITMAPS = 32
Bools = NDArray[np.bool_]


def _faiss() -> Any:
    """The library; its published types know nothing of its own Python additions."""
    import faiss

    return faiss


class Flat:
    """Unit vectors (n, dimension) in memory, in half precision where they are many."""

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        faiss = _faiss()

        count, dimension = vectors.shape
        self._index: Any
        if count > HALF_PRECISION_ABOVE:
            self._index = faiss.IndexScalarQuantizer(
                dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            self._index.train(np.zeros((1, dimension), dtype=np.float32))
        else:
            self._index = faiss.IndexFlatIP(dimension)
        for start in range(0, count, HALF_PRECISION_ABOVE):
            self._index.add(vectors[start : start + HALF_PRECISION_ABOVE].astype(np.float32))
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self._index.codes.size())
        kind = np.float16 if count > HALF_PRECISION_ABOVE else np.float32
        # A view of what FAISS holds: the vectors are in memory once.
        self._rows = codes.view(kind).reshape(count, dimension)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(
        self, query: NDArray[np.float32], selected: "Selection", limit: int
    ) -> list[tuple[float, int]]:
        """(cosine, row) of the best selected rows, best first."""
        faiss = _faiss()

        if not selected.any or not len(self):
            return []
        # A setting of the calling thread, not of the process: so at each search.
        faiss.omp_set_num_threads(1)
        options = faiss.SearchParameters(sel=selected.selector) if selected.selector else None
        cosines, rows = self._index.search(query[np.newaxis], min(limit, len(self)), params=options)
        return [(float(c), int(r)) for c, r in zip(cosines[0], rows[0], strict=True) if r >= 0]

    def cosines(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(self._rows[rows].astype(np.float32) @ query)


class Selection:
    """Which rows a scan may return; no selector where it may return all."""

    def __init__(self, rows: Bools) -> None:
        faiss = _faiss()

        self.any = bool(rows.any())
        self.selector: Any = None
        if self.any and not rows.all():
            self._bits = np.packbits(rows, bitorder="little")
            self.selector = faiss.IDSelectorBitmap(self._bits)


class ScannedSegment:
    """A segment with its two flat indexes."""

    def __init__(self, segment: Segment) -> None:
        self.table: AssetTable = segment.table
        self.passage_ids = segment.passage_ids
        self.cards = Flat(segment.cards)
        self.passages = Flat(segment.vectors)
        self.owners = np.repeat(np.arange(len(segment.table.asset_ids)), np.diff(self.table.starts))


@dataclass(frozen=True, slots=True)
class Admission:
    """What a Permitted means here: the permitted assets held, and for each segment its rows."""

    asset_ids: frozenset[int]
    cards: tuple[Selection, ...]
    passages: tuple[Selection, ...]


@dataclass(frozen=True, slots=True)
class AssetCosines:
    """An asset's cosine by its card, by its best passage if it has any, and by each of them."""

    card: float
    best: float | None
    passage_ids: NDArray[np.int64]
    cosines: NDArray[np.float32]


class VectorReader:
    """Scans the segments of one generation, oldest first; safe for many threads."""

    def __init__(self, segments: Sequence[ScannedSegment]) -> None:
        self.segments = tuple(segments)
        self._holds = current([segment.table for segment in segments])
        self._places: dict[int, tuple[int, int]] = {}
        for number, (segment, holds) in enumerate(zip(self.segments, self._holds, strict=True)):
            places = np.flatnonzero(holds)
            ids = segment.table.asset_ids[places]
            self._places.update(
                (asset_id, (number, place))
                for asset_id, place in zip(ids.tolist(), places.tolist(), strict=True)
            )
        self._admissions: OrderedDict[Hashable, Admission] = OrderedDict()
        self._remembering = threading.Lock()

    def revisions(self) -> dict[int, str]:
        """asset_id -> revision of all that is held."""
        columns = [segment.table.revisions.tolist() for segment in self.segments]
        return {
            asset_id: columns[number][place].decode()
            for asset_id, (number, place) in self._places.items()
        }

    def admit(self, among: Permitted) -> Admission:
        """The rows a search among these may return, remembered by the set's key."""
        key = (among.key, len(among))
        with self._remembering:
            if key in self._admissions:
                self._admissions.move_to_end(key)
                return self._admissions[key]
        admission = self._admit(np.array(among.asset_ids, dtype=np.int64))
        with self._remembering:
            self._admissions[key] = admission
            while len(self._admissions) > REMEMBERED_BITMAPS:
                self._admissions.popitem(last=False)
        return admission

    def _admit(self, permitted: NDArray[np.int64]) -> Admission:
        kept = [
            holds & np.isin(segment.table.asset_ids, permitted)
            for segment, holds in zip(self.segments, self._holds, strict=True)
        ]
        pairs = list(zip(self.segments, kept, strict=True))
        return Admission(
            asset_ids=frozenset(
                asset_id for s, keep in pairs for asset_id in s.table.asset_ids[keep].tolist()
            ),
            cards=tuple(Selection(keep) for keep in kept),
            passages=tuple(Selection(rows_kept(s.table, keep)) for s, keep in pairs),
        )

    def nearest(self, query: NDArray[np.float32], admission: Admission, limit: int) -> set[int]:
        """The assets of the `limit` nearest passages and of the `limit` nearest cards."""
        cards: list[tuple[float, int]] = []
        passages: list[tuple[float, int]] = []
        for number, segment in enumerate(self.segments):
            ids = segment.table.asset_ids
            found = segment.cards.nearest(query, admission.cards[number], limit)
            cards += [(cosine, int(ids[row])) for cosine, row in found]
            found = segment.passages.nearest(query, admission.passages[number], limit)
            passages += [(cosine, int(ids[segment.owners[row]])) for cosine, row in found]
        return {
            asset_id
            for leg in (cards, passages)
            for _, asset_id in sorted(leg, key=lambda hit: (-hit[0], hit[1]))[:limit]
        }

    def cosines(
        self, query: NDArray[np.float32], asset_ids: Sequence[int]
    ) -> dict[int, AssetCosines]:
        """Every cosine of each of these assets that is held."""
        found: dict[int, AssetCosines] = {}
        for number, segment in enumerate(self.segments):
            here = [a for a in asset_ids if a in self._places and self._places[a][0] == number]
            if not here:
                continue
            places = np.array([self._places[a][1] for a in here], dtype=np.int64)
            first = segment.table.starts[places]
            counts = segment.table.starts[places + 1] - first
            rows = ranges(first, counts)
            ids = segment.passage_ids[rows]
            values = segment.passages.cosines(query, rows)
            cards = segment.cards.cosines(query, places).tolist()
            ends = np.cumsum(counts)
            some = counts > 0
            best = np.full(len(here), np.nan, dtype=np.float32)
            if some.any():
                best[some] = np.maximum.reduceat(values, (ends - counts)[some])
            spans = zip((ends - counts).tolist(), ends.tolist(), strict=True)
            for asset_id, card, top, (start, end) in zip(
                here, cards, best.tolist(), spans, strict=True
            ):
                found[asset_id] = AssetCosines(
                    card, top if end > start else None, ids[start:end], values[start:end]
                )
        return found
