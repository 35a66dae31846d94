"""Writing the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from contentlib.audit.models import AuditEntry


def note(
    session: Session, *, actor: str, act: str, subject: str, now: datetime, **detail: Any
) -> None:
    """Adds an entry: `act` in the past tense ("asset published"), `subject` what a person reads."""
    session.add(AuditEntry(at=now, actor=actor, act=act, subject=subject[:300], detail=detail))
