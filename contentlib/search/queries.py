"""Finding assets: permission in SQL, relevance in the index, ranking after it."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.facet_counts import facet_counts_among
from contentlib.asset.indexing import PassageLine, passages_by_id
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.visibility import NOTHING_NARROWED, Narrowing, PermittedCache
from contentlib.errors import IndexUnavailable
from contentlib.member.rules import Viewer
from contentlib.ports import IndexHit, Permitted, SearchIndex
from contentlib.search import rules

# Facets are counted over this many candidates: a rank beyond is no answer any more.
_CANDIDATES = 100

# A fit further down does not make the answer a fit: people look at the first few.
_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Result:
    """An asset found, with the passage that matched best."""

    line: AssetLine
    rank: int
    score: float
    cosine: float
    confident: bool
    passage: PassageLine | None
    snippet: tuple[rules.Span, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """An answer. `confident` false: nothing here fits well, the results are the nearest."""

    results: tuple[Result, ...]
    total: int
    confident: bool
    facet_counts: dict[int, int]


NOTHING_FOUND = Results((), 0, False, {})


def find(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    *,
    text: str,
    today: date,
    floor: float,
    narrowing: Narrowing = NOTHING_NARROWED,
    limit: int = 10,
    mode: str = "fused",
) -> Results:
    """The best assets for the words among those the member may see. At most six statements.

    An answer is confident when one of its first three results is; otherwise its results are the
    nearest there are. Raises IndexUnavailable.
    """
    if not text.strip():
        return NOTHING_FOUND
    among = cache.permitted(session, viewer, today=today, narrowing=narrowing)
    hits = index.search(text, among=among, limit=max(limit, _CANDIDATES), mode=mode)
    kept = rules.worth_showing(hits)
    results = _shown(session, kept[:limit], text, today=today, floor=floor)
    return Results(
        results=results,
        total=len(kept),
        confident=any(result.confident for result in results[:_LOOKED_AT]),
        facet_counts=facet_counts_among(session, [hit.asset_id for hit in kept]),
    )


def counts_of_narrowed(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    *,
    text: str,
    today: date,
    narrowing: Narrowing,
) -> dict[str, dict[int, int]]:
    """For each facet that is narrowed: its counts as if it were not.

    So the other terms of a chosen facet stay choosable. One more search and at most three
    statements a narrowed facet. Raises IndexUnavailable.
    """
    found: dict[str, dict[int, int]] = {}
    for key in narrowing.term_ids:
        among = cache.permitted(session, viewer, today=today, narrowing=narrowing.without(key))
        hits = rules.worth_showing(index.search(text, among=among, limit=_CANDIDATES))
        found[key] = facet_counts_among(session, [hit.asset_id for hit in hits])
    return found


@dataclass(frozen=True, slots=True)
class Match:
    """A passage of one asset that fits the words."""

    page: int
    is_notes: bool
    snippet: tuple[rules.Span, ...]


def matches_in(
    session: Session, index: SearchIndex, asset_id: int, *, text: str, limit: int = 3
) -> tuple[Match, ...]:
    """The asset's best passages for the words, best first; the caller may see the asset.

    One statement. Empty while the index cannot answer: the page stands without them.
    """
    among = Permitted(("one asset", asset_id), array("q", [asset_id]))
    try:
        hits = index.search(text, among=among, limit=1)
    except IndexUnavailable:
        return ()
    ids = [passage.passage_id for hit in hits for passage in hit.passages[:limit]]
    passages = passages_by_id(session, ids)
    words = rules.query_words(text)
    return tuple(
        Match(passage.page, passage.is_notes, rules.snippet(passage.text, words))
        for passage in (passages[i] for i in ids if i in passages)
    )


def _shown(
    session: Session, hits: Sequence[IndexHit], text: str, *, today: date, floor: float
) -> tuple[Result, ...]:
    lines = lines_by_id(session, [hit.asset_id for hit in hits], today=today)
    best = {hit.asset_id: hit.passages[0].passage_id for hit in hits if hit.passages}
    passages = passages_by_id(session, best.values())
    words = rules.query_words(text)
    results: list[Result] = []
    for hit in hits:
        line = lines.get(hit.asset_id)
        if line is None:
            continue
        # an index one write behind may name a passage that is gone: the asset still stands
        passage = passages.get(best.get(hit.asset_id, -1))
        said = (line.title, line.summary, passage.text if passage else "")
        results.append(
            Result(
                line=line,
                rank=len(results) + 1,
                score=hit.score,
                cosine=hit.cosine,
                confident=rules.is_confident(hit.cosine, floor=floor)
                or rules.says_it_all(words, *said),
                passage=passage,
                snippet=rules.snippet(passage.text if passage else line.summary, words),
            )
        )
    return tuple(results)
