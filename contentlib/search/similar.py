"""Assets like another, and how alike two are in words a rep understands."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.visibility import PermittedCache
from contentlib.errors import IndexUnavailable
from contentlib.member.rules import Viewer
from contentlib.ports import Likeness, SearchIndex

# Measured on the demo library with the default model: of all pairs a tenth is nearer than .65,
# and what people would call the same subject begins at about .62.
NEAR_ENOUGH = 0.62
VERY_NEAR = 0.75
RELATED = 0.5
# A text that lost every tenth sentence is .97 like the whole one (all but a twentieth above
# .93); no two different texts of the demo come nearer than .88.
NEARLY_THE_SAME_TEXT = 0.92

# Facets that many assets share whatever they are about.
_TELLS_LITTLE = frozenset({"stage", "size"})


def nearness(likeness: Likeness) -> float:
    """Half by the cards and half by the texts, as the index orders neighbours; in [-1, 1]."""
    if likeness.text is None:
        return likeness.card
    return (likeness.card + likeness.text) / 2


def is_nearly_the_same_text(likeness: Likeness) -> bool:
    """Whether one is likely a copy of the other with a few words changed."""
    return likeness.text is not None and likeness.text >= NEARLY_THE_SAME_TEXT


def in_words(likeness: Likeness) -> str:
    """How alike two assets are, as a sentence without its full stop."""
    if is_nearly_the_same_text(likeness):
        return "Nearly the same text"
    near = nearness(likeness)
    if near >= VERY_NEAR:
        return "Very much alike"
    if near >= NEAR_ENOUGH:
        return "On the same subject"
    return "Loosely related" if near >= RELATED else "About different things"


@dataclass(frozen=True, slots=True)
class Similar:
    """An asset like the one looked at; `in_common` are labels of terms that both carry."""

    line: AssetLine
    likeness: Likeness
    in_common: tuple[str, ...]

    @property
    def is_nearly_the_same_text(self) -> bool:
        return is_nearly_the_same_text(self.likeness)


def similar_to(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    line: AssetLine,
    *,
    today: date,
    limit: int = 4,
) -> tuple[Similar, ...]:
    """Those near enough to be worth a look among what the member may see, nearest first.

    At most five statements. Empty while the index cannot answer: the page stands without them.
    """
    among = cache.permitted(session, viewer, today=today)
    try:
        neighbours = index.like(line.id, among=among, limit=limit)
    except IndexUnavailable:
        return ()
    near = {n.asset_id: n.likeness for n in neighbours if _is_worth_a_look(n.likeness)}
    lines = lines_by_id(session, list(near), today=today)
    return tuple(
        Similar(lines[asset_id], likeness, in_common(line, lines[asset_id]))
        for asset_id, likeness in near.items()
        if asset_id in lines
    )


def in_common(one: AssetLine, other: AssetLine) -> tuple[str, ...]:
    """Labels of the terms that both carry, in the vocabulary's order."""
    theirs = {term.id for term in other.terms}
    return tuple(
        term.label for term in one.terms if term.id in theirs and term.facet not in _TELLS_LITTLE
    )


def likeness_of(index: SearchIndex, one_id: int, other_id: int) -> Likeness | None:
    """How alike two assets are; None where the index does not hold both or cannot answer."""
    try:
        found = index.alikeness((one_id, other_id))
    except IndexUnavailable:
        return None
    return found.get((min(one_id, other_id), max(one_id, other_id)))


def _is_worth_a_look(likeness: Likeness) -> bool:
    return nearness(likeness) >= NEAR_ENOUGH or is_nearly_the_same_text(likeness)
