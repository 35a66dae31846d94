"""Collections and favourites: what members put together or keep at hand."""

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, Moment, Name, Prose, PublicId


class Collection(Base):
    """A named, ordered set of assets; its owner's alone unless `is_shared` with all colleagues."""

    __tablename__ = "collections"
    # a member's own
    __table_args__ = (Index("ix_collections_owner_id", "owner_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    description: Mapped[Prose]
    owner_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    created_at: Mapped[Moment]
    is_shared: Mapped[bool] = mapped_column(server_default=false())


class CollectionItem(Base):
    """An asset's place in a collection."""

    __tablename__ = "collection_items"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    position: Mapped[int]


class Favourite(Base):
    """An asset that a member keeps at hand."""

    __tablename__ = "favourites"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    at: Mapped[Moment]
