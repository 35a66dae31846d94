"""Changing what holds for the whole installation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.errors import Conflict, NotFound
from contentlib.workspace import rules
from contentlib.workspace.models import OwnNetwork


def add_own_network(
    session: Session, *, actor: str, cidr: str, label: str, now: datetime
) -> OwnNetwork:
    """From now on visits from there are colleagues'. Raises InvalidInput, Conflict."""
    network = rules.checked_network(cidr)
    if session.scalar(select(OwnNetwork.id).where(OwnNetwork.cidr == network)) is not None:
        raise Conflict(f"{network} is on the list already.")
    added = OwnNetwork(cidr=network, label=label.strip()[:300], added_at=now)
    session.add(added)
    session.flush()  # callers refer to it by id
    audit.note(session, actor=actor, act="own network added", subject=network, now=now)
    return added


def remove_own_network(session: Session, *, actor: str, network_id: int, now: datetime) -> None:
    """From now on visits from there count again. Raises NotFound."""
    there = session.get(OwnNetwork, network_id)
    if there is None:
        raise NotFound("There is no such network on the list.")
    session.delete(there)
    audit.note(session, actor=actor, act="own network removed", subject=there.cidr, now=now)
