"""Asking marketing for content."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from contentlib.action.models import ContentRequest
from contentlib.errors import InvalidInput
from contentlib.ids import public_id
from contentlib.member.rules import Viewer


def request_content(
    session: Session,
    *,
    viewer: Viewer,
    text: str,
    context: dict[str, Any],
    opportunity_id: int | None = None,
    now: datetime,
) -> ContentRequest:
    """Event `content_request`: kept with the search that failed, so that marketing sees why."""
    words = text.strip()
    if not words:
        raise InvalidInput("Say what you were looking for.", {"text": "Say what you need."})
    request = ContentRequest(
        public_id=public_id(),
        member_id=viewer.member_id,
        opportunity_id=opportunity_id,
        text=words[:5000],
        context=context,
        at=now,
    )
    session.add(request)
    return request
