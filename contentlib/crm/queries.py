"""Reading opportunities, by who may see them (METRICS, "Who sees what")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, false, func, or_, select, true
from sqlalchemy.orm import Session

from contentlib.crm.models import (
    Account,
    Contact,
    Opportunity,
    OpportunityChange,
    account_terms,
    opportunity_terms,
)
from contentlib.errors import NotFound
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.taxonomy.models import Facet, Term


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """A rep their own and their team's deals, a manager their teams', an admin all."""
    if viewer.role == "admin":
        return true()
    if not viewer.can("see opportunities"):
        return false()
    of_team = select(Member.id).where(Member.team_id.in_(viewer.seen_team_ids))
    return or_(Opportunity.owner_id == viewer.member_id, Opportunity.owner_id.in_(of_team))


@dataclass(frozen=True, slots=True)
class OpportunityLine:
    """A deal as lists show it."""

    id: int
    public_id: str
    name: str
    account: str
    owner: str | None
    stage: str | None
    amount: Decimal | None
    currency: str
    outcome: str | None
    created_at: datetime
    closed_at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class OpportunityDetail:
    """A deal as its page shows it. `facets`: facet label -> term labels."""

    line: OpportunityLine
    employees: int | None
    country: str | None
    notes: str
    facets: dict[str, tuple[str, ...]]
    changes: tuple[tuple[datetime, str, str | None, str | None], ...]
    contacts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OpportunityListing:
    """One page of deals with the total."""

    lines: list[OpportunityLine]
    total: int


def listed(
    session: Session,
    viewer: Viewer,
    *,
    text: str = "",
    only_open: bool = True,
    only_own: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> OpportunityListing:
    """Own deals first, then by amount. Two statements."""
    condition = visible_to(viewer)
    if only_open:
        condition &= Opportunity.outcome.is_(None)
    if only_own:
        condition &= Opportunity.owner_id == viewer.member_id
    if text.strip():
        pattern = f"%{_escaped(text.strip().lower())}%"
        condition &= or_(
            func.lower(Opportunity.name).like(pattern, escape="\\"),
            func.lower(Account.name).like(pattern, escape="\\"),
        )
    total = session.scalar(
        select(func.count())
        .select_from(Opportunity)
        .join(Account, Opportunity.account_id == Account.id)
        .where(condition)
    )
    order = (
        (Opportunity.owner_id == viewer.member_id).desc(),
        Opportunity.amount.desc().nulls_last(),
        Opportunity.id,
    )
    lines = lines_of(session, viewer, condition, order=order, offset=offset, limit=limit)
    return OpportunityListing(lines, total or 0)


def lines_of(
    session: Session,
    viewer: Viewer,
    condition: ColumnElement[bool],
    *,
    order: Sequence[SQLColumnExpression[Any]],
    limit: int,
    offset: int = 0,
) -> list[OpportunityLine]:
    """The deals of that condition which the viewer may see, in that order. One statement."""
    statement = (
        select(Opportunity, Account.name, Member.name, Term.label)
        .join(Account, Opportunity.account_id == Account.id)
        .outerjoin(Member, Opportunity.owner_id == Member.id)
        .outerjoin(Term, Opportunity.stage_id == Term.id)
        .where(visible_to(viewer), condition)
        .order_by(*order)
        .offset(offset)
        .limit(limit)
    )
    return [
        _line(deal, account, owner, stage, viewer)
        for deal, account, owner, stage in session.execute(statement)
    ]


def visible_opportunity(session: Session, viewer: Viewer, public_id: str) -> OpportunityDetail:
    """The deal, or NotFound when this member may not know of it. Five statements."""
    row = session.execute(
        select(Opportunity, Account, Member.name, Term.label)
        .join(Account, Opportunity.account_id == Account.id)
        .outerjoin(Member, Opportunity.owner_id == Member.id)
        .outerjoin(Term, Opportunity.stage_id == Term.id)
        .where(Opportunity.public_id == public_id, visible_to(viewer))
    ).first()
    if row is None:
        raise NotFound("There is no such opportunity, or it is another team's.")
    deal, account, owner, stage = row
    of_deal = select(opportunity_terms.c.term_id).where(
        opportunity_terms.c.opportunity_id == deal.id
    )
    of_account = select(account_terms.c.term_id).where(account_terms.c.account_id == account.id)
    facets: dict[str, list[str]] = {}
    for facet, label in session.execute(
        select(Facet.label, Term.label)
        .join(Term, Term.facet_id == Facet.id)
        .where(or_(Term.id.in_(of_deal), Term.id.in_(of_account)))
        .order_by(Facet.position, Term.position)
    ):
        facets.setdefault(facet, []).append(label)
    changes = session.execute(
        select(
            OpportunityChange.at,
            OpportunityChange.kind,
            OpportunityChange.before,
            OpportunityChange.after,
        )
        .where(OpportunityChange.opportunity_id == deal.id)
        .order_by(OpportunityChange.at, OpportunityChange.id)
    )
    contacts = session.execute(
        select(Contact.name, Contact.email)
        .where(Contact.account_id == account.id)
        .order_by(Contact.name)
    )
    return OpportunityDetail(
        line=_line(deal, account.name, owner, stage, viewer),
        employees=account.employees,
        country=account.country,
        notes=deal.notes,
        facets={facet: tuple(labels) for facet, labels in facets.items()},
        changes=tuple(changes),
        contacts=tuple(contacts),
    )


def _line(
    deal: Opportunity, account: str, owner: str | None, stage: str | None, viewer: Viewer
) -> OpportunityLine:
    return OpportunityLine(
        deal.id,
        deal.public_id,
        deal.name,
        account,
        owner,
        stage,
        deal.amount,
        deal.currency,
        deal.outcome,
        deal.created_at,
        deal.closed_at,
        deal.owner_id == viewer.member_id,
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
