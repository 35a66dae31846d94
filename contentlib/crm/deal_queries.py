"""What the CRM says of a deal, as recommending asks for it."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import literal, or_, select, union_all
from sqlalchemy.orm import Session

from contentlib.crm.models import Account, Contact, Opportunity, account_terms, opportunity_terms
from contentlib.crm.queries import visible_to
from contentlib.errors import NotFound
from contentlib.member.rules import Viewer


@dataclass(frozen=True, slots=True)
class DealFacts:
    """A deal in the CRM's words. `term_ids` are (where it stands, term id) in a steady order."""

    opportunity_id: int
    public_id: str
    name: str
    account_id: int
    account: str
    employees: int | None
    amount: Decimal | None
    currency: str
    notes: str
    term_ids: tuple[tuple[str, int], ...]


def deal_facts(session: Session, viewer: Viewer, public_id: str) -> DealFacts:
    """A deal by our id or the CRM's own. Two statements.

    Raises NotFound when this member may not know of it.
    """
    row = session.execute(
        select(Opportunity, Account)
        .join(Account, Opportunity.account_id == Account.id)
        .where(
            or_(Opportunity.public_id == public_id, Opportunity.external_id == public_id),
            visible_to(viewer),
        )
    ).first()
    if row is None:
        raise NotFound("There is no such opportunity, or it is another team's.")
    deal, account = row
    of_account = select(literal("account"), account_terms.c.term_id).where(
        account_terms.c.account_id == account.id
    )
    of_deal = select(literal("deal"), opportunity_terms.c.term_id).where(
        opportunity_terms.c.opportunity_id == deal.id
    )
    of_contacts = select(literal("contacts"), Contact.persona_id).where(
        Contact.account_id == account.id, Contact.persona_id.is_not(None)
    )
    found = [
        (source, term_id)
        for source, term_id in session.execute(union_all(of_account, of_deal, of_contacts))
    ]
    if deal.stage_id is not None:
        found.append(("deal", deal.stage_id))
    return DealFacts(
        opportunity_id=deal.id,
        public_id=deal.public_id,
        name=deal.name,
        account_id=account.id,
        account=account.name,
        employees=account.employees,
        amount=deal.amount,
        currency=deal.currency,
        notes=deal.notes,
        term_ids=tuple(dict.fromkeys(sorted(found))),
    )
