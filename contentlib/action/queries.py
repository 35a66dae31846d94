"""Reading what reps asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.action.models import ContentRequest
from contentlib.member.models import Member, Team


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as marketing's list shows it: the team, not the person."""

    text: str
    team: str | None
    searched: str
    at: datetime


def newest(session: Session, *, limit: int = 50) -> list[RequestLine]:
    """Newest first. One statement."""
    rows = session.execute(
        select(ContentRequest, Team.name)
        .join(Member, ContentRequest.member_id == Member.id)
        .outerjoin(Team, Member.team_id == Team.id)
        .order_by(ContentRequest.at.desc(), ContentRequest.id.desc())
        .limit(limit)
    )
    return [RequestLine(r.text, team, str(r.context.get("searched", "")), r.at) for r, team in rows]
