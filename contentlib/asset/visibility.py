"""Permission in SQL: the one place that says which assets a member may know of."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, Catalogue, asset_terms
from contentlib.member.rules import Viewer
from contentlib.ports import Permitted


def visible_to(viewer: Viewer, *, today: date) -> ColumnElement[bool]:
    """The condition that `rules.can_view` states for one asset."""
    if viewer.can("see drafts"):
        return Asset.state != "deleted"
    return is_current(today)


def is_current(today: date) -> ColumnElement[bool]:
    """The condition that `rules.is_current` states for one asset."""
    return and_(
        Asset.state == "published",
        Asset.current_version_id.is_not(None),
        or_(Asset.expires_on.is_(None), Asset.expires_on >= today),
    )


def is_sendable(today: date) -> ColumnElement[bool]:
    """The condition under which `rules.refusal_to_send` gives none."""
    return and_(
        is_current(today),
        Asset.audience == "external",
        Asset.reference_rights != "none",
        or_(Asset.rights_until.is_(None), Asset.rights_until >= today),
    )


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a search is narrowed to: facet key -> term ids, any of which will do; only sendable.

    An archived asset is found only where the narrowing asks for it by `state`.
    """

    term_ids: Mapping[str, frozenset[int]]
    only_sendable: bool = False
    state: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        facets = tuple(sorted((k, tuple(sorted(v))) for k, v in self.term_ids.items()))
        return (facets, self.only_sendable, self.state)

    def without(self, facet_key: str) -> "Narrowing":
        """The same, but for one facet."""
        others = {key: ids for key, ids in self.term_ids.items() if key != facet_key}
        return Narrowing(others, self.only_sendable, self.state)


NOTHING_NARROWED = Narrowing({})


def narrowed(narrowing: Narrowing, *, today: date) -> ColumnElement[bool]:
    """The condition of a narrowing. A facet asked for with no term at all matches nothing."""
    conditions: list[ColumnElement[bool]] = [true()]
    for term_ids in narrowing.term_ids.values():
        conditions.append(
            Asset.id.in_(select(asset_terms.c.asset_id).where(asset_terms.c.term_id.in_(term_ids)))
        )
    if narrowing.only_sendable:
        conditions.append(is_sendable(today))
    conditions.append(
        Asset.state == narrowing.state if narrowing.state else Asset.state != "archived"
    )
    return and_(*conditions)


def seen(viewer: Viewer, narrowing: Narrowing, *, today: date) -> ColumnElement[bool]:
    """The condition of what a member may know of, narrowed."""
    return visible_to(viewer, today=today) & narrowed(narrowing, today=today)


def generation(session: Session) -> int:
    """The catalogue's generation: unchanged means that no permission can have changed but by date.

    One statement.
    """
    return session.scalar(select(Catalogue.generation)) or 0


def permitted(
    session: Session, viewer: Viewer, *, today: date, narrowing: Narrowing = NOTHING_NARROWED
) -> Permitted:
    """The assets a search by this member may return. Two statements; see PermittedCache."""
    at = generation(session)
    ids = session.scalars(
        select(Asset.id).where(seen(viewer, narrowing, today=today)).order_by(Asset.id)
    )
    return Permitted(class_key(viewer, at, today, narrowing), array("q", ids))


class PermittedCache:
    """Permitted sets by visibility class, catalogue generation, day and narrowing.

    A member's class is whether they see drafts, so a thousand reps share one entry.
    """

    def __init__(self, capacity: int = 128) -> None:
        self._capacity = capacity
        self._entries: dict[object, Permitted] = {}

    def permitted(
        self,
        session: Session,
        viewer: Viewer,
        *,
        today: date,
        narrowing: Narrowing = NOTHING_NARROWED,
    ) -> Permitted:
        """As the function of that name; one statement when cached."""
        key = class_key(viewer, generation(session), today, narrowing)
        entry = self._entries.get(key)
        if entry is None:
            entry = permitted(session, viewer, today=today, narrowing=narrowing)
            while len(self._entries) >= self._capacity:
                # two threads may pick the same oldest entry: the second finds it gone
                self._entries.pop(next(iter(self._entries), None), None)
            self._entries[entry.key] = entry
        return entry


def class_key(
    viewer: Viewer, at_generation: int, today: date, narrowing: Narrowing
) -> tuple[object, ...]:
    """Equal for members who see the same: whether drafts, when, and narrowed to what."""
    return (viewer.can("see drafts"), at_generation, today, narrowing.key)
