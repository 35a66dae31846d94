"""Reading the audit log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.audit.models import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act as the page shows it."""

    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]


def latest(session: Session, *, limit: int = 100) -> list[AuditLine]:
    """The newest acts first. One statement."""
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.at.desc()).limit(limit))
    return [AuditLine(r.at, r.actor, r.act, r.subject, r.detail) for r in rows]
