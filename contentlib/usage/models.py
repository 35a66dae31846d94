"""Events of colleagues. Append-only; written in groups by the hit writer."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, Key, Moment


class Impression(Base):
    """Event: an asset stood on screen in a settled list."""

    __tablename__ = "impressions"
    # unused and findability: what was shown of an asset in a window
    __table_args__ = (Index("ix_impressions_asset_id", "asset_id", "at"),)

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    surface: Mapped[Key]
    rank: Mapped[int]
    search_public_id: Mapped[str | None] = mapped_column(String(40), index=True)
    at: Mapped[Moment]


class Opening(Base):
    """Event `opened`: a colleague opened the asset page or preview."""

    __tablename__ = "openings"
    __table_args__ = (
        Index("ix_openings_asset_id", "asset_id", "at"),
        # what a member opened lately
        Index("ix_openings_member_id", "member_id", "at"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    surface: Mapped[Key | None]
    search_public_id: Mapped[str | None] = mapped_column(String(40), index=True)
    rank: Mapped[int | None]
    at: Mapped[Moment]


class Taking(Base):
    """Event `taken`: a colleague downloaded the file."""

    __tablename__ = "takings"
    __table_args__ = (
        CheckConstraint("role <> ''", name="role"),
        Index("ix_takings_asset_id", "asset_id", "at"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    at: Mapped[Moment]
