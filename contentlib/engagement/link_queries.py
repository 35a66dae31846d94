"""Which links of an asset people read: what makes an unreported link a send (`inferred`)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.engagement.models import View, Visit
from contentlib.engagement.queries import PEOPLE
from contentlib.sending.team_queries import LinkReading


def links_read(session: Session, asset_id: int, *, since: datetime) -> dict[int, LinkReading]:
    """share id -> reading, of links through which people saw the asset since then.

    `first_at` is the first human view ever, `visits` those since. One statement.
    """
    is_recent = View.started_at >= since
    rows = session.execute(
        select(
            View.share_id,
            func.min(View.started_at).label("first_at"),
            func.count(View.visit_id.distinct()).filter(is_recent).label("visits"),
        )
        .join(Visit, View.visit_id == Visit.id)
        .where(View.asset_id == asset_id, Visit.visitor_class.in_(PEOPLE))
        .group_by(View.share_id)
        .having(func.max(View.started_at) >= since)
    )
    return {row.share_id: LinkReading(row.first_at, row.visits) for row in rows}
