"""One generation of the index, open for searching; never changes, shared by threads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable
from contentlib.ports import Likeness, Neighbour, PassageHit, Permitted
from indexer.fuse import Candidate
from indexer.keywords.tantivy import KeywordReader
from indexer.keywords.typed import TypedQuery
from indexer.manifest import Manifest, verify
from indexer.vectors.files import SegmentFiles, grouped
from indexer.vectors.likeness import every_pair, nearest
from indexer.vectors.reader import Admission, AssetCosines, ScannedSegment, VectorReader
from indexer.vectors.segments import load_segment

LEG = 100


class IndexView:
    """Opens what `manifest` names, taking over from `previous` what both name.

    Raises FileNotFoundError or IndexUnavailable where a file is missing or not whole.
    """

    def __init__(self, folder: Path, manifest: Manifest, previous: "IndexView | None") -> None:
        verify(folder, manifest, previous.verified if previous else frozenset())
        known: Mapping[SegmentFiles, ScannedSegment] = previous.scanned if previous else {}
        self.manifest = manifest
        self.verified: frozenset[tuple[str, int, str]] = frozenset(
            part.content for part in manifest.files
        )
        self.scanned: dict[SegmentFiles, ScannedSegment] = {
            files: known.get(files) or _scanned(folder, files)
            for files in grouped(manifest.segments)
        }
        self._vectors = VectorReader(list(self.scanned.values()))
        try:
            self._keywords = KeywordReader(folder / manifest.keywords)
        except Exception as problem:
            raise IndexUnavailable(
                "The search index is damaged (its keywords cannot be opened); rebuild it."
            ) from problem

    def revisions(self) -> dict[int, str]:
        return self._vectors.revisions()

    def find(
        self,
        typed: TypedQuery | None,
        ask: Callable[[], NDArray[np.float32]] | None,
        among: Permitted,
        limit: int,
        aside: Executor,
    ) -> "Found":
        """The union of the best of each leg, with all that is known of each candidate.

        A leg is left out where it has no question: `typed` is asked of the words, what `ask`
        gives of the meaning. Words are looked up `aside`, on another thread: they take as long.
        """
        admission = self._vectors.admit(among)
        if not len(admission):
            return Found(admission)
        depth = max(LEG, limit)
        matching = typed and aside.submit(self._matched, typed, among, admission, depth)
        query = ask() if ask else None
        near = set() if query is None else self._vectors.nearest(query, admission, depth)
        found = matching.result() if matching else Found(admission)
        if query is not None:
            found.cosines.update(self._vectors.cosines(query, near | found.asset_ids))
            found.background = self._vectors.background(query)
        return found

    def _matched(
        self, typed: TypedQuery, among: Permitted, admission: Admission, depth: int
    ) -> "Found":
        found = Found(admission)
        found.asset_bm25.update(self._keywords.assets(typed, among, admission.among, depth))
        passages = self._keywords.passages(typed, among, admission.among, depth)
        for asset_id, passage_id, bm25 in passages:
            found.passage_bm25.setdefault(asset_id, {})[passage_id] = bm25
        return found

    def like(self, asset_id: int, among: Permitted, limit: int) -> tuple[Neighbour, ...]:
        """The permitted assets most like this one, of those whose cards are nearest to its."""
        own = self._vectors.portraits([asset_id])
        if not own:
            return ()
        admission = self._vectors.admit(among)
        # One more: its own card is the nearest of all.
        depth = max(LEG, limit) + 1
        near = self._vectors.nearest_cards(own[asset_id].card, admission, depth)
        return nearest(own | self._vectors.portraits(near), asset_id, limit)

    def alikeness(self, asset_ids: Iterable[int]) -> dict[tuple[int, int], Likeness]:
        return every_pair(self._vectors.portraits(asset_ids))


def _scanned(folder: Path, files: SegmentFiles) -> ScannedSegment:
    clusters = {leg: folder / part.name for leg, part in files.clusters}
    return ScannedSegment(load_segment(folder / files.segment.name), clusters)


@dataclass(slots=True)
class Found:
    """What the legs found of one query, by asset, and what they looked among.

    `background` is mean and spread of its cosines with all cards; None without a meaning leg.
    """

    admission: Admission
    background: tuple[float, float] | None = None
    asset_bm25: dict[int, float] = field(default_factory=dict)
    passage_bm25: dict[int, dict[int, float]] = field(default_factory=dict)
    cosines: dict[int, AssetCosines] = field(default_factory=dict)

    @property
    def asset_ids(self) -> set[int]:
        return self.asset_bm25.keys() | self.passage_bm25.keys() | self.cosines.keys()

    @property
    def permitted(self) -> frozenset[int]:
        """Those found that may be returned, asked of the admission and of no leg."""
        return self.admission.among(self.asset_ids)

    def candidates(self) -> Iterator[Candidate]:
        for asset_id in self.asset_ids:
            near = self.cosines.get(asset_id)
            matched = self.passage_bm25.get(asset_id)
            yield Candidate(
                asset_id=asset_id,
                card_cosine=near.card if near else None,
                passage_cosine=near.best if near else None,
                asset_bm25=self.asset_bm25.get(asset_id, 0.0),
                passage_bm25=max(matched.values()) if matched else 0.0,
            )

    def passages_of(self, asset_id: int) -> list[PassageHit]:
        """Every passage known of the asset: all it has, or in a keyword search those matched."""
        bm25 = self.passage_bm25.get(asset_id, {})
        near = self.cosines.get(asset_id)
        if near is None:
            return [PassageHit(passage_id, 0.0, score) for passage_id, score in bm25.items()]
        pairs = zip(near.passage_ids.tolist(), near.cosines.tolist(), strict=True)
        return [PassageHit(pid, cosine, bm25.get(pid, 0.0)) for pid, cosine in pairs]
