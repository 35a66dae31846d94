"""Facet counts: the number beside a term is how many assets ticking it gives."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import CTE, ColumnElement, func, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, asset_terms
from contentlib.asset.visibility import Narrowing, class_key, generation, seen
from contentlib.member.rules import Viewer
from contentlib.taxonomy.models import Facet, Term
from contentlib.taxonomy.queries import Vocabulary


def facet_counts(
    session: Session, viewer: Viewer, *, today: date, narrowing: Narrowing
) -> dict[int, int]:
    """term id -> visible assets under the narrowing with it or a term below it.

    One statement. Counts of a facet that is narrowed itself ignore that facet's own choice,
    so that its other terms stay choosable: two more statements for each such facet.
    """
    counts = _counts(session, seen(viewer, narrowing, today=today))
    for facet_key in narrowing.term_ids:
        of_facet = select(Term.id).join(Facet).where(Facet.key == facet_key)
        for term_id in session.scalars(of_facet):
            counts.pop(term_id, None)
        without = seen(viewer, narrowing.without(facet_key), today=today)
        counts |= _counts(session, without, facet_key=facet_key)
    return counts


def facet_counts_among(session: Session, asset_ids: Sequence[int]) -> dict[int, int]:
    """term id -> how many of these assets have it or a term below it. One statement."""
    return _counts(session, Asset.id.in_(asset_ids)) if asset_ids else {}


class FacetCounts:
    """Facet counts by visibility class, catalogue generation, day, narrowing and vocabulary.

    Counting 50,000 assets takes half a second, and a thousand reps share the answer.
    """

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._entries: dict[object, Mapping[int, int]] = {}

    def of(
        self,
        session: Session,
        viewer: Viewer,
        *,
        today: date,
        narrowing: Narrowing,
        vocabulary: Vocabulary,
    ) -> Mapping[int, int]:
        """As `facet_counts`; one statement when known."""
        key = (class_key(viewer, generation(session), today, narrowing), vocabulary)
        entry = self._entries.get(key)
        if entry is None:
            entry = facet_counts(session, viewer, today=today, narrowing=narrowing)
            while len(self._entries) >= self._capacity:
                # two threads may pick the same oldest entry: the second finds it gone
                self._entries.pop(next(iter(self._entries), None), None)
            self._entries[key] = entry
        return entry


def _counts(
    session: Session, condition: ColumnElement[bool], *, facet_key: str | None = None
) -> dict[int, int]:
    branch = _branches(facet_key)
    statement = (
        select(branch.c.top, func.count(asset_terms.c.asset_id.distinct()).label("assets"))
        .join_from(asset_terms, Asset, Asset.id == asset_terms.c.asset_id)
        .join(branch, branch.c.term == asset_terms.c.term_id)
        .where(condition)
        .group_by(branch.c.top)
    )
    return {row.top: row.assets for row in session.execute(statement)}


def _branches(facet_key: str | None) -> CTE:
    """Each term beside itself and all below it: who asks for Europe also means Germany."""
    begun = select(Term.id.label("top"), Term.id.label("term"))
    if facet_key is not None:
        begun = begun.join(Facet).where(Facet.key == facet_key)
    branch = begun.cte("branch", recursive=True)
    below = select(branch.c.top, Term.id).join(branch, Term.parent_id == branch.c.term)
    return branch.union(below)
