"""Events of searching. Append-only."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, JsonValue, Moment, Prose


class SearchEvent(Base):
    """Event `searched`: a settled request, never a keystroke."""

    __tablename__ = "searches"
    # zero-result rate and time to send over a window
    __table_args__ = (
        Index("ix_searches_at", "at"),
        Index("ix_searches_member_id", "member_id", "at"),
    )

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    text: Mapped[Prose]
    facets: Mapped[JsonValue]
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"), index=True)
    shown: Mapped[int]
    confident: Mapped[bool]
    at: Mapped[Moment]
