"""Keeping favourites, and putting collections together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.asset.visibility import visible_to as assets_visible_to
from contentlib.audit import service as audit
from contentlib.collection import rules
from contentlib.collection.models import Collection, CollectionItem, Favourite
from contentlib.collection.queries import visible_to
from contentlib.db import Base
from contentlib.errors import InvalidInput, NotFound, NotPermitted
from contentlib.ids import public_id as new_public_id
from contentlib.member.rules import Viewer

# --- favourites ------------------------------------------------------------------


def keep_at_hand(session: Session, *, viewer: Viewer, asset_public_id: str, now: datetime) -> Asset:
    """Makes the asset a favourite of this member; twice changes nothing.

    Raises NotFound for one they may not see, InvalidInput when they keep too many.
    """
    (asset,) = _visible_assets(session, viewer, [asset_public_id], today=now.date())
    kept = (
        select(func.count()).select_from(Favourite).where(Favourite.member_id == viewer.member_id)
    )
    if (session.scalar(kept) or 0) >= rules.MOST_FAVOURITES:
        raise InvalidInput(
            f"You keep {rules.MOST_FAVOURITES} favourites, which is the most there may be: "
            "take one away first."
        )
    _insert_new(
        session, Favourite, [{"member_id": viewer.member_id, "asset_id": asset.id, "at": now}]
    )
    return asset


def let_go(session: Session, *, viewer: Viewer, asset_public_id: str, today: date) -> Asset:
    """Takes the asset from this member's favourites. Raises NotFound as `keep_at_hand`."""
    (asset,) = _visible_assets(session, viewer, [asset_public_id], today=today)
    session.execute(
        delete(Favourite).where(
            Favourite.member_id == viewer.member_id, Favourite.asset_id == asset.id
        )
    )
    return asset


# --- collections -----------------------------------------------------------------


def create(
    session: Session, *, viewer: Viewer, name: str, description: str = "", now: datetime
) -> Collection:
    """A new, empty collection of this member's own.

    Raises InvalidInput for a name that is none or taken, and when there are too many.
    """
    checked = rules.checked_name(name)
    count = select(func.count()).where(Collection.owner_id == viewer.member_id)
    if (session.scalar(count) or 0) >= rules.MOST_COLLECTIONS:
        raise InvalidInput(
            f"You have {rules.MOST_COLLECTIONS} collections, which is the most there may be: "
            "delete one first."
        )
    _refuse_taken(session, viewer.member_id, checked)
    collection = Collection(
        public_id=new_public_id(),
        name=checked,
        description=rules.checked_description(description),
        owner_id=viewer.member_id,
        created_at=now,
        is_shared=False,
    )
    session.add(collection)
    session.flush()  # its assets refer to it by id
    return collection


def for_change(session: Session, viewer: Viewer, public_id: str) -> Collection:
    """The collection to be changed by this member.

    Raises NotFound when they may not know of it, NotPermitted when it is a colleague's.
    """
    collection = session.scalar(
        select(Collection).where(Collection.public_id == public_id, visible_to(viewer))
    )
    if collection is None:
        raise NotFound("There is no such collection, or it is not shared.")
    if not rules.may_change(viewer, owner_id=collection.owner_id):
        raise NotPermitted("This collection is a colleague's: only they can change it.")
    return collection


def describe(session: Session, *, collection: Collection, name: str, description: str) -> None:
    """Gives it another name and description. Raises InvalidInput as `create`."""
    checked = rules.checked_name(name)
    _refuse_taken(session, collection.owner_id, checked, but_not=collection.id)
    collection.name = checked
    collection.description = rules.checked_description(description)


def open_to_colleagues(
    session: Session, *, viewer: Viewer, collection: Collection, is_shared: bool, now: datetime
) -> None:
    """Lets all colleagues see it, or its owner alone again."""
    if collection.is_shared == is_shared:
        return
    collection.is_shared = is_shared
    act = "collection shared" if is_shared else "collection no longer shared"
    audit.note(session, actor=viewer.email, act=act, subject=collection.name, now=now)


@dataclass(frozen=True, slots=True)
class Added:
    """How many assets came into a collection, and how many stood there already."""

    new: int
    already: int


