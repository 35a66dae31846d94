"""Asking marketing for content from a program that may tell the same request twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contentlib.action import service
from contentlib.action.models import ContentRequest
from contentlib.errors import Conflict
from contentlib.member.rules import Viewer


def request_content_once(
    session: Session,
    *,
    public_id: str,
    viewer: Viewer,
    text: str,
    context: dict[str, Any],
    opportunity_id: int | None = None,
    now: datetime,
) -> ContentRequest:
    """As `service.request_content`, under an id that the caller derives from what makes two
    tellings the same; told again, it gives the first one back.

    Raises Conflict when under that id something else was asked.
    """
    kept = _of(session, public_id)
    if kept is None:
        try:
            # on PostgreSQL the same telling may be under way beside this one: the unique id
            # refuses the later, and only this step is undone
            with session.begin_nested():
                request = service.request_content(
                    session,
                    viewer=viewer,
                    text=text,
                    context=context,
                    opportunity_id=opportunity_id,
                    now=now,
                )
                request.public_id = public_id
            return request
        except IntegrityError:
            kept = _of(session, public_id)
            if kept is None:
                raise
    if (kept.text, kept.context, kept.opportunity_id) != (text.strip(), context, opportunity_id):
        raise Conflict("Something else was asked with that key before; take a new one.")
    return kept


def _of(session: Session, public_id: str) -> ContentRequest | None:
    return session.scalar(select(ContentRequest).where(ContentRequest.public_id == public_id))
