"""The audit log."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from contentlib.db import Base, Id, JsonValue, Key, Moment, Name


class AuditEntry(Base):
    """One act: who, what, on which thing, when. Append-only."""

    __tablename__ = "audit_entries"
    # the log page: newest first
    __table_args__ = (Index("ix_audit_entries_at", "at"),)

    id: Mapped[Id]
    at: Mapped[Moment]
    actor: Mapped[Name]
    act: Mapped[Key]
    subject: Mapped[Name]
    detail: Mapped[JsonValue]
