"""Assets like another, and how alike two are in words a rep understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.copies import Pair, near_copies
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
# Copies in three libraries were .85 alike and more: only such pairs are compared word by word.
MAY_BE_A_COPY = 0.8

# Facets that many assets share whatever they are about.
_TELLS_LITTLE = frozenset({"stage", "size"})


def nearness(likeness: Likeness) -> float:
    """Half by the cards and half by the texts, as the index orders neighbours; in [-1, 1]."""
    if likeness.text is None:
        return likeness.card
    return (likeness.card + likeness.text) / 2


def copies_among(session: Session, alike: Mapping[Pair, Likeness]) -> dict[Pair, float]:
    """Those pairs that are near-copies -> the wording they share. At most one statement."""
    near = [
        pair
        for pair, likeness in alike.items()
        if likeness.text is not None and likeness.text >= MAY_BE_A_COPY
    ]
    return near_copies(session, near)


def in_words(likeness: Likeness, *, is_copy: bool) -> str:
    """How alike two assets are, as a sentence without its full stop."""
    if is_copy:
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
    is_copy: bool


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

    At most six statements. Empty while the index cannot answer: the page stands without them.
    """
    among = cache.permitted(session, viewer, today=today)
    try:
        neighbours = index.like(line.id, among=among, limit=limit)
    except IndexUnavailable:
        return ()
    copies = copies_among(session, {(line.id, n.asset_id): n.likeness for n in neighbours})
    near = {
        n.asset_id: n.likeness
        for n in neighbours
        if nearness(n.likeness) >= NEAR_ENOUGH or (line.id, n.asset_id) in copies
    }
    lines = lines_by_id(session, list(near), today=today)
    return tuple(
        Similar(
            line=lines[asset_id],
            likeness=likeness,
            in_common=in_common(line, lines[asset_id]),
            is_copy=(line.id, asset_id) in copies,
        )
        for asset_id, likeness in near.items()
        if asset_id in lines
    )


def in_common(one: AssetLine, other: AssetLine) -> tuple[str, ...]:
    """Labels of the terms that both carry, in the vocabulary's order."""
    theirs = {term.id for term in other.terms}
    return tuple(
        term.label for term in one.terms if term.id in theirs and term.facet not in _TELLS_LITTLE
    )


def compared(session: Session, index: SearchIndex, one_id: int, other_id: int) -> str | None:
    """How alike two assets are, in words. At most one statement.

    None where the index does not hold both or cannot answer.
    """
    try:
        found = index.alikeness((one_id, other_id))
    except IndexUnavailable:
        return None
    copies = copies_among(session, found)
    return next((in_words(alike, is_copy=pair in copies) for pair, alike in found.items()), None)
