"""Events of recommending, as rows for the hit writer."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table

from contentlib.events.hits import HitWriter
from contentlib.member.rules import Viewer
from contentlib.recommendation.models import RecommendationEvent
from contentlib.usage import service as usage

SURFACE = "recommendation"


@dataclass(frozen=True, slots=True)
class Recommended:
    """What a member was shown for a deal, as it is recorded once they settle on it.

    `deal` is `Deal.as_json()`; `surface` says where they saw it.
    """

    public_id: str
    deal: dict[str, Any]
    asset_ids: tuple[int, ...]
    confident: bool
    confidence: float
    opportunity_id: int | None = None
    surface: str = SURFACE


def record_settled(
    hits: HitWriter, viewer: Viewer, recommended: Recommended, *, now: datetime
) -> "list[Future[None]]":
    """Events `recommended` and its `impression`s. Told again, only what is new is written."""
    event = {
        "public_id": recommended.public_id,
        "member_id": viewer.member_id,
        "role": viewer.role,
        "surface": recommended.surface,
        "deal": recommended.deal,
        "opportunity_id": recommended.opportunity_id,
        "shown": len(recommended.asset_ids),
        "confident": recommended.confident,
        "confidence": recommended.confidence,
        "at": now,
    }
    shown = usage.impressions(
        viewer,
        asset_ids=recommended.asset_ids,
        surface=recommended.surface,
        search_public_id=recommended.public_id,
        now=now,
    )
    return [
        hits.append(cast(Table, RecommendationEvent.__table__), [event]),
        usage.record_impressions(hits, shown),
    ]
