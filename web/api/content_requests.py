"""Asking marketing, from a program, for content that is not there."""

from datetime import datetime

from flask import Blueprint
from pydantic import Field

from contentlib.action.asking_once import request_content_once
from contentlib.crm.queries import visible_opportunity
from web.api import idempotency
from web.api.bearer import viewer
from web.api.operation import operation
from web.api.shapes import Answer, Question, Words
from web.transaction import library, session

bp = Blueprint("content_requests", __name__)


class RequestContext(Question):
    """Where the wish came from, so that marketing sees why."""

    searched: Words = Field(default="", max_length=500, description="The search that found nothing")
    facets: dict[Words, list[Words]] = Field(
        default={}, description="Facet key -> terms it asked for"
    )
    source: Words = Field(default="", max_length=300, description="The program, or the place in it")


class NewContentRequest(Question):
    """What is missed."""

    text: Words = Field(min_length=1, max_length=5000)
    opportunity: Words | None = Field(None, min_length=1, description="Id of the deal")
    context: RequestContext = RequestContext()


class ContentRequest(Answer):
    """A request as marketing has it."""

    id: str
    text: str
    opportunity: str | None
    at: datetime


@bp.post("/content-requests")
@operation(
    "requests:write",
    body=NewContentRequest,
    answer=ContentRequest,
    status=201,
    failures=(404, 409),
    headers=((idempotency.HEADER, idempotency.MEANING),),
)
def request_content(body: NewContentRequest) -> ContentRequest:
    """Asks marketing for something, in the name of the token's member.

    With an Idempotency-Key the same request told again gives the first answer again; another
    request under the same key of the same token is refused with 409.
    """
    written_as = idempotency.id_of_write("content-request")
    deal = (
        visible_opportunity(session(), viewer(), body.opportunity).line
        if body.opportunity
        else None
    )
    kept = request_content_once(
        session(),
        public_id=written_as,
        viewer=viewer(),
        text=body.text,
        context=body.context.model_dump(exclude_defaults=True),
        opportunity_id=deal.id if deal else None,
        now=library().clock.now(),
    )
    return ContentRequest(
        id=kept.public_id,
        text=kept.text,
        opportunity=deal.public_id if deal else None,
        at=kept.at,
    )
