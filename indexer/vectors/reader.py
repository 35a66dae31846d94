"""Searches the vectors of one generation: its segments, oldest first, as one whole.

Rows are numbered densely by segment; nothing is kept by asset but what the segments hold, so
opening a generation costs nothing that grows with what was there before.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contentlib.ports import Permitted
from indexer.vectors.background import Background
from indexer.vectors.clusters import Clustered
from indexer.vectors.faiss import Bools, Flat, Hits, Selection
from indexer.vectors.likeness import Portrait, portrait
from indexer.vectors.segments import (
    CARDS,
    PASSAGES,
    AssetTable,
    Segment,
    current,
    placed,
    ranges,
    rows_kept,
)

REMEMBERED_BITMAPS = 32


class ScannedSegment:
    """A segment with its two scans. `clusters`: leg -> the file of its clusters, where it has."""

    def __init__(self, segment: Segment, clusters: Mapping[str, Path] | None = None) -> None:
        self.table: AssetTable = segment.table
        self.passage_ids = segment.passage_ids
        places = clusters or {}
        self.cards = _scan(segment.cards, places.get(CARDS))
        self.passages = _scan(segment.vectors, places.get(PASSAGES))

    def owners(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The asset of each of these passage rows."""
        return self.table.asset_ids[np.searchsorted(self.table.starts, rows, side="right") - 1]


def _scan(vectors: NDArray[np.float16], clusters: Path | None) -> Flat | Clustered:
    flat = Flat(vectors)
    return Clustered(flat, clusters) if clusters else flat


class AssetCosines(NamedTuple):
    """An asset's cosine by its card, by its best passage if it has any, and by each of them."""

    card: float
    best: float | None
    span: slice
    ids_of_all: NDArray[np.int64]
    cosines_of_all: NDArray[np.float32]

    @property
    def passage_ids(self) -> NDArray[np.int64]:
        return self.ids_of_all[self.span]

    @property
    def cosines(self) -> NDArray[np.float32]:
        return self.cosines_of_all[self.span]


class Admission:
    """What a Permitted means here: the permitted assets held, and for each segment its rows."""

    def __init__(self, tables: Sequence[AssetTable], kept: Sequence[Bools]) -> None:
        self._tables = tuple(tables)
        self._kept = tuple(kept)
        self.cards = tuple(Selection(keep) for keep in kept)
        self.passages = tuple(
            Selection(rows_kept(table, keep)) for table, keep in zip(tables, kept, strict=True)
        )

    def __len__(self) -> int:
        return sum(selection.count for selection in self.cards)

    def among(self, asset_ids: Iterable[int]) -> frozenset[int]:
        """Those of these assets that are permitted and held."""
        wanted = np.array(sorted(set(asset_ids)), dtype=np.int64)
        found: set[int] = set()
        for table, keep in zip(self._tables, self._kept, strict=True):
            places, here = placed(table, wanted)
            found.update(wanted[here & keep[places]].tolist())
        return frozenset(found)


class VectorReader:
    """Scans the segments of one generation, oldest first; safe for many threads."""

    def __init__(self, segments: Sequence[ScannedSegment]) -> None:
        self.segments = tuple(segments)
        self._holds = current([segment.table for segment in segments])
        self._admissions: OrderedDict[Hashable, Admission] = OrderedDict()
        self._remembering = threading.Lock()
        self._background: Background | None = None

    def background(self, query: NDArray[np.float32]) -> tuple[float, float]:
        """Mean and spread of a question's cosines with all the cards held, from a sample."""
        if self._background is None:
            self._background = Background(
                [
                    (segment.cards.rows(0, len(holds)), holds)
                    for segment, holds in zip(self.segments, self._holds, strict=True)
                ]
            )
        return self._background.of(query)

    def revisions(self) -> dict[int, str]:
        """asset_id -> revision of all that is held."""
        return {
            asset_id: revision.decode()
            for segment, holds in zip(self.segments, self._holds, strict=True)
            for asset_id, revision in zip(
                segment.table.asset_ids[holds].tolist(),
                segment.table.revisions[holds].tolist(),
                strict=True,
            )
        }

    def admit(self, among: Permitted) -> Admission:
        """The rows a search among these may return, remembered by the set's key."""
        key = (among.key, len(among))
        with self._remembering:
            if key in self._admissions:
                self._admissions.move_to_end(key)
                return self._admissions[key]
        permitted = np.array(among.asset_ids, dtype=np.int64)
        tables = [segment.table for segment in self.segments]
        kept = [
            holds & np.isin(table.asset_ids, permitted)
            for table, holds in zip(tables, self._holds, strict=True)
        ]
        admission = Admission(tables, kept)
        with self._remembering:
            self._admissions[key] = admission
            while len(self._admissions) > REMEMBERED_BITMAPS:
                self._admissions.popitem(last=False)
        return admission

    def nearest(self, query: NDArray[np.float32], admission: Admission, limit: int) -> set[int]:
        """The assets of the `limit` nearest passages and of the `limit` nearest cards."""
        passages: Hits = []
        for segment, selected in zip(self.segments, admission.passages, strict=True):
            found = segment.passages.nearest(query, selected, limit)
            rows = np.array([row for _, row in found], dtype=np.int64)
            owners = segment.owners(rows).tolist()
            passages += [(-cosine, owner) for (cosine, _), owner in zip(found, owners, strict=True)]
        owning = {asset_id for _, asset_id in sorted(passages)[:limit]}
        return owning | set(self.nearest_cards(query, admission, limit))

    def nearest_cards(
        self, query: NDArray[np.float32], admission: Admission, limit: int
    ) -> list[int]:
        """The assets of the `limit` nearest cards, nearest first."""
        hits: Hits = []
        for segment, selected in zip(self.segments, admission.cards, strict=True):
            ids = segment.table.asset_ids
            found = segment.cards.nearest(query, selected, limit)
            hits += [(-cosine, int(ids[row])) for cosine, row in found]
        return [asset_id for _, asset_id in sorted(hits)[:limit]]

    def portraits(self, asset_ids: Iterable[int]) -> dict[int, Portrait]:
        """Each of these assets that is held, by its card and its text as a whole."""
        found: dict[int, Portrait] = {}
        for segment, ids, places in self._held(asset_ids):
            starts, ends = segment.table.starts[places], segment.table.starts[places + 1]
            spans = zip(ids, places.tolist(), starts.tolist(), ends.tolist(), strict=True)
            for asset_id, place, start, end in spans:
                card = segment.cards.rows(place, place + 1)[0]
                found[asset_id] = portrait(card, segment.passages.rows(start, end))
        return found

    def cosines(
        self, query: NDArray[np.float32], asset_ids: Iterable[int]
    ) -> dict[int, AssetCosines]:
        """Every cosine of each of these assets that is held."""
        found: dict[int, AssetCosines] = {}
        for segment, here, places in self._held(asset_ids):
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
                has_passages = end > start
                found[asset_id] = AssetCosines(
                    card, top if has_passages else None, slice(start, end), ids, values
                )
        return found

    def _held(
        self, asset_ids: Iterable[int]
    ) -> Iterator[tuple[ScannedSegment, list[int], NDArray[np.int64]]]:
        """Each segment that holds some of these, with those and their places in it, ascending."""
        wanted = np.array(sorted(set(asset_ids)), dtype=np.int64)
        for segment, holds in zip(self.segments, self._holds, strict=True):
            places, here = placed(segment.table, wanted)
            here &= holds[places]
            if here.any():
                yield segment, wanted[here].tolist(), places[here]
