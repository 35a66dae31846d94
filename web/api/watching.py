"""What the extension saw leave the browser."""

from datetime import datetime, timedelta
from typing import Annotated

from flask import Blueprint
from pydantic import AwareDatetime, Field, model_validator

from contentlib.errors import ContentlibError
from contentlib.sending.material import Ours
from contentlib.sending.watching import Kind, Part, Site, Watched, take_event
from web.api.bearer import viewer
from web.api.operation import operation
from web.api.shapes import Answer, Question, Words
from web.transaction import library, session

bp = Blueprint("watching", __name__, url_prefix="/extension")

_MOST_EVENTS = 50
_MOST_ITEMS = 100
# A queue may have waited long for a connection; nothing is older than a laptop's holiday.
_OLDEST = timedelta(days=90)
_FURTHEST = timedelta(days=366)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SeenItem(Question):
    """Exactly one of: a link of ours, a plain address, a file by the hash of its bytes."""

    link: Words | None = Field(None, max_length=4096)
    page: Words | None = Field(None, max_length=4096)
    file_sha256: Sha256 | None = None
    file_name: Words = Field("", max_length=300)

    @model_validator(mode="after")
    def _is_one_thing(self) -> "SeenItem":
        if sum(bool(part) for part in (self.link, self.page, self.file_sha256)) != 1:
            raise ValueError("give link, page or file_sha256")
        return self


class SeenMessage(Question):
    """A message with something of ours in it."""

    id: Words = Field(min_length=8, max_length=80, description="Of the event, new for each")
    kind: Kind
    site: Site
    message: Words = Field(
        min_length=1, max_length=150, description="Names the message within its site"
    )
    at: AwareDatetime
    scheduled_for: AwareDatetime | None = None
    recipients: list[Words] = Field([], max_length=500)
    deal: Words | None = Field(None, max_length=40)
    items: list[SeenItem] = Field([], max_length=_MOST_ITEMS)


class SeenMessages(Question):
    """In the order in which they happened."""

    events: list[SeenMessage] = Field(min_length=1, max_length=_MOST_EVENTS)


class Refused(Answer):
    """An event that will never be taken: not to be told again."""

    id: str
    reason: str


class Outcome(Answer):
    """Each event stands in one of the two."""

    taken: list[str]
    refused: list[Refused]


@bp.post("/events")
@operation("extension", body=SeenMessages, answer=Outcome)
def take_events(body: SeenMessages) -> Outcome:
    """Keeps what left. Told again, nothing changes; all of it is on disk when this answers."""
    taken, refused = [], []
    for event in body.events:
        try:
            # each by itself: what is wrong with one is no reason to lose the others
            with session().begin_nested():
                _take(event, now=library().clock.now())
        except ContentlibError as refusal:
            refused.append(Refused(id=event.id, reason=refusal.sentence))
        else:
            taken.append(event.id)
    return Outcome(taken=taken, refused=refused)


def _take(event: SeenMessage, *, now: datetime) -> None:
    settings = library().settings
    take_event(
        session(),
        viewer=viewer(),
        watched=Watched(
            kind=event.kind,
            site=event.site,
            message=event.message,
            at=max(event.at, now - _OLDEST),
            scheduled_for=min(event.scheduled_for, now + _FURTHEST)
            if event.scheduled_for
            else None,
            recipients=tuple(event.recipients),
            deal=event.deal,
            parts=tuple(
                Part(
                    link=item.link or "",
                    page=item.page or "",
                    file_sha256=item.file_sha256 or "",
                    file_name=item.file_name,
                )
                for item in event.items
            ),
        ),
        ours=Ours(settings.base_url, library().signing_key),
        now=now,
    )
