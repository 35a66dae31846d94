"""Sends: the central table of METRICS."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, JsonList, Key, Moment


class Send(Base):
    """Event `sent`: one rep x one asset x one message. Append-only.

    `message_key` is the same for all assets of one message, so that a second report of the
    message is recognised by the unique constraint and not by looking first.
    """

    __tablename__ = "sends"
    __table_args__ = (
        CheckConstraint(
            "evidence IN ('mail_confirmed', 'mailbox', 'app_mail', 'crm', 'declared')",
            name="evidence",
        ),
        CheckConstraint("channel IN ('link', 'attachment', 'other')", name="channel"),
        UniqueConstraint("member_id", "asset_id", "message_key"),
        # usage and unused: what was sent of an asset in a window
        Index("ix_sends_asset_id", "asset_id", "at"),
        Index("ix_sends_member_id", "member_id", "at"),
        Index("ix_sends_opportunity_id", "opportunity_id"),
        Index("ix_sends_share_id", "share_id"),
        # judging a visit: the other links of its message
        Index("ix_sends_message_key", "message_key"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    share_id: Mapped[int | None] = mapped_column(ForeignKey("shares.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    channel: Mapped[Key]
    evidence: Mapped[Key]
    message_key: Mapped[str] = mapped_column(String(200))
    recipient_domains: Mapped[JsonList]
    at: Mapped[Moment]
