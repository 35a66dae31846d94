"""What fits a deal: permission in SQL, relevance in the index, order and reasons after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.indexing import PassageLine, passages_by_id
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.traits import Traits, traits_of
from contentlib.asset.visibility import Narrowing, PermittedCache
from contentlib.errors import InvalidInput
from contentlib.member.rules import Viewer
from contentlib.ports import SearchIndex
from contentlib.recommendation import ranking, rules
from contentlib.recommendation.deal import Deal, parts_of
from contentlib.recommendation.evidence_queries import (
    alike_by,
    deals_sent_in,
    ever_sent,
    sent_to_account,
)
from contentlib.recommendation.ranking import Scored
from contentlib.recommendation.reasons import Reason, reasons
from contentlib.search.rules import Span, query_words, snippet
from contentlib.search.similar import copies_among
from contentlib.taxonomy.agreeing import agreed
from contentlib.taxonomy.queries import Vocabulary, vocabulary

# Whatever the role: what is suggested is meant to be sent.
_SENDABLE = Narrowing({}, only_sendable=True)
_CANDIDATES = 200
# Variety is looked for among the best so many; who asks for more gets the others as they stand.
_POOL = 40
_LOOKED_AT = 3
_TELLING_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An asset with the reasons for it; `copies` are near-copies that it stands for."""

    line: AssetLine
    rank: int
    score: float
    fit: float
    confident: bool
    reasons: tuple[Reason, ...]
    passage: PassageLine | None
    snippet: tuple[Span, ...]
    copies: tuple[AssetLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What fits a deal. `confident` false: nothing fits well, these are the nearest there are.

    `confidence` is the best fit among the first three.
    """

    results: tuple[Recommendation, ...]
    confident: bool
    confidence: float


NOTHING_RECOMMENDED = Recommendations((), False, 0.0)


def recommend(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    *,
    deal: Deal,
    today: date,
    floor: float,
    limit: int = 10,
    words: Vocabulary | None = None,
) -> Recommendations:
    """The assets to send for a deal, best first. At most thirteen statements.

    Only what may be sent; never a story to its own customer or that customer's competitor.
    Raises InvalidInput for a deal with nothing to go by, IndexUnavailable.
    """
    if deal.is_blank:
        raise InvalidInput("There is nothing to go by: leave at least one thing switched on.")
    words = words or vocabulary(session)
    among = cache.permitted(session, viewer, today=today, narrowing=_SENDABLE)
    answers = [
        ranking.best_of(index.search(p, among=among, limit=_CANDIDATES) for p in parts_of(way))
        for way in deal.ways_to_ask
    ]
    traits = _suggestible(session, deal, words, [hit.asset_id for a in answers for hit in a])
    held = {asset_id: one.term_ids for asset_id, one in traits.items()}
    found = ranking.scored(
        answers,
        traits,
        agreed(words, deal.terms, held),
        sent=sent_to_account(session, deal),
        today=today,
    )
    pool = found[:_POOL]
    alike = index.alikeness([entry.asset_id for entry in pool])
    kept, folded = ranking.without_copies(pool, copies_among(session, alike))
    chosen = ranking.varied(kept, alike, limit=limit)
    chosen += found[len(pool) :][: limit - len(chosen)]
    return _with_reasons(session, viewer, deal, words, chosen, folded, today=today, floor=floor)


def _suggestible(
    session: Session, deal: Deal, words: Vocabulary, asset_ids: Sequence[int]
) -> dict[int, Traits]:
    return {
        asset_id: traits
        for asset_id, traits in traits_of(session, list(dict.fromkeys(asset_ids))).items()
        if withheld(deal, traits, words) is None
    }


def withheld(deal: Deal, traits: Traits, words: Vocabulary) -> str | None:
    """Why an asset must not be suggested for a deal, as a sentence; None when it may."""
    allowed: set[int] | None = None
    if traits.rights_regions:
        terms = [words.term("region", name) for name in traits.rights_regions]
        allowed = {i for term in terms if term for i in words.with_descendants(term)}
    return rules.withheld(
        account=deal.account,
        customer=traits.customer,
        customer_competitors=traits.customer_competitors,
        regions={term.id for term in deal.terms_of("region")},
        allowed_regions=allowed,
    )


def _with_reasons(
    session: Session,
    viewer: Viewer,
    deal: Deal,
    words: Vocabulary,
    chosen: Sequence[Scored],
    folded: dict[int, list[int]],
    *,
    today: date,
    floor: float,
) -> Recommendations:
    ids = [entry.asset_id for entry in chosen]
    copies = {asset_id: folded.get(asset_id, []) for asset_id in ids}
    lines = lines_by_id(session, [*ids, *(i for c in copies.values() for i in c)], today=today)
    passages = passages_by_id(
        session, [entry.passage.passage_id for entry in chosen if entry.passage]
    )
    alike = alike_by(deal, words)
    counts = deals_sent_in(session, viewer, deal, alike, ids) if alike else {}
    sent = ever_sent(session, ids)
    asked = _telling_words(deal)
    results = []
    for rank, entry in enumerate(chosen, start=1):
        passage = passages.get(entry.passage.passage_id) if entry.passage else None
        line = lines[entry.asset_id]
        results.append(
            Recommendation(
                line=line,
                rank=rank,
                score=entry.score,
                fit=entry.fit,
                confident=entry.fit >= floor,
                reasons=reasons(
                    entry,
                    passage=passage,
                    alike=alike,
                    deals_sent_in=counts.get(entry.asset_id, 0),
                    was_ever_sent=entry.asset_id in sent,
                    today=today,
                ),
                passage=passage,
                snippet=snippet(passage.text if passage else line.summary, asked),
                copies=tuple(lines[i] for i in copies[entry.asset_id]),
            )
        )
    best = [result.fit for result in results[:_LOOKED_AT]]
    confidence = max(best, default=0.0)
    return Recommendations(tuple(results), confidence >= floor and bool(best), confidence)


def _telling_words(deal: Deal) -> tuple[str, ...]:
    """The words to mark in a passage: of a long note short words and figures tell nothing."""
    words = query_words(" ".join(deal.ways_to_ask))
    return tuple(word for word in words if len(word) >= _TELLING_LETTERS and word.isalpha())
