"""Reading what reps asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.action.models import ContentRequest
from contentlib.member.models import Member, Team


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as marketing's list shows it: the team, not the person."""

    text: str
    team: str | None
    about: str
    is_for_deal: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestListing:
    """One page of requests with the total."""

    lines: list[RequestLine]
    total: int


def newest(session: Session, *, offset: int = 0, limit: int = 50) -> RequestListing:
    """Newest first. Two statements."""
    total = session.scalar(select(func.count()).select_from(ContentRequest)) or 0
    rows = session.execute(
        select(ContentRequest, Team.name)
        .join(Member, ContentRequest.member_id == Member.id)
        .outerjoin(Team, Member.team_id == Team.id)
        .order_by(ContentRequest.at.desc(), ContentRequest.id.desc())
        .offset(offset)
        .limit(limit)
    )
    lines = [
        RequestLine(r.text, team, _about(r.context), "deal" in r.context, r.at) for r, team in rows
    ]
    return RequestListing(lines, total)


def _about(context: Mapping[str, Any]) -> str:
    """What was searched, or what was understood of the deal: no customer's name stands there."""
    if "deal" not in context:
        return str(context.get("searched", ""))
    chips = context["deal"].get("chips", ())
    return ", ".join(str(chip["label"]) for chip in chips if chip.get("on", True))
