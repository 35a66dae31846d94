"""On which days a member's extension or mailbox told us what it saw, be it nothing."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from contentlib.member.models import ReportingDay


def is_noted(session: Session, *, member_id: int, source: str, day: date) -> bool:
    """One statement."""
    return session.get(ReportingDay, (member_id, source, day)) is not None


def note_day(session: Session, *, member_id: int, source: str, day: date) -> None:
    """The member's `source` ("extension" or "mailbox") reported on that day of the workspace.

    Told again, nothing changes. One statement.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    session.execute(
        insert(ReportingDay)
        .values(member_id=member_id, source=source, day=day)
        .on_conflict_do_nothing()
    )
