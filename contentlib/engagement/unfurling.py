"""Unfurls: that a service fetched a preview of a link is no view, but it is news."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.engagement import facts
from contentlib.engagement.models import Unfurl, Visit
from contentlib.events import record


def note_unfurls(
    session: Session, visits: Sequence[Visit], *, news_since: datetime, now: datetime
) -> None:
    """Brings the event `unfurled` up to what was just judged: one a visit that was a preview's.

    A visit that turns out to be somebody else's loses it. One statement.
    """
    known = {
        unfurl.visit_id: unfurl
        for unfurl in session.scalars(
            select(Unfurl).where(Unfurl.visit_id.in_([visit.id for visit in visits]))
        )
    }
    fresh = []
    for visit in visits:
        there = known.get(visit.id)
        if visit.pasted_into is None or visit.is_private:
            if there is not None:
                session.delete(there)
        elif there is not None:
            there.service, there.at = visit.pasted_into, visit.started_at
        else:
            fresh.append(_unfurl(visit, visit.pasted_into))
    session.add_all(fresh)
    session.flush()  # the facts name them by id
    for unfurl in fresh:
        if unfurl.at >= news_since:
            record(session, facts.LinkUnfurled(unfurl.share_id, unfurl.id), now=now)


def _unfurl(visit: Visit, service: str) -> Unfurl:
    return Unfurl(
        share_id=visit.share_id, visit_id=visit.id, service=service[:60], at=visit.started_at
    )
