"""The end of retention: raw requests go, and the classes that were found by them stay."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from contentlib.db import rows_changed
from contentlib.engagement.alone import one_at_a_time
from contentlib.engagement.models import Hit, Visit

_AT_ONCE = 2000


def freeze_visits(session: Session, *, before: datetime) -> int:
    """Freezes some of the visits that begin to lose their requests; how many. Told again until it
    is none, and before the requests are deleted: judged by what is left, a scanner would turn
    into a reader.
    """
    one_at_a_time(session)
    due = select(Visit.id).where(Visit.frozen.is_(False), Visit.started_at < before)
    chosen = session.scalars(due.order_by(Visit.started_at).limit(_AT_ONCE)).all()
    return rows_changed(
        session,
        update(Visit)
        .where(Visit.id.in_(chosen))
        .values(frozen=True)
        .execution_options(synchronize_session=False),
    )


def forget_old_hits(session: Session, *, before: datetime) -> int:
    """Deletes some of the raw requests at the end of their retention; how many. Told again until
    it is none. Visits, views and downloads stay."""
    due = select(Hit.id).where(Hit.at < before).order_by(Hit.at).limit(_AT_ONCE)
    return rows_changed(
        session,
        delete(Hit).where(Hit.id.in_(due)).execution_options(synchronize_session=False),
    )
