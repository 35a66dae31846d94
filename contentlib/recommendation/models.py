"""Events of recommending. Append-only."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, JsonValue, Key, Moment


class RecommendationEvent(Base):
    """Event `recommended`: a settled request for what fits a deal.

    `deal` is what was understood and asked with (see `deal.Deal.as_json`), so that a
    recommendation that failed can be priced and asked again later.
    """

    __tablename__ = "recommendations"
    __table_args__ = (
        Index("ix_recommendations_at", "at"),
        # findability: what was shown for a deal before it was sent
        Index("ix_recommendations_opportunity_id", "opportunity_id", "at"),
    )

    id: Mapped[Id]
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    surface: Mapped[Key]
    deal: Mapped[JsonValue]
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    shown: Mapped[int]
    confident: Mapped[bool]
    confidence: Mapped[float]
    at: Mapped[Moment]
