"""Visits counted by their class: never one number where machines could hide in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from contentlib.engagement.models import View, Visit
from contentlib.share.models import ShareItem

PEOPLE = ("verified", "human")
OTHERS = ("unclear", "machine")


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """Visits by class; colleagues' are in none."""

    verified: int = 0
    human: int = 0
    unclear: int = 0
    machine: int = 0

    @property
    def people(self) -> int:
        """The headline: verified and human."""
        return self.verified + self.human

    @property
    def others(self) -> int:
        """Unclear and machines': never in the headline, one click away."""
        return self.unclear + self.machine

    @classmethod
    def of(cls, counted: Mapping[str, int]) -> "VisitCounts":
        """From visits by class, whatever else is counted there."""
        return cls(**{name: counted.get(name, 0) for name in (*PEOPLE, *OTHERS)})


NO_VISITS = VisitCounts()


def visits_of_assets(
    session: Session, asset_ids: Sequence[int], *, since: datetime, until: datetime
) -> dict[int, VisitCounts]:
    """asset id -> visits that began in [since, until), by class. Two statements.

    A person's visit counts for an asset when a page of it was seen. Programs and unclear visitors
    confirm no page: theirs count for every asset of the link. Visits of people who asked not to
    be followed are in these totals, and in no timeline.
    """
    is_then = and_(Visit.started_at >= since, Visit.started_at < until)
    found: dict[int, Counter[str]] = {asset_id: Counter() for asset_id in asset_ids}
    seen = (
        select(View.asset_id, Visit.visitor_class, func.count(Visit.id.distinct()))
        .join(Visit, View.visit_id == Visit.id)
        .where(View.asset_id.in_(asset_ids), is_then, Visit.visitor_class.in_(PEOPLE))
        .group_by(View.asset_id, Visit.visitor_class)
    )
    asked = (
        select(ShareItem.asset_id, Visit.visitor_class, func.count())
        .join(Visit, Visit.share_id == ShareItem.share_id)
        .where(ShareItem.asset_id.in_(asset_ids), is_then, Visit.visitor_class.in_(OTHERS))
        .group_by(ShareItem.asset_id, Visit.visitor_class)
    )
    for statement in (seen, asked):
        for asset_id, visitor_class, count in session.execute(statement):
            found[asset_id][visitor_class] = count
    return {asset_id: VisitCounts.of(counted) for asset_id, counted in found.items()}
