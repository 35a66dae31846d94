"""Collections."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, Moment, Name, Prose, PublicId


class Collection(Base):
    """A named, ordered set of assets."""

    __tablename__ = "collections"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[Name]
    description: Mapped[Prose]
    owner_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    created_at: Mapped[Moment]


class CollectionItem(Base):
    """An asset's place in a collection."""

    __tablename__ = "collection_items"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collections.id"), primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    position: Mapped[int]
