"""Finding assets: permission in SQL, relevance in the index, ranking after it."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.facet_counts import facet_counts_among
from contentlib.asset.indexing import PassageLine, passages_by_id
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.traits import traits_of
from contentlib.asset.visibility import NOTHING_NARROWED, Narrowing, PermittedCache
from contentlib.errors import IndexUnavailable
from contentlib.member.rules import Viewer
from contentlib.ports import Permitted, SearchIndex
from contentlib.search import ranking, rules
from contentlib.search.asking import CANDIDATES, ask, in_order
from contentlib.search.counting import facet_counts
from contentlib.search.quoting import holding, quoted
from contentlib.search.ranking import Ranked
from contentlib.search.spelling import Mended
from contentlib.search.words import SpellingCache
from contentlib.taxonomy.nearness import Agreement
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from contentlib.taxonomy.recognition import Recognised

# A fit further down does not make the answer a fit: people look at the first few.
_LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Result:
    """An asset found, with the passage that matched best.

    `fit` is comparable between questions, `score` only within one answer. `agreements`: the
    terms named in the question that it has, or has something near to.
    """

    line: AssetLine
    rank: int
    score: float
    fit: float
    confident: bool
    passage: PassageLine | None
    snippet: tuple[rules.Span, ...]
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """An answer. `confident` false: nothing here fits well, the results are the nearest.

    `mended` is the question that was answered; `named` are the vocabulary's terms in it;
    `missing` are phrases in quotes that no asset holds, so that they were read as mere words.
    """

    results: tuple[Result, ...]
    total: int
    confident: bool
    facet_counts: dict[int, int]
    mended: Mended = field(default_factory=lambda: Mended(""))
    named: tuple[Recognised, ...] = ()
    missing: tuple[str, ...] = ()


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
    words: Vocabulary | None = None,
    spelling: SpellingCache | None = None,
    with_facets: bool = True,
) -> Results:
    """The best assets for the words among those the member may see.

    At most seven statements, with three more where `words` is not given, and one more where a
    mistyped word is met for the first time since the catalogue changed. Terms of the vocabulary
    that are named bring forward the assets that have them, or something near; `with_facets`
    False leaves that out. Without `spelling` nothing is mended, and never what has quotes in it:
    a phrase in quotes brings up only assets that hold it; where none does, its words are searched
    for. An answer is confident when one of its first three results is; otherwise its results are
    the nearest there are. Raises IndexUnavailable.
    """
    if not text.strip():
        return NOTHING_FOUND
    words = words or vocabulary(session)
    mended = Mended(text)
    if spelling is not None:
        everything = cache.permitted(session, viewer, today=today)
        mended = spelling.mend(session, index, everything, words, text)
    among = cache.permitted(session, viewer, today=today, narrowing=narrowing)
    asked = ask(
        index,
        among,
        mended,
        words,
        limit=max(limit, CANDIDATES),
        mode=mode,
        with_facets=with_facets,
    )
    traits = traits_of(session, [hit.asset_id for hit in asked.hits])
    kept = ranking.worth_showing(in_order(asked, traits, words, today=today))
    results = _shown(session, kept[:limit], asked.mended.text, today=today, floor=floor)
    return Results(
        results=results,
        total=len(kept),
        confident=any(result.confident for result in results[:_LOOKED_AT]),
        facet_counts=facet_counts(words, [entry.traits.term_ids for entry in kept]),
        mended=asked.mended,
        named=asked.named,
        missing=asked.missing,
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
    phrases = quoted(text)
    for key in narrowing.term_ids:
        among = cache.permitted(session, viewer, today=today, narrowing=narrowing.without(key))
        if phrases:
            among = holding(index, among, phrases)
        hits = index.search(text, among=among, limit=CANDIDATES)
        least = ranking.TAIL * hits[0].score if hits else 0.0
        kept = [hit.asset_id for hit in hits if hit.score >= least]
        found[key] = facet_counts_among(session, kept)
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
    session: Session, found: Sequence[Ranked], text: str, *, today: date, floor: float
) -> tuple[Result, ...]:
    lines = lines_by_id(session, [entry.hit.asset_id for entry in found], today=today)
    best = {e.hit.asset_id: e.hit.passages[0].passage_id for e in found if e.hit.passages}
    passages = passages_by_id(session, best.values())
    words = rules.query_words(text)
    results: list[Result] = []
    for entry in found:
        line = lines[entry.hit.asset_id]
        # an index one write behind may name a passage that is gone: the asset still stands
        passage = passages.get(best.get(line.id, -1))
        said = (line.title, line.summary, passage.text if passage else "")
        fit = rules.fit(entry.hit)
        results.append(
            Result(
                line=line,
                rank=len(results) + 1,
                score=entry.score,
                fit=fit,
                confident=fit >= floor or rules.says_it_all(words, *said),
                passage=passage,
                snippet=rules.snippet(
                    passage.text if passage else line.summary, words, title=line.title
                ),
                agreements=entry.agreed.facets,
            )
        )
    return tuple(results)
