"""How well assets agree with what is wanted, over all facets and beside each other. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from contentlib.taxonomy.nearness import Agreement, agreement
from contentlib.taxonomy.queries import TermView, Vocabulary


@dataclass(frozen=True, slots=True)
class Agreed:
    """One asset's agreement: `score` >= 0 over all facets; `facets` are those it is near in."""

    score: float
    facets: tuple[Agreement, ...]


NOTHING_AGREED = Agreed(0.0, ())


def agreed(
    words: Vocabulary, wanted: Sequence[TermView], held: Mapping[int, Collection[int]]
) -> dict[int, Agreed]:
    """asset id -> its agreement with the wanted terms; `held` is asset id -> term ids.

    score = sum over facets of nearness * (1 - mean nearness of all these assets): what all have
    tells none apart. Of several wanted terms of a facet the nearest counts.
    """
    terms = {
        asset_id: [term for term in map(words.by_id, ids) if term is not None]
        for asset_id, ids in held.items()
    }
    by_facet: dict[str, list[TermView]] = {}
    for term in wanted:
        by_facet.setdefault(term.facet, []).append(term)
    scores = dict.fromkeys(held, 0.0)
    near: dict[int, list[Agreement]] = {asset_id: [] for asset_id in held}
    for asked in by_facet.values():
        best = {
            asset_id: max((agreement(words, term, own) for term in asked), key=lambda a: a.nearness)
            for asset_id, own in terms.items()
        }
        rarity = 1 - math.fsum(a.nearness for a in best.values()) / max(len(best), 1)
        for asset_id, found in best.items():
            if found.nearness > 0:
                scores[asset_id] += rarity * found.nearness
                near[asset_id].append(found)
    return {asset_id: Agreed(scores[asset_id], tuple(near[asset_id])) for asset_id in held}
