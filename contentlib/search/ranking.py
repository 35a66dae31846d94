"""The order of what the index found: words and meaning, facets named, and standing. Pure.

score = the index's score + AGREEMENT * agreement with the terms named in the question
      - what an asset's standing costs it

AGREEMENT was chosen on two judged marketing libraries, where 0.1 to 0.3 give the same; see
tests/relevance/README.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from contentlib.asset.traits import Traits
from contentlib.ports import IndexHit
from contentlib.taxonomy.agreeing import NOTHING_AGREED, Agreed

AGREEMENT = 0.15
# What nobody may send yet or any more stands below what fits about as well.
NOT_CURRENT = 0.15
REVIEW_OVERDUE = 0.03
# A score below this share of the best is no result; of a hundred candidates most are none.
# Nothing judged good stood there in the first ten on the demo's golden queries.
TAIL = 0.25


@dataclass(frozen=True, slots=True)
class Ranked:
    """A hit in its place, with what moved it there."""

    hit: IndexHit
    score: float
    agreed: Agreed
    traits: Traits


def ranked(
    hits: Iterable[IndexHit],
    traits: Mapping[int, Traits],
    agreement: Mapping[int, Agreed],
    *,
    today: date,
) -> list[Ranked]:
    """Best first, equal scores by asset id. A hit without traits is gone from the library."""
    found = [
        Ranked(
            hit=hit,
            score=hit.score
            + AGREEMENT * agreement.get(hit.asset_id, NOTHING_AGREED).score
            - cost_of_standing(traits[hit.asset_id], today=today),
            agreed=agreement.get(hit.asset_id, NOTHING_AGREED),
            traits=traits[hit.asset_id],
        )
        for hit in hits
        if hit.asset_id in traits
    ]
    return sorted(found, key=lambda r: (-r.score, r.hit.asset_id))


def cost_of_standing(traits: Traits, *, today: date) -> float:
    """What being outdated costs an asset, in the index's scores."""
    expired = traits.expires_on is not None and traits.expires_on < today
    if traits.state != "published" or expired:
        return NOT_CURRENT
    overdue = traits.review_by is not None and traits.review_by < today
    return REVIEW_OVERDUE if overdue else 0.0


def worth_showing(found: list[Ranked]) -> list[Ranked]:
    """Those without the tail that scores less than a quarter of the best."""
    if not found:
        return []
    least = TAIL * found[0].score
    return [entry for entry in found if entry.score >= least]
