"""Reading favourites and collections, shaped for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from contentlib.asset.candidate_queries import Candidate, candidates
from contentlib.asset.models import Asset
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.visibility import visible_to as assets_visible_to
from contentlib.collection import rules
from contentlib.collection.models import Collection, CollectionItem, Favourite
from contentlib.errors import NotFound
from contentlib.member.models import Member
from contentlib.member.rules import Viewer

# --- favourites ------------------------------------------------------------------


def favourite_ids(session: Session, viewer: Viewer) -> frozenset[int]:
    """The assets this member keeps at hand: enough to star any list. One statement."""
    return frozenset(
        session.scalars(select(Favourite.asset_id).where(Favourite.member_id == viewer.member_id))
    )


@dataclass(frozen=True, slots=True)
class Favourites:
    """Some of a member's favourites, those kept last first, and how many there are."""

    lines: tuple[AssetLine, ...]
    total: int


def favourites(
    session: Session, viewer: Viewer, *, today: date, limit: int, offset: int = 0
) -> Favourites:
    """Those this member may still see. At most four statements."""
    condition = (Favourite.member_id == viewer.member_id) & assets_visible_to(viewer, today=today)
    kept = select(Favourite.asset_id).join(Asset, Favourite.asset_id == Asset.id).where(condition)
    total = session.scalar(select(func.count()).select_from(kept.subquery())) or 0
    if not total:
        return Favourites((), 0)
    newest = kept.order_by(Favourite.at.desc(), Favourite.asset_id.desc())
    ids = session.scalars(newest.offset(offset).limit(limit)).all()
    lines = lines_by_id(session, ids, today=today)
    return Favourites(tuple(lines[asset_id] for asset_id in ids), total)


# --- collections -----------------------------------------------------------------


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that `rules.may_see` states for one collection."""
    if viewer.role == "admin":
        return true()
    return or_(Collection.owner_id == viewer.member_id, Collection.is_shared)


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """A collection as lists show it; `assets` counts those that the member may see."""

    id: int
    public_id: str
    name: str
    description: str
    owner: str
    is_own: bool
    is_shared: bool
    may_change: bool
    assets: int


@dataclass(frozen=True, slots=True)
class CollectionListing:
    """One page of collections with the total."""

    lines: tuple[CollectionLine, ...]
    total: int


def own(session: Session, viewer: Viewer, *, today: date) -> tuple[CollectionLine, ...]:
    """All this member's collections, by name; there are at most a few hundred. One statement."""
    return _lines(session, viewer, Collection.owner_id == viewer.member_id, today=today)


def shared_by_colleagues(
    session: Session, viewer: Viewer, *, today: date, offset: int = 0, limit: int = 30
) -> CollectionListing:
    """What others opened to everybody, by name. Two statements."""
    condition = Collection.is_shared & (Collection.owner_id != viewer.member_id)
    total = session.scalar(select(func.count()).select_from(Collection).where(condition)) or 0
    lines = _lines(session, viewer, condition, today=today, offset=offset, limit=limit)
    return CollectionListing(lines, total)


def _lines(
    session: Session,
    viewer: Viewer,
    condition: ColumnElement[bool],
    *,
    today: date,
    offset: int = 0,
    limit: int = rules.MOST_COLLECTIONS,
) -> tuple[CollectionLine, ...]:
    assets = (
        select(func.count())
        .select_from(CollectionItem)
        .join(Asset, CollectionItem.asset_id == Asset.id)
        .where(
            CollectionItem.collection_id == Collection.id, assets_visible_to(viewer, today=today)
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Collection, Member.name, assets)
        .join(Member, Collection.owner_id == Member.id)
        .where(condition)
        .order_by(func.lower(Collection.name), Collection.id)
        .offset(offset)
        .limit(limit)
    )
    return tuple(_line(collection, owner, count, viewer) for collection, owner, count in rows)


def _line(collection: Collection, owner: str, assets: int, viewer: Viewer) -> CollectionLine:
    return CollectionLine(
        id=collection.id,
        public_id=collection.public_id,
        name=collection.name,
        description=collection.description,
        owner=owner,
        is_own=collection.owner_id == viewer.member_id,
        is_shared=collection.is_shared,
        may_change=rules.may_change(viewer, owner_id=collection.owner_id),
        assets=assets,
    )


@dataclass(frozen=True, slots=True)
class CollectionDetail:
    """A collection with its assets in order. `unavailable` more may not be seen (any more)."""

    line: CollectionLine
    items: tuple[Candidate, ...]
    unavailable: int

    @property
    def sendable(self) -> tuple[Candidate, ...]:
        return tuple(item for item in self.items if item.refusal is None)

    @property
    def refused(self) -> tuple[Candidate, ...]:
        return tuple(item for item in self.items if item.refusal is not None)


def visible_collection(
    session: Session, viewer: Viewer, public_id: str, *, today: date
) -> CollectionDetail:
    """The collection, or NotFound when this member may not know of it. At most five statements."""
    condition = (Collection.public_id == public_id) & visible_to(viewer)
    lines = _lines(session, viewer, condition, today=today)
    if not lines:
        raise NotFound("There is no such collection, or it is not shared.")
    (line,) = lines
    held = session.execute(
        select(Asset.public_id, assets_visible_to(viewer, today=today))
        .join(CollectionItem, CollectionItem.asset_id == Asset.id)
        .where(CollectionItem.collection_id == line.id)
        .order_by(CollectionItem.position, CollectionItem.asset_id)
    ).all()
    seen = [asset_public_id for asset_public_id, is_seen in held if is_seen]
    items = candidates(session, viewer, seen, today=today) if seen else []
    return CollectionDetail(line, tuple(items), len(held) - len(seen))


def holding(
    session: Session, viewer: Viewer, asset_id: int, *, among: Sequence[CollectionLine]
) -> frozenset[int]:
    """Which of these collections hold the asset. One statement, none without collections."""
    if not among:
        return frozenset()
    return frozenset(
        session.scalars(
            select(CollectionItem.collection_id).where(
                CollectionItem.asset_id == asset_id,
                CollectionItem.collection_id.in_([line.id for line in among]),
            )
        )
    )
