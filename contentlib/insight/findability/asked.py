"""What is asked again: questions an asset should win, and deals it was sent for unfound."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.asset.queries import AssetLine
from contentlib.asset.visibility import PermittedCache
from contentlib.errors import InvalidInput
from contentlib.insight.events import within
from contentlib.insight.findability import rules
from contentlib.insight.findability.deal_queries import ToldDeal
from contentlib.insight.findability.sent_queries import smallest_group
from contentlib.insight.findability.standing import MOST_ABOVE, Above
from contentlib.insight.window import Window
from contentlib.member.rules import Viewer
from contentlib.ports import SearchIndex
from contentlib.recommendation.queries import Recommendation, recommend
from contentlib.recommendation.understanding import of_opportunity
from contentlib.search.asking import CANDIDATES
from contentlib.search.models import SearchEvent
from contentlib.search.rules import query_words, says_it_all
from contentlib.taxonomy.queries import Vocabulary
from contentlib.taxonomy.recognition import recognise

# Asking costs some 20 ms a question, and a page that lists more is not read.
MOST_QUESTIONS = 12
MOST_DEALS = 4
# Of a year's questions the tail was asked once; what matters is among the most frequent.
_LOOKED_THROUGH = 2_000
# "case study" alone says what kind is wanted, not what about.
_TELLS_LITTLE = frozenset({"content_type", "stage", "size"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question reps asked; `times` None reads "fewer than 5 reps".

    `terms` are those it names and the asset has, `title_words` those that stand in its title.
    """

    text: str
    times: int | None
    terms: tuple[str, ...]
    title_words: tuple[str, ...]


def questions_it_should_win(
    session: Session,
    viewer: Viewer,
    line: AssetLine,
    *,
    window: Window,
    words: Vocabulary,
    limit: int = MOST_QUESTIONS,
) -> tuple[Question, ...]:
    """Settled searches of reps in the window that this asset answers by its card.

    It has all the terms that the question names, and not only a content type, stage or size; or,
    of the question's words, all or at least two stand in its title. The most frequent first.
    One statement, over the window's part of `ix_searches_at`.
    """
    asked = func.count()
    rows = session.execute(
        select(SearchEvent.text, asked, func.count(SearchEvent.member_id.distinct()))
        .where(SearchEvent.role == "rep", within(SearchEvent.at, window))
        .group_by(SearchEvent.text)
        .order_by(asked.desc(), SearchEvent.text)
        .limit(_LOOKED_THROUGH)
    )
    counted: dict[str, tuple[str, int, int]] = {}
    for text, times, reps in rows:
        key = rules.folded(text)
        known = counted.get(key, (" ".join(text.split()), 0, 0))
        # spellings of one question may be the same reps': the largest is surely not too many
        counted[key] = (known[0], known[1] + times, max(known[2], reps))
    held = {term.id for term in line.terms}
    smallest = smallest_group(viewer)
    found: list[Question] = []
    for text, times, reps in sorted(counted.values(), key=lambda row: (-row[1], row[0])):
        named = [recognised.term for recognised in recognise(text, words)]
        has_all = all(term.id in held for term in named)
        about = has_all and any(term.facet not in _TELLS_LITTLE for term in named)
        terms = [term.label for term in named] if about else []
        title_words = _in_title(text, line.title)
        if terms or title_words:
            known_times = rules.told(times, range(reps), smallest=smallest)
            found.append(Question(text, known_times, tuple(terms), title_words))
        if len(found) == limit:
            break
    return tuple(found)


def _in_title(text: str, title: str) -> tuple[str, ...]:
    """The question's words that stand in the title: all of them or at least two, else none."""
    asked = query_words(text)
    there = tuple(word for word in asked if says_it_all((word,), title))
    return there if len(there) >= min(2, len(asked)) else ()


@dataclass(frozen=True, slots=True)
class DealStanding:
    """The asset's place among what is recommended for a deal today.

    `rank` None: not among the first 100. `stands_in` is the near-copy that is shown for it.
    """

    deal: ToldDeal
    rank: int | None
    above: tuple[Above, ...]
    stands_in: AssetLine | None = None


def stands_for_deals(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    line: AssetLine,
    deals: Sequence[ToldDeal],
    *,
    today: date,
    floor: float,
    words: Vocabulary,
) -> tuple[DealStanding, ...]:
    """Asked as a rep asks, but as if the account had not got it yet: that it got it is known.

    At most twelve statements a deal, and at most MOST_DEALS deals. A deal of which nothing is
    known is left out. Raises IndexUnavailable.
    """
    found = []
    for told in deals[:MOST_DEALS]:
        deal = replace(of_opportunity(told.facts, words), account_id=None)
        try:
            answer = recommend(
                session,
                index,
                cache,
                viewer,
                deal=deal,
                today=today,
                floor=floor,
                limit=CANDIDATES,
                words=words,
            )
        except InvalidInput:
            continue
        found.append(_deal_standing(told, line, answer.results))
    return tuple(found)


def _deal_standing(
    told: ToldDeal, line: AssetLine, results: Sequence[Recommendation]
) -> DealStanding:
    for result in results:
        is_copy = any(copy.id == line.id for copy in result.copies)
        if result.line.id == line.id or is_copy:
            before = results[: result.rank - 1]
            stands_in = result.line if is_copy else None
            return DealStanding(told, result.rank, _of(before), stands_in)
    return DealStanding(told, None, _of(results))


def _of(results: Sequence[Recommendation]) -> tuple[Above, ...]:
    return tuple(Above(result.line, result.rank, _why(result)) for result in results[:MOST_ABOVE])


def _why(result: Recommendation) -> tuple[str, ...]:
    terms = [reason.text for reason in result.reasons if reason.kind == "facet"]
    pages = [reason.text for reason in result.reasons if reason.kind == "passage"]
    said = [f"fits by {', '.join(terms)}"] if terms else []
    return tuple(said + [f"a passage {page[0].lower()}{page[1:]}" for page in pages])
