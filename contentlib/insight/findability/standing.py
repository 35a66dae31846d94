"""Where an asset stands today in the answer to a question, what stands above it, and why.

Asked as search asks for a rep: the same permitted set, the same mending, the same order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.traits import traits_of
from contentlib.asset.visibility import PermittedCache
from contentlib.member.rules import Viewer
from contentlib.ports import SearchIndex
from contentlib.search import ranking
from contentlib.search.asking import Asked, ask, in_order
from contentlib.search.ranking import Ranked, cost_of_standing
from contentlib.search.rules import query_words, says_it_all
from contentlib.search.spelling import Mended
from contentlib.search.words import SpellingCache
from contentlib.taxonomy.queries import TermView, Vocabulary

MOST_ABOVE = 3
# Who sells sees the same whoever they are: one of them stands for all.
A_REP = Viewer(0, "rep", "a rep", "")
# What moves a place, in the index's own measures: less is noise between neighbours.
_NEARER = 0.02
_MORE_WORDS = 1.1
_LONGEST = 500
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Above:
    """An asset that stands above the one looked at, with what brought it there."""

    line: AssetLine
    rank: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """The place of an asset in the answer to a question.

    `rank` None: a rep does not see it among the first 100; then `is_hidden` says that reps may
    not see it at all, and `is_in_tail` that it comes up but fits too little beside the best to
    be shown. `lacks` are terms the question names and it has nothing near to; `unsaid` are words
    of the question in neither its title, its summary nor its terms.
    """

    question: str
    answered: str
    rank: int | None
    shown: int
    above: tuple[Above, ...]
    lacks: tuple[TermView, ...]
    unsaid: tuple[str, ...]
    is_hidden: bool = False
    is_in_tail: bool = False

    @property
    def is_first_three(self) -> bool:
        return self.rank is not None and self.rank <= 3


def standings(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    line: AssetLine,
    questions: Sequence[str],
    *,
    today: date,
    words: Vocabulary,
    spelling: SpellingCache | None = None,
) -> tuple[Standing, ...]:
    """The asset's place in the answer to each question, in their order.

    At most eight statements, however many questions: three for what reps may see, one for
    spelling, two for traits, two for the lines of what stands above. Raises IndexUnavailable.
    """
    among = cache.permitted(session, A_REP, today=today)
    texts = [" ".join(question.split())[:_LONGEST] for question in questions]
    mended = [
        spelling.mend(session, index, among, words, text) if spelling else Mended(text)
        for text in texts
    ]
    answers = [ask(index, among, text, words) for text in mended]
    ids = {hit.asset_id for answer in answers for hit in answer.hits} | {line.id}
    traits = traits_of(session, sorted(ids))
    orders = [in_order(answer, traits, words, today=today) for answer in answers]
    above = [_above(order, line.id) for order in orders]
    shown_above = {entry.hit.asset_id for some in above for entry in some}
    lines = lines_by_id(session, sorted(shown_above), today=today)
    is_hidden = line.id not in among.asset_ids
    return tuple(
        _standing(line, text, answer, order, some, lines, is_hidden=is_hidden, today=today)
        for text, answer, order, some in zip(texts, answers, orders, above, strict=True)
    )


def _above(order: Sequence[Ranked], asset_id: int) -> list[Ranked]:
    """The first few of those before it; without it, the first few at all."""
    place = _place(order, asset_id)
    before = order if place is None else order[:place]
    return list(before[:MOST_ABOVE])


def _place(order: Sequence[Ranked], asset_id: int) -> int | None:
    return next((n for n, entry in enumerate(order) if entry.hit.asset_id == asset_id), None)


def _standing(
    line: AssetLine,
    question: str,
    answer: Asked,
    order: list[Ranked],
    above: Sequence[Ranked],
    lines: Mapping[int, AssetLine],
    *,
    is_hidden: bool,
    today: date,
) -> Standing:
    kept = ranking.worth_showing(order)
    place = _place(order, line.id)
    own = None if place is None else order[place]
    is_shown = place is not None and place < len(kept)
    near = {a.wanted.id for a in own.agreed.facets} if own else _held(line, answer.terms)
    return Standing(
        question=question,
        answered=answer.mended.text,
        rank=place + 1 if is_shown and place is not None else None,
        shown=len(kept),
        above=tuple(
            Above(
                lines[entry.hit.asset_id],
                rank,
                why_above(entry, own, lines[entry.hit.asset_id], line, answer.mended.text, today),
            )
            for rank, entry in enumerate(above, start=1)
            if entry.hit.asset_id in lines
        ),
        lacks=tuple(term for term in answer.terms if term.id not in near),
        unsaid=unsaid(
            answer.mended.text, line, [r.said for r in answer.named if r.term.id in near]
        ),
        is_hidden=is_hidden,
        is_in_tail=place is not None and not is_shown,
    )


def _held(line: AssetLine, named: Sequence[TermView]) -> set[int]:
    return {term.id for term in line.terms} & {term.id for term in named}


def why_above(
    theirs: Ranked,
    own: Ranked | None,
    their_line: AssetLine,
    own_line: AssetLine,
    text: str,
    today: date,
) -> tuple[str, ...]:
    """What the better placed asset has over the other, strongest first; never empty.

    `own` None: the other is not among the candidates, so that all the better one has counts.
    """
    said = []
    near = {a.wanted.id: a.nearness for a in own.agreed.facets} if own else {}
    terms = [
        a.through.label if a.through else a.wanted.label
        for a in theirs.agreed.facets
        if a.nearness > near.get(a.wanted.id, 0.0)
    ]
    if terms:
        said.append(f"tagged {_listed(dict.fromkeys(terms))}")
    in_title = [
        word
        for word in query_words(text)
        if says_it_all((word,), their_line.title) and not says_it_all((word,), own_line.title)
    ]
    if in_title:
        said.append(f"{_quoted(in_title)} in the title")
    hit, other = theirs.hit, own.hit if own else None
    own_card = other.asset_bm25 if other else 0.0
    own_text = other.passage_bm25 if other else 0.0
    if not in_title and hit.asset_bm25 > own_card * _MORE_WORDS:
        said.append("more of the words in title, summary and terms")
    if hit.passage_bm25 > own_text * _MORE_WORDS:
        said.append("more of the words on one page")
    if other is None or hit.cosine > other.cosine + _NEARER:
        said.append("nearer in meaning")
    if own and cost_of_standing(own.traits, today=today) > cost_of_standing(
        theirs.traits, today=today
    ):
        said.append("not overdue for review")
    return tuple(said or ["a little better in all of it"])


def unsaid(text: str, line: AssetLine, held: Sequence[str] = ()) -> tuple[str, ...]:
    """Words of a question in neither title, summary nor terms; at most eight.

    `held` are words that name a term which it has, whatever that term is called.
    """
    card = (line.title, line.summary, *(term.label for term in line.terms), *held)
    missing = [word for word in query_words(text) if not says_it_all((word,), *card)]
    return tuple(missing[:_MOST_WORDS])


def _listed(words: Sequence[str] | dict[str, None]) -> str:
    some = list(words)[:3]
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)


def _quoted(words: Sequence[str]) -> str:
    return _listed([f"“{word}”" for word in words])