def add(
    session: Session,
    *,
    viewer: Viewer,
    collection: Collection,
    asset_public_ids: Sequence[str],
    today: date,
) -> Added:
    """Puts assets at its end, in their order.

    Raises InvalidInput for none or too many, NotFound for one that the member may not see.
    """
    wanted = list(dict.fromkeys(asset_public_ids))
    if not wanted:
        raise InvalidInput("Choose at least one asset.")
    assets = _visible_assets(session, viewer, wanted, today=today)
    held = _order(session, collection)
    new = [asset.id for asset in assets if asset.id not in held]
    if len(held) + len(new) > rules.MOST_ASSETS:
        raise InvalidInput(
            f"A collection holds at most {rules.MOST_ASSETS} assets; “{collection.name}” has "
            f"{len(held)}."
        )
    _put_in_order(session, collection, [*held, *new])
    return Added(len(new), len(assets) - len(new))


def move(
    session: Session,
    *,
    viewer: Viewer,
    collection: Collection,
    asset_public_id: str,
    step: str,
    today: date,
) -> int:
    """Moves an asset one place or to an end; returns its place among those the member sees, from 1.

    Raises NotFound for an asset that does not stand there, InvalidInput for no such step.
    """
    if step not in rules.STEPS:
        raise InvalidInput("An asset moves first, up, down or last.")
    (asset,) = _visible_assets(session, viewer, [asset_public_id], today=today)
    order = _order(session, collection)
    if asset.id not in order:
        raise NotFound("That asset does not stand in this collection.")
    seen = _seen_of(session, viewer, order, today=today)
    after = rules.moved(order, asset.id, step, among=seen)
    _put_in_order(session, collection, after)
    return [one for one in after if one in seen].index(asset.id) + 1


def remove(session: Session, *, collection: Collection, asset_public_id: str) -> None:
    """Takes an asset out; quiet about one that is not in it."""
    gone = select(Asset.id).where(Asset.public_id == asset_public_id)
    session.execute(
        delete(CollectionItem).where(
            CollectionItem.collection_id == collection.id, CollectionItem.asset_id.in_(gone)
        )
    )


def remove_unavailable(
    session: Session, *, viewer: Viewer, collection: Collection, today: date
) -> int:
    """Takes out what the member may not see any more; returns how many."""
    order = _order(session, collection)
    gone = set(order) - _seen_of(session, viewer, order, today=today)
    session.execute(
        delete(CollectionItem).where(
            CollectionItem.collection_id == collection.id, CollectionItem.asset_id.in_(gone)
        )
    )
    return len(gone)


def discard(session: Session, *, viewer: Viewer, collection: Collection, now: datetime) -> None:
    """Deletes the collection; its assets stay in the library."""
    session.execute(delete(CollectionItem).where(CollectionItem.collection_id == collection.id))
    session.delete(collection)
    audit.note(
        session, actor=viewer.email, act="collection deleted", subject=collection.name, now=now
    )


def _visible_assets(
    session: Session, viewer: Viewer, public_ids: Sequence[str], *, today: date
) -> list[Asset]:
    found = {
        asset.public_id: asset
        for asset in session.scalars(
            select(Asset).where(
                Asset.public_id.in_(public_ids), assets_visible_to(viewer, today=today)
            )
        )
    }
    if len(found) < len(public_ids):
        raise NotFound("There is no such asset, or it is not published.")
    return [found[public_id] for public_id in public_ids]


def _seen_of(
    session: Session, viewer: Viewer, asset_ids: Sequence[int], *, today: date
) -> frozenset[int]:
    seen = select(Asset.id).where(Asset.id.in_(asset_ids), assets_visible_to(viewer, today=today))
    return frozenset(session.scalars(seen))


def _order(session: Session, collection: Collection) -> list[int]:
    return list(
        session.scalars(
            select(CollectionItem.asset_id)
            .where(CollectionItem.collection_id == collection.id)
            .order_by(CollectionItem.position, CollectionItem.asset_id)
        )
    )


def _put_in_order(session: Session, collection: Collection, order: Sequence[int]) -> None:
    rows = [
        {"collection_id": collection.id, "asset_id": asset_id, "position": position}
        for position, asset_id in enumerate(order, start=1)
    ]
    insert = _insert_of(session)(CollectionItem)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["collection_id", "asset_id"],
            set_={"position": insert.excluded.position},
        ),
        rows,
    )


def _refuse_taken(
    session: Session, owner_id: int, name: str, *, but_not: int | None = None
) -> None:
    names = select(Collection.id, Collection.name).where(Collection.owner_id == owner_id)
    for collection_id, taken in session.execute(names):
        if collection_id != but_not and taken.casefold() == name.casefold():
            sentence = f"There is a collection called “{taken}” already."
            raise InvalidInput(sentence, {"name": "Choose another name."})


def _insert_new(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    # two clicks at once must not fail the second
    session.execute(_insert_of(session)(model).on_conflict_do_nothing(), rows)


def _insert_of(session: Session) -> Any:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert if on_postgresql else sqlite.insert
