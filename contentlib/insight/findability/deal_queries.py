"""Deals as they may be told to a reader of reports: by name, or by their facets alone."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, literal, select, union_all
from sqlalchemy.orm import Session

from contentlib.crm.deal_queries import DealFacts
from contentlib.crm.models import Account, Contact, Opportunity, account_terms, opportunity_terms
from contentlib.crm.queries import visible_to
from contentlib.member.rules import Viewer
from contentlib.taxonomy.queries import Vocabulary

# What tells deals apart without naming one.
_TOLD_BY = ("industry", "stage", "product")


@dataclass(frozen=True, slots=True)
class ToldDeal:
    """A deal. `name` and `public_id` are None where this member may not see it.

    `facts` are for asking again, never for showing.
    """

    id: int
    name: str | None
    public_id: str | None
    facets: tuple[str, ...]
    industries: tuple[str, ...]
    facts: DealFacts


def told_deals(
    session: Session, viewer: Viewer, deal_ids: Collection[int], words: Vocabulary
) -> dict[int, ToldDeal]:
    """By id. At most two statements."""
    if not deal_ids:
        return {}
    rows = session.execute(
        select(Opportunity, Account, case((visible_to(viewer), 1), else_=0).label("may_be_named"))
        .join(Account, Opportunity.account_id == Account.id)
        .where(Opportunity.id.in_(deal_ids))
    ).all()
    terms = _terms(session, deal_ids)
    found: dict[int, ToldDeal] = {}
    for deal, account, may_be_named in rows:
        held = terms.get(deal.id, set())
        if deal.stage_id is not None:
            held.add(("deal", deal.stage_id))
        facts = DealFacts(
            opportunity_id=deal.id,
            public_id=deal.public_id,
            name=deal.name,
            account_id=account.id,
            account=account.name,
            employees=account.employees,
            amount=None,
            currency=deal.currency,
            notes=deal.notes,
            term_ids=tuple(sorted(held)),
        )
        found[deal.id] = ToldDeal(
            id=deal.id,
            name=deal.name if may_be_named else None,
            public_id=deal.public_id if may_be_named else None,
            facets=_labels(held, words, _TOLD_BY),
            industries=_labels(held, words, _TOLD_BY[:1]),
            facts=facts,
        )
    return found


def _terms(session: Session, deal_ids: Collection[int]) -> dict[int, set[tuple[str, int]]]:
    """deal id -> (where it stands, term id), as `crm.deal_queries` reads them of one."""
    wanted = Opportunity.id.in_(deal_ids)
    of_account = (
        select(Opportunity.id, literal("account").label("source"), account_terms.c.term_id)
        .join(account_terms, account_terms.c.account_id == Opportunity.account_id)
        .where(wanted)
    )
    of_deal = (
        select(Opportunity.id, literal("deal").label("source"), opportunity_terms.c.term_id)
        .join(opportunity_terms, opportunity_terms.c.opportunity_id == Opportunity.id)
        .where(wanted)
    )
    of_contacts = (
        select(Opportunity.id, literal("contacts").label("source"), Contact.persona_id)
        .join(Contact, Contact.account_id == Opportunity.account_id)
        .where(wanted, Contact.persona_id.is_not(None))
    )
    found: dict[int, set[tuple[str, int]]] = {}
    for deal_id, source, term_id in session.execute(union_all(of_account, of_deal, of_contacts)):
        found.setdefault(deal_id, set()).add((source, term_id))
    return found


def _labels(
    held: Iterable[tuple[str, int]], words: Vocabulary, facets: Sequence[str]
) -> tuple[str, ...]:
    """In the order of the facets, then of the vocabulary."""
    terms = {term_id: words.by_id(term_id) for _, term_id in held}
    return tuple(
        term.label
        for facet in facets
        for term in sorted(
            (t for t in terms.values() if t is not None and t.facet == facet),
            key=lambda t: t.position,
        )
    )
