"""The job table: outbox and queue in one.

A worker claims a job by a conditional update whose row count is checked, under a lease.
A worker that dies leaves the lease to run out; the job is then claimed again. Reactions
are idempotent, so a job done twice has one effect.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contentlib.db import Base, Id, JsonValue, Key, Moment, Prose, rows_changed
from contentlib.ids import public_id

Payload = dict[str, Any]

_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(hours=1)


class Job(Base):
    """One reaction to be run with one payload."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
        # claim(): the due jobs, oldest first
        Index("ix_jobs_due", "state", "run_at", "id"),
    )

    id: Mapped[Id]
    reaction: Mapped[Key]
    payload: Mapped[JsonValue]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    run_at: Mapped[Moment]
    created_at: Mapped[Moment]
    leased_until: Mapped[Moment | None]
    lease: Mapped[Key | None]
    finished_at: Mapped[Moment | None]
    last_error: Mapped[Prose | None]

    @classmethod
    def waiting(
        cls,
        reaction: str,
        *,
        payload: dict[str, Any],
        now: datetime,
        run_at: datetime | None = None,
    ) -> "Job":
        return cls(
            reaction=reaction,
            payload=payload,
            state="waiting",
            attempts=0,
            run_at=run_at or now,
            created_at=now,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in hand: only the holder of the lease may finish it."""

    job_id: int
    reaction: str
    payload: dict[str, Any]
    attempts: int
    lease: str


def is_due(session: Session, *, now: datetime, only: tuple[str, ...]) -> bool:
    """Whether there is anything to claim: asked in a reading session, so that an idle worker
    does not take the write lock twice a second. One statement."""
    wanted = select(Job.id).where(_due(now), Job.reaction.in_(only)).limit(1)
    return session.scalar(wanted) is not None


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Job.state == "waiting", Job.run_at <= now),
        and_(Job.state == "running", Job.leased_until < now),
    )


def claim(
    session: Session,
    *,
    now: datetime,
    lease_for: timedelta,
    only: tuple[str, ...] | None = None,
) -> Claim | None:
    """Takes the oldest due job, or None. `only` restricts to some reactions.

    On PostgreSQL other workers' rows are skipped, not waited for.
    """
    due = _due(now)
    wanted = select(Job).where(due).order_by(Job.run_at, Job.id).limit(1)
    if only is not None:
        wanted = wanted.where(Job.reaction.in_(only))
    job = session.scalars(wanted.with_for_update(skip_locked=True)).first()
    if job is None:
        return None
    lease = public_id()
    taken = rows_changed(
        session,
        update(Job)
        .where(Job.id == job.id, due)
        .values(
            state="running", lease=lease, leased_until=now + lease_for, attempts=Job.attempts + 1
        )
        .execution_options(synchronize_session=False),
    )
    if taken != 1:
        return None
    return Claim(job.id, job.reaction, dict(job.payload), job.attempts + 1, lease)


def finish(session: Session, claimed: Claim, *, now: datetime) -> bool:
    """Marks the job done; False when the lease was lost to another worker meanwhile."""
    return _release(session, claimed, state="done", finished_at=now, last_error=None)


def fail(
    session: Session,
    claimed: Claim,
    *,
    error: str,
    now: datetime,
    attempts_allowed: int,
    retryable: bool = True,
) -> bool:
    """Puts the job back with a growing delay, or aside as dead after the last attempt."""
    if not retryable or claimed.attempts >= attempts_allowed:
        return _release(session, claimed, state="dead", finished_at=now, last_error=error)
    delay = min(_FIRST_RETRY * 4 ** (claimed.attempts - 1), _LONGEST_RETRY)
    return _release(session, claimed, state="waiting", run_at=now + delay, last_error=error)


def renew(session: Session, claimed: Claim, *, now: datetime, lease_for: timedelta) -> bool:
    """Prolongs the lease of a long job; False when it was lost."""
    done = rows_changed(
        session,
        update(Job)
        .where(Job.id == claimed.job_id, Job.lease == claimed.lease)
        .values(leased_until=now + lease_for),
    )
    return done == 1


def _release(session: Session, claimed: Claim, **values: Any) -> bool:
    done = rows_changed(
        session,
        update(Job)
        .where(Job.id == claimed.job_id, Job.lease == claimed.lease)
        .values(lease=None, leased_until=None, **values)
        .execution_options(synchronize_session=False),
    )
    return done == 1


def retry_dead(session: Session, job_id: int, *, now: datetime) -> bool:
    """Gives a dead job a fresh set of attempts."""
    done = rows_changed(
        session,
        update(Job)
        .where(Job.id == job_id, Job.state == "dead")
        .values(state="waiting", attempts=0, run_at=now, finished_at=None),
    )
    return done == 1


def prune_done(session: Session, *, before: datetime) -> int:
    """Deletes finished jobs older than a moment; returns how many."""
    return rows_changed(session, delete(Job).where(Job.state == "done", Job.finished_at < before))


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """When the longest-waiting due job became due: how far the worker lags. One statement."""
    return session.scalar(
        select(func.min(Job.run_at)).where(Job.state == "waiting", Job.run_at <= now)
    )


def count_by_state(session: Session) -> dict[str, int]:
    """Jobs in each state. One statement."""
    rows = session.execute(select(Job.state, func.count().label("jobs")).group_by(Job.state))
    return {row.state: row.jobs for row in rows}


def listed(session: Session, *, states: tuple[str, ...], limit: int) -> list[Job]:
    """The newest jobs in these states. One statement."""
    return list(
        session.scalars(
            select(Job).where(Job.state.in_(states)).order_by(Job.id.desc()).limit(limit)
        )
    )
