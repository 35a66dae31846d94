"""Shares: links, their items, recipients and rules; presets of rules; codes of the e-mail gate."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contentlib.asset.models import Asset
from contentlib.db import Base, Id, JsonValue, Key, Moment, Name, Prose, PublicId, Sha256


class Share(Base):
    """A link made by a member. `rules` is the value object of share.rules as JSON.

    The token is not stored: it is the public id signed with our key (contentlib.ids). Links
    made in one go, one a recipient, have the same `batch`. `notice` is how the maker wants to
    hear of visits.
    """

    __tablename__ = "shares"
    # "my shares", newest first
    __table_args__ = (
        Index("ix_shares_member_id", "member_id", "created_at"),
        Index("ix_shares_opportunity_id", "opportunity_id"),
        # the other links of one message
        Index("ix_shares_batch", "batch"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    message: Mapped[Prose]
    rules: Mapped[JsonValue]
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    batch: Mapped[str | None] = mapped_column(String(40))
    notice: Mapped[Key] = mapped_column(default="each", server_default="each")

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


class SharePreset(Base):
    """Rules under a name: a member's own, or (`member_id` null) everybody's."""

    __tablename__ = "share_presets"
    __table_args__ = (UniqueConstraint("member_id", "name"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    name: Mapped[str] = mapped_column(String(80))
    rules: Mapped[JsonValue]
    created_at: Mapped[Moment]


class ShareCode(Base):
    """A one-time code that was mailed to somebody who wants to open a share.

    `code_hash` is keyed (six digits could be guessed from a plain hash). `used_at` is set once
    and for all by whoever enters it; the row then stands for the reader who proved the address.
    """

    __tablename__ = "share_codes"
    # the newest code for an address; how many were asked for lately
    __table_args__ = (Index("ix_share_codes_share_id", "share_id", "email", "created_at"),)

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    email: Mapped[str] = mapped_column(String(320))
    code_hash: Mapped[Sha256]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[Moment | None]
