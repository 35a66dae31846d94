"""One generation of the index, open for searching; never changes, shared by threads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable
from contentlib.ports import PassageHit, Permitted
from indexer.fuse import Candidate
from indexer.keywords.tantivy import KeywordReader
from indexer.keywords.typed import TypedQuery
from indexer.manifest import IndexFile, Manifest, verify
from indexer.vectors.faiss import AssetCosines, ScannedSegment, VectorReader
from indexer.vectors.segments import load_segment

LEG = 100


class IndexView:
    """Opens what `manifest` names, taking over from `previous` what both name.

    Raises FileNotFoundError or IndexUnavailable where a file is missing or not whole.
    """

    def __init__(self, folder: Path, manifest: Manifest, previous: "IndexView | None") -> None:
        verify(folder, manifest, previous.verified if previous else frozenset())
        known: Mapping[IndexFile, ScannedSegment] = previous.scanned if previous else {}
        self.manifest = manifest
        self.verified: frozenset[tuple[str, int, str]] = frozenset(
            part.content for part in manifest.files
        )
        self.scanned: dict[IndexFile, ScannedSegment] = {
            part: known.get(part) or ScannedSegment(load_segment(folder / part.name))
            for part in manifest.segments
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
        typed: TypedQuery,
        query: NDArray[np.float32] | None,
        among: Permitted,
        limit: int,
    ) -> "Found":
        """The union of the best of each leg, with all that is known of each candidate.

        A leg is left out where `query` is None (meaning) or nothing was typed (words).
        """
        admission = self._vectors.admit(among)
        found = Found(admission.asset_ids)
        if not admission.asset_ids:
            return found
        permits = admission.asset_ids.__contains__
        depth = max(LEG, limit)
        found.asset_bm25.update(self._keywords.assets(typed, among, permits, depth))
        for asset_id, passage_id, bm25 in self._keywords.passages(typed, among, permits, depth):
            found.passage_bm25.setdefault(asset_id, {})[passage_id] = bm25
        if query is not None:
            near = self._vectors.nearest(query, admission, depth)
            matched = found.asset_bm25.keys() | found.passage_bm25.keys()
            found.cosines.update(self._vectors.cosines(query, sorted(near | matched)))
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """What the legs found of one query, by asset; `permitted` are the assets they looked among."""

    permitted: frozenset[int]
    asset_bm25: dict[int, float] = field(default_factory=dict)
    passage_bm25: dict[int, dict[int, float]] = field(default_factory=dict)
    cosines: dict[int, AssetCosines] = field(default_factory=dict)

    def candidates(self) -> Iterator[Candidate]:
        for asset_id in self.asset_bm25.keys() | self.passage_bm25.keys() | self.cosines.keys():
            near = self.cosines.get(asset_id)
            yield Candidate(
                asset_id=asset_id,
                card_cosine=near.card if near else None,
                passage_cosine=near.best if near else None,
                asset_bm25=self.asset_bm25.get(asset_id, 0.0),
                passage_bm25=max(self.passage_bm25.get(asset_id, {}).values(), default=0.0),
            )

    def passages_of(self, asset_id: int) -> list[PassageHit]:
        """Every passage known of the asset: all it has, or in a keyword search those matched."""
        bm25 = self.passage_bm25.get(asset_id, {})
        near = self.cosines.get(asset_id)
        if near is None:
            return [PassageHit(passage_id, 0.0, score) for passage_id, score in bm25.items()]
        pairs = zip(near.passage_ids.tolist(), near.cosines.tolist(), strict=True)
        return [PassageHit(pid, cosine, bm25.get(pid, 0.0)) for pid, cosine in pairs]
