"""Content requests and feedback. Events; answers are rows of their own later."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, JsonValue, Moment, Prose, PublicId


class ContentRequest(Base):
    """Event `content_request`: a rep asked marketing for something that is not there."""

    __tablename__ = "content_requests"
    __table_args__ = (Index("ix_content_requests_at", "at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    text: Mapped[Prose]
    context: Mapped[JsonValue]
    at: Mapped[Moment]
