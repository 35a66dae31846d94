"""While a mail is written: which deal it is about, and tracked links to put into it."""

from datetime import datetime
from typing import Literal

from flask import Blueprint
from pydantic import Field, model_validator

from contentlib.crm.matching import deals_of_recipients, deals_of_record
from contentlib.crm.queries import OpportunityLine
from contentlib.share import batches
from contentlib.share import service as shares
from contentlib.share.batches import LinkMade
from contentlib.share.service import Recipient
from web.api import idempotency
from web.api.bearer import viewer
from web.api.operation import operation
from web.api.shapes import Answer, Question, Words
from web.transaction import library, only_reads, session

bp = Blueprint("composing", __name__, url_prefix="/extension")

Address = Words


class DealsQuestion(Question):
    """A mail by its recipients, or a page of the CRM by its record."""

    recipients: list[Address] = Field([], max_length=100)
    crm: Literal["salesforce", "hubspot"] | None = None
    record: Words = Field("", max_length=200, description="The record's id in the address")

    @model_validator(mode="after")
    def _one_of_both(self) -> "DealsQuestion":
        if bool(self.recipients) == bool(self.record):
            raise ValueError("give recipients, or crm and record")
        return self


class Deal(Answer):
    """An open deal."""

    id: str
    name: str
    account: str
    stage: str | None
    is_own: bool


class Deals(Answer):
    """Those that it may be about, the likeliest first; maybe none."""

    deals: list[Deal]


@bp.post("/deals")
@operation("extension", body=DealsQuestion, answer=Deals)
def deals(body: DealsQuestion) -> Deals:
    """Which open deals the mail, or the CRM's page, may be about. Nothing of it is kept."""
    only_reads()
    if body.recipients:
        found = deals_of_recipients(session(), viewer(), body.recipients)
    else:
        found = deals_of_record(session(), viewer(), body.record)
    return Deals(deals=[_deal(line) for line in found])


def _deal(line: OpportunityLine) -> Deal:
    return Deal(
        id=line.public_id,
        name=line.name,
        account=line.account,
        stage=line.stage,
        is_own=line.is_own,
    )


class NewLinks(Question):
    """Assets to be sent."""

    assets: list[Words] = Field(min_length=1, max_length=shares.MOST_ITEMS)
    recipients: list[Address] = Field([], max_length=50)
    deal: Words | None = Field(None, max_length=40, description="Id of the opportunity")
    for_each: bool = Field(False, description="A link of their own for each recipient")


class NewLink(Answer):
    """A tracked link."""

    address: str
    recipients: list[str]
    titles: list[str]
    expires_at: datetime | None


class Links(Answer):
    """In the order of the recipients."""

    links: list[NewLink]


@bp.post("/links")
@operation(
    "extension",
    body=NewLinks,
    answer=Links,
    status=201,
    failures=(404, 409),
    headers=((idempotency.HEADER, idempotency.MEANING),),
)
def make_links(body: NewLinks) -> Links:
    """Tracked links under the usual rules; the same Idempotency-Key gives them again."""
    batch = idempotency.id_of_write("links")
    known = batches.made_together(session(), viewer(), batch)
    made = [LinkMade.of(share) for share in known] or _made(body, batch)
    return Links(links=[_link(link) for link in made])


def _made(body: NewLinks, batch: str) -> list[LinkMade]:
    recipients = [Recipient(address) for address in body.recipients]
    can_mail, now = library().mailer is not None, library().clock.now()
    if body.for_each:
        each = batches.create_for_each(
            session(),
            viewer=viewer(),
            asset_public_ids=body.assets,
            recipients=recipients,
            opportunity_public_id=body.deal,
            batch=batch,
            can_mail=can_mail,
            now=now,
        )
        return [LinkMade.of(share) for share in each]
    link = shares.create(
        session(),
        viewer=viewer(),
        asset_public_ids=body.assets,
        recipients=recipients,
        opportunity_public_id=body.deal,
        batch=batch,
        can_mail=can_mail,
        now=now,
    )
    return [LinkMade.of(link)]


def _link(made: LinkMade) -> NewLink:
    return NewLink(
        address=library().share_address(made.public_id),
        recipients=list(made.recipients),
        titles=list(made.titles),
        expires_at=made.expires_at,
    )
