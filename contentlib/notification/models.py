"""Notifications."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, BigId, Id, Key, Moment, Name, Prose


class Notification(Base):
    """A message to one member about something that happened.

    `key` names the event, so that telling it twice tells it once. One that `is_provisional` may
    still be corrected or withdrawn, since its visit may yet turn out to be a machine's. `mail`
    is how it also leaves by mail: at once, in the next digest, or not at all.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("mail IN ('each', 'digest', 'none')", name="mail"),
        UniqueConstraint("member_id", "key"),
        # the bell: a member's newest
        Index("ix_notifications_member_id", "member_id", "at"),
        # mail that is still to leave
        Index("ix_notifications_mailed_at", "mailed_at", "mail"),
        Index("ix_notifications_share_id", "share_id"),
        # those of visits that go on
        Index("ix_notifications_is_provisional", "is_provisional", "at"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[Key]
    text: Mapped[Prose]
    path: Mapped[Name]
    share_id: Mapped[int | None] = mapped_column(ForeignKey("shares.id"))
    # no foreign key: two visits may turn out to be one, and the fact that says so comes later
    visit_id: Mapped[int | None] = mapped_column(BigId, index=True)
    at: Mapped[Moment]
    read_at: Mapped[Moment | None]
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default=false())
    withdrawn_at: Mapped[Moment | None]
    mail: Mapped[Key] = mapped_column(default="none", server_default="none")
    mailed_at: Mapped[Moment | None]
