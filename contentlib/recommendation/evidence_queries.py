"""What was done with assets before: for this account, in deals like this one, at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.crm.models import Opportunity, account_terms, opportunity_terms
from contentlib.member.rules import SMALLEST_GROUP_FOR_MARKETERS, Viewer
from contentlib.recommendation.deal import Deal
from contentlib.sending.models import Send
from contentlib.taxonomy.queries import TermView, Vocabulary


def sent_to_account(session: Session, deal: Deal) -> dict[int, datetime]:
    """asset id -> when it last went to this account, by any route. At most one statement."""
    if deal.account_id is None:
        return {}
    rows = session.execute(
        select(Send.asset_id, func.max(Send.at).label("at"))
        .join(Opportunity, Send.opportunity_id == Opportunity.id)
        .where(Opportunity.account_id == deal.account_id)
        .group_by(Send.asset_id)
    )
    return {row.asset_id: row.at for row in rows}


@dataclass(frozen=True, slots=True)
class Alike:
    """What makes deals like this one: they have a term, or one below it."""

    term: TermView
    term_ids: frozenset[int]


def alike_by(deal: Deal, words: Vocabulary) -> Alike | None:
    """Deals are alike by the account's industry; where none is known, by the product."""
    for facet in ("industry", "product"):
        terms = deal.terms_of(facet)
        if terms:
            return Alike(terms[0], words.with_descendants(terms[0]))
    return None


def deals_sent_in(
    session: Session, viewer: Viewer, deal: Deal, alike: Alike, asset_ids: Sequence[int]
) -> dict[int, int]:
    """asset id -> in how many other deals like this one it was sent. At most one statement.

    A count over all teams, without names; to a marketer only where five reps or more stand
    behind it (METRICS, "Who sees what").
    """
    if not asset_ids:
        return {}
    links, owner = (
        (account_terms, Opportunity.account_id)
        if alike.term.facet == "industry"
        else (opportunity_terms, Opportunity.id)
    )
    holder = links.c.account_id if alike.term.facet == "industry" else links.c.opportunity_id
    having_it = select(holder).where(links.c.term_id.in_(alike.term_ids))
    statement = (
        select(
            Send.asset_id,
            func.count(Send.opportunity_id.distinct()).label("deals"),
            func.count(Send.member_id.distinct()).label("reps"),
        )
        .join(Opportunity, Send.opportunity_id == Opportunity.id)
        .where(Send.asset_id.in_(asset_ids), owner.in_(having_it))
        .group_by(Send.asset_id)
    )
    if deal.opportunity_id is not None:
        statement = statement.where(Send.opportunity_id != deal.opportunity_id)
    least = SMALLEST_GROUP_FOR_MARKETERS if viewer.role == "marketer" else 1
    return {row.asset_id: row.deals for row in session.execute(statement) if row.reps >= least}


def ever_sent(session: Session, asset_ids: Collection[int]) -> frozenset[int]:
    """Those of the assets that anybody ever sent. At most one statement."""
    if not asset_ids:
        return frozenset()
    statement = select(Send.asset_id).where(Send.asset_id.in_(asset_ids)).distinct()
    return frozenset(session.scalars(statement))
