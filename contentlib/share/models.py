"""Shares: links, their items, recipients and rules."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contentlib.asset.models import Asset
from contentlib.db import Base, Id, JsonValue, Moment, Name, Prose, PublicId


class Share(Base):
    """A link made by a member. `rules` is the value object of share.rules as JSON.

    The token is not stored: it is the public id signed with our key (contentlib.ids).
    """

    __tablename__ = "shares"
    # "my shares", newest first
    __table_args__ = (
        Index("ix_shares_member_id", "member_id", "created_at"),
        Index("ix_shares_opportunity_id", "opportunity_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    message: Mapped[Prose]
    rules: Mapped[JsonValue]
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]

    items: Mapped[list["ShareItem"]] = relationship(
        order_by="ShareItem.position", cascade="all, delete-orphan"
    )
    recipients: Mapped[list["ShareRecipient"]] = relationship(
        order_by="ShareRecipient.id", cascade="all, delete-orphan"
    )


class ShareItem(Base):
    """An asset of a share: following its current version, or pinned to one."""

    __tablename__ = "share_items"
    __table_args__ = (
        UniqueConstraint("share_id", "position"),
        UniqueConstraint("share_id", "asset_id"),
    )

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    pinned_version_id: Mapped[int | None] = mapped_column(ForeignKey("asset_versions.id"))
    position: Mapped[int]

    asset: Mapped[Asset] = relationship()


class ShareRecipient(Base):
    """Somebody the link was made for."""

    __tablename__ = "share_recipients"
    __table_args__ = (UniqueConstraint("share_id", "email"),)

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    email: Mapped[str] = mapped_column(String(320))
    name: Mapped[Name]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
