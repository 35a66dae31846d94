"""One generation of the index, open for searching; never changes, shared by threads."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contentlib.errors import IndexUnavailable
from contentlib.ports import PassageHit, Permitted
from indexer.fuse import Candidate, contenders
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

    def candidates(
        self,
        typed: TypedQuery,
        query: NDArray[np.float32] | None,
        among: Permitted,
        limit: int,
    ) -> tuple[list[Candidate], frozenset[int]]:
        """The union of the best of each leg with all scores, and the permitted assets held.

        A leg is left out where `query` is None (meaning) or nothing was typed (words).
        """
        admission = self._vectors.admit(among)
        if not admission.asset_ids:
            return [], admission.asset_ids
        permits = admission.asset_ids.__contains__
        depth = max(LEG, limit)
        asset_bm25 = dict(self._keywords.assets(typed, among, permits, depth))
        passage_bm25: dict[int, dict[int, float]] = {}
        for asset_id, passage_id, bm25 in self._keywords.passages(typed, among, permits, depth):
            passage_bm25.setdefault(asset_id, {})[passage_id] = bm25
        found = asset_bm25.keys() | passage_bm25.keys()
        cosines: dict[int, AssetCosines] = {}
        if query is not None:
            found |= self._vectors.nearest(query, admission, depth)
            cosines = self._vectors.cosines(query, sorted(found))
        candidates = [
            Candidate(
                asset_id=asset_id,
                card_cosine=cosines[asset_id].card if asset_id in cosines else None,
                asset_bm25=asset_bm25.get(asset_id, 0.0),
                passages=_passages(cosines.get(asset_id), passage_bm25.get(asset_id, {})),
            )
            for asset_id in sorted(found)
        ]
        return candidates, admission.asset_ids


def _passages(cosines: AssetCosines | None, bm25: Mapping[int, float]) -> tuple[PassageHit, ...]:
    if cosines is None:
        return tuple(PassageHit(passage_id, 0.0, score) for passage_id, score in bm25.items())
    ids, values = cosines.passage_ids.tolist(), cosines.cosines.tolist()
    return tuple(
        PassageHit(ids[n], values[n], bm25.get(ids[n], 0.0)) for n in contenders(values, bm25, ids)
    )
