"""How a link was read, in a line: what its maker sees first. Counts are of people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.engagement.counting import NO_VISITS, OTHERS, PEOPLE, VisitCounts
from contentlib.engagement.models import Download, View, Visit


@dataclass(frozen=True, slots=True)
class ShareEngagement:
    """A share's engagement in one line.

    `readers` is "at least so many": the most that read on one day, since a visitor's key is of a
    day. `returns` are the later days on which people read. `private_visits` are of people who
    asked not to be followed; the other figures are without them. `other_downloads` are those of
    unclear visitors and machines.
    """

    counts: VisitCounts = NO_VISITS
    readers: int = 0
    returns: int = 0
    pages: int = 0
    attention_ms: int = 0
    downloads: int = 0
    other_downloads: int = 0
    private_visits: int = 0
    last_at: datetime | None = None

    def likely_new(self, recipients: int) -> int:
        """How many readers more than the link was made for: likely it was passed on."""
        return max(0, self.readers - recipients) if recipients else 0

    @property
    def visits(self) -> int:
        return self.counts.people

    @property
    def other_visits(self) -> int:
        return self.counts.others


def of_shares(session: Session, share_ids: Sequence[int]) -> dict[int, ShareEngagement]:
    """share id -> engagement. Four statements, whatever the number of shares."""
    if not share_ids:
        return {}
    is_followed = Visit.is_private.is_(False)
    is_reader = Visit.visitor_class.in_(PEOPLE) & is_followed
    classes = [
        func.count().filter((Visit.visitor_class == name) & is_followed).label(name)
        for name in (*PEOPLE, *OTHERS)
    ]
    is_private_reader = Visit.visitor_class.in_(PEOPLE) & Visit.is_private
    visits = session.execute(
        select(
            Visit.share_id,
            *classes,
            func.count().filter(is_private_reader).label("private_visits"),
            func.max(Visit.last_at).filter(is_reader).label("last_at"),
        )
        .where(Visit.share_id.in_(share_ids))
        .group_by(Visit.share_id)
    )
    found: dict[int, dict[str, Any]] = {
        row.share_id: {
            "counts": VisitCounts(row.verified, row.human, row.unclear, row.machine),
            "private_visits": row.private_visits,
            "last_at": row.last_at,
        }
        for row in visits
    }
    for share_id, days in _reading_days(session, share_ids).items():
        entry = found.setdefault(share_id, {})
        entry["readers"], entry["returns"] = max(days.values()), len(days) - 1
    views = session.execute(
        select(View.share_id, View.version_id, View.page, func.sum(View.attention_ms).label("ms"))
        .join(Visit, View.visit_id == Visit.id)
        .where(View.share_id.in_(share_ids), is_reader)
        .group_by(View.share_id, View.version_id, View.page)
    )
    for view in views:
        entry = found.setdefault(view.share_id, {})
        entry["pages"] = entry.get("pages", 0) + 1
        entry["attention_ms"] = entry.get("attention_ms", 0) + int(view.ms)
    downloads = session.execute(
        select(
            Download.share_id,
            func.count().filter(is_reader).label("people"),
            func.count().filter(Visit.visitor_class.in_(OTHERS) & is_followed).label("others"),
        )
        .join(Visit, Download.visit_id == Visit.id)
        .where(Download.share_id.in_(share_ids))
        .group_by(Download.share_id)
    )
    for taken in downloads:
        entry = found.setdefault(taken.share_id, {})
        entry["downloads"], entry["other_downloads"] = taken.people, taken.others
    return {share_id: ShareEngagement(**entry) for share_id, entry in found.items()}


def _reading_days(session: Session, share_ids: Sequence[int]) -> dict[int, Counter[date]]:
    """share id -> day -> how many people read then. One row a reader and day, one statement."""
    rows = session.execute(
        select(Visit.share_id, Visit.visitor_key, func.min(Visit.started_at).label("began"))
        .where(
            Visit.share_id.in_(share_ids),
            Visit.visitor_class.in_(PEOPLE),
            Visit.is_private.is_(False),
        )
        .group_by(Visit.share_id, Visit.visitor_key)
    )
    days: dict[int, Counter[date]] = {}
    for row in rows:
        days.setdefault(row.share_id, Counter())[row.began.date()] += 1
    return days
