"""Notifications."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, Key, Moment, Name, Prose


class Notification(Base):
    """A message to one member about something that happened."""

    __tablename__ = "notifications"
    # the bell: a member's newest
    __table_args__ = (Index("ix_notifications_member_id", "member_id", "at"),)

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[Key]
    text: Mapped[Prose]
    path: Mapped[Name]
    at: Mapped[Moment]
    read_at: Mapped[Moment | None]
