"""Visits are derived by one transaction at a time."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql import func

# Any number that no other lock of ours has.
_LOCK = 7_164_001


def one_at_a_time(session: Session) -> None:
    """Waits until no other transaction derives visits, and keeps others waiting until it ends.

    Two workers that saw the same new requests would each make a visit of them. SQLite's one
    write lock sees to it already; on PostgreSQL it takes a lock of its own.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
