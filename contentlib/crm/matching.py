"""Which deal a mail is about: by its recipients, or by the record open in the CRM."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from contentlib.crm.models import Account, Contact, Opportunity
from contentlib.crm.queries import OpportunityLine, lines_of, visible_to
from contentlib.member.own_people import ANYBODYS_DOMAINS
from contentlib.member.rules import Viewer

_MOST = 5


def deals_of_recipients(
    session: Session, viewer: Viewer, addresses: Sequence[str]
) -> list[OpportunityLine]:
    """Open deals of the recipients' accounts that the viewer may see, the likeliest first.

    Their own before a colleague's, of a known contact before one at the same domain, then by
    amount; five at the most. One statement.
    """
    emails = {address.strip().lower() for address in addresses if "@" in address}
    if not emails:
        return []
    named = select(Contact.account_id).where(Contact.email.in_(emails))
    domains = {email.rsplit("@", 1)[-1] for email in emails} - ANYBODYS_DOMAINS
    beside = select(Contact.account_id).where(
        or_(false(), *(Contact.email.endswith(f"@{d}", autoescape=True) for d in domains))
    )
    is_named = Opportunity.account_id.in_(named)
    return lines_of(
        session,
        viewer,
        and_(Opportunity.outcome.is_(None), or_(is_named, Opportunity.account_id.in_(beside))),
        order=(
            (Opportunity.owner_id == viewer.member_id).desc().nulls_last(),
            case((is_named, 0), else_=1),
            Opportunity.amount.desc().nulls_last(),
            Opportunity.id,
        ),
        limit=_MOST,
    )


def deals_of_record(session: Session, viewer: Viewer, record: str) -> list[OpportunityLine]:
    """The deal with that id in the CRM, else the open deals of the account with it.

    Salesforce shows one id in 15 or, with a check sum, 18 characters. One statement.
    """
    wanted = record.strip()
    if not wanted:
        return []

    def is_it(column: ColumnElement[str]) -> ColumnElement[bool]:
        same = column == wanted
        if len(wanted) in (15, 18):
            is_of_salesforce = func.length(column).in_((15, 18))
            same = or_(same, and_(is_of_salesforce, func.substr(column, 1, 15) == wanted[:15]))
        return same

    of_deal = is_it(Opportunity.external_id)  # type: ignore[arg-type]
    of_account = and_(is_it(Account.external_id), Opportunity.outcome.is_(None))  # type: ignore[arg-type]
    return lines_of(
        session,
        viewer,
        or_(of_deal, of_account),
        order=(of_deal.desc(), Opportunity.amount.desc().nulls_last(), Opportunity.id),
        limit=_MOST,
    )


def only_deal(
    session: Session, *, member_id: int, contact_ids: Sequence[int], at: datetime
) -> int | None:
    """The one deal of the member that was open then with the contacts' accounts; None where there
    were several, or none. One statement."""
    if not contact_ids:
        return None
    found = session.scalars(
        select(Opportunity.id)
        .where(
            Opportunity.owner_id == member_id,
            Opportunity.account_id.in_(
                select(Contact.account_id).where(Contact.id.in_(contact_ids))
            ),
            Opportunity.created_at <= at,
            or_(Opportunity.closed_at.is_(None), Opportunity.closed_at >= at),
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def visible_deal(session: Session, viewer: Viewer, public_id: str) -> int | None:
    """The deal's id where the viewer may see it. One statement."""
    return session.scalar(
        select(Opportunity.id).where(Opportunity.public_id == public_id, visible_to(viewer))
    )
