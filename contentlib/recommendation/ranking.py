"""The order of what may be suggested for a deal. Pure.

score = mean over the ways the deal is asked of the index's score
      + AGREEMENT * agreement with what is wanted
      - what the asset's standing costs it - ALREADY_SENT if this account got it
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contentlib.asset.copies import Pair
from contentlib.asset.traits import Traits
from contentlib.crm.rules import company_key
from contentlib.ports import IndexHit, Likeness, PassageHit
from contentlib.search.ranking import cost_of_standing
from contentlib.search.rules import fit
from contentlib.taxonomy.agreeing import NOTHING_AGREED, Agreed

# Chosen on two judged libraries, where 0 to .06 give the same within their intervals, and the
# demo's deals, where more is better (tests/relevance/README.md).
AGREEMENT = 0.03
# Enough to stand behind whatever fits about as well and is new to them.
ALREADY_SENT = 0.10
# Of two that are alike the second loses up to this much, from LIKE_ENOUGH on.
VARIETY = 0.10
LIKE_ENOUGH = 0.60


@dataclass(frozen=True, slots=True)
class Scored:
    """An asset that may be suggested; `fit` is comparable between deals, `score` is not."""

    asset_id: int
    score: float
    fit: float
    agreed: Agreed
    traits: Traits
    passage: PassageHit | None
    sent_at: datetime | None = None


def scored(
    answers: Sequence[Iterable[IndexHit]],
    traits: Mapping[int, Traits],
    agreement: Mapping[int, Agreed],
    *,
    sent: Mapping[int, datetime],
    today: date,
) -> list[Scored]:
    """Best first, equal scores by asset id. `answers`: the hits of each way the deal was asked.

    An asset that one way did not bring up counts there as its last hit: no more than that, and
    how much less is not known.
    """
    found: dict[int, list[IndexHit]] = {}
    scores: dict[int, list[float]] = {}
    lists = [list(answer) for answer in answers]
    for hits in lists:
        for hit in hits:
            found.setdefault(hit.asset_id, []).append(hit)
    for hits in lists:
        here = {hit.asset_id: hit.score for hit in hits}
        least = min(here.values(), default=0.0)
        for asset_id in found:
            scores.setdefault(asset_id, []).append(here.get(asset_id, least))
    entries = [
        Scored(
            asset_id=asset_id,
            score=math.fsum(scores[asset_id]) / len(scores[asset_id])
            + AGREEMENT * agreement.get(asset_id, NOTHING_AGREED).score
            - cost_of_standing(traits[asset_id], today=today)
            - (ALREADY_SENT if asset_id in sent else 0.0),
            fit=_fit_of(hits),
            agreed=agreement.get(asset_id, NOTHING_AGREED),
            traits=traits[asset_id],
            passage=_best_passage(hits),
            sent_at=sent.get(asset_id),
        )
        for asset_id, hits in found.items()
        if asset_id in traits
    ]
    return sorted(entries, key=lambda entry: (-entry.score, entry.asset_id))


def best_of(answers: Iterable[Iterable[IndexHit]]) -> tuple[IndexHit, ...]:
    """The answers to the parts of one text as one: each asset by the part that it fits best."""
    best: dict[int, IndexHit] = {}
    for hits in answers:
        for hit in hits:
            known = best.get(hit.asset_id)
            if known is None or hit.score > known.score:
                best[hit.asset_id] = hit
    return tuple(best.values())


def _fit_of(hits: Sequence[IndexHit]) -> float:
    """Half how well it fits the way of asking that it fits best, half all of them.

    The best alone is fooled by one common word of many, the mean by a deal of which only the
    notes say something. On two judged libraries, each also asked the other's questions, this
    told those with an answer from those without best (tests/relevance/README.md).
    """
    fits = [fit(hit) for hit in hits]
    return (max(fits) + math.fsum(fits) / len(fits)) / 2


def _best_passage(hits: Iterable[IndexHit]) -> PassageHit | None:
    """The passage nearest to any of the ways it was asked."""
    passages = [passage for hit in hits for passage in hit.passages]
    return max(passages, key=lambda p: (p.cosine, p.bm25, -p.passage_id), default=None)


def without_copies(
    found: Sequence[Scored], copies: Container[Pair]
) -> tuple[list[Scored], dict[int, list[int]]]:
    """The assets without near-copies of better ones, and kept id -> the ids folded into it.

    `copies` holds the pairs that share their wording, the lower id first.
    """
    kept: list[Scored] = []
    folded: dict[int, list[int]] = {}
    for entry in found:
        original = next((k for k in kept if _pair(k.asset_id, entry.asset_id) in copies), None)
        if original is None:
            kept.append(entry)
        else:
            folded.setdefault(original.asset_id, []).append(entry.asset_id)
    return kept, folded


def varied(found: Sequence[Scored], alike: Mapping[Pair, Likeness], *, limit: int) -> list[Scored]:
    """The best `limit`, each chosen for its score less what it repeats of those above it.

    Maximal marginal relevance (Carbonell & Goldstein 1998) with the card's cosine from
    LIKE_ENOUGH on; two stories of one customer are as alike as can be.
    """
    companies = {e.asset_id: company_key(e.traits.customer or "") for e in found}
    repeats = dict.fromkeys(companies, 0.0)
    pool, chosen = list(found), list[Scored]()
    while pool and len(chosen) < limit:
        best = max(pool, key=lambda e: (e.score - VARIETY * repeats[e.asset_id], -e.asset_id))
        pool.remove(best)
        chosen.append(best)
        for entry in pool:
            is_same = companies[best.asset_id] and (
                companies[entry.asset_id] == companies[best.asset_id]
            )
            likeness = alike.get(_pair(entry.asset_id, best.asset_id))
            again = 1.0 if is_same else _repetition(likeness)
            repeats[entry.asset_id] = max(repeats[entry.asset_id], again)
    return chosen


def _repetition(likeness: Likeness | None) -> float:
    """In [0, 1]: how much of one stands in the other."""
    if likeness is None:
        return 0.0
    return max(0.0, likeness.card - LIKE_ENOUGH) / (1 - LIKE_ENOUGH)


def _pair(one: int, other: int) -> Pair:
    return (min(one, other), max(one, other))
