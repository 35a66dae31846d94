"""Changing what holds for the whole installation.

Each change of a list is a fact: the visits of the past that it concerns are judged again.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.errors import Conflict, NotFound
from contentlib.events import record
from contentlib.workspace import facts, rules
from contentlib.workspace.models import MachineNetwork, OwnNetwork


def add_own_network(
    session: Session, *, actor: str, cidr: str, label: str, now: datetime
) -> OwnNetwork:
    """Visits from there are colleagues'. Raises InvalidInput, Conflict."""
    network = rules.checked_network(cidr)
    if session.scalar(select(OwnNetwork.id).where(OwnNetwork.cidr == network)) is not None:
        raise Conflict(f"{network} is on the list already.")
    added = OwnNetwork(cidr=network, label=label.strip()[:300], added_at=now)
    session.add(added)
    session.flush()  # callers refer to it by id
    audit.note(session, actor=actor, act="own network added", subject=network, now=now)
    record(session, facts.NetworkListed("office", added.id, network), now=now)
    return added


def remove_own_network(session: Session, *, actor: str, network_id: int, now: datetime) -> str:
    """Visits from there count again; returns the network. Raises NotFound."""
    there = session.get(OwnNetwork, network_id)
    if there is None:
        raise NotFound("There is no such network on the list.")
    session.delete(there)
    audit.note(session, actor=actor, act="own network removed", subject=there.cidr, now=now)
    record(session, facts.NetworkUnlisted("office", network_id, there.cidr), now=now)
    return there.cidr


def add_machine_network(
    session: Session, *, actor: str, cidr: str, label: str, certainty: str, now: datetime
) -> MachineNetwork:
    """Whoever asks from there is a machine, for certain or probably.

    Raises InvalidInput, Conflict.
    """
    network = rules.checked_network(cidr)
    listed = select(MachineNetwork.id).where(
        MachineNetwork.cidr == network, MachineNetwork.removed_at.is_(None)
    )
    if session.scalar(listed) is not None:
        raise Conflict(f"{network} is on the list already.")
    added = MachineNetwork(
        cidr=network,
        label=label.strip()[:300] or network,
        certainty=rules.checked_certainty(certainty),
        added_at=now,
    )
    session.add(added)
    session.flush()  # requests refer to it by id
    audit.note(
        session,
        actor=actor,
        act="machine network added",
        subject=network,
        now=now,
        certainty=added.certainty,
    )
    record(session, facts.NetworkListed("machine", added.id, network), now=now)
    return added


def remove_machine_network(session: Session, *, actor: str, network_id: int, now: datetime) -> str:
    """Takes it off the list and keeps the row; returns the network. Raises NotFound."""
    there = session.get(MachineNetwork, network_id)
    if there is None or there.removed_at is not None:
        raise NotFound("There is no such network on the list.")
    there.removed_at = now
    audit.note(session, actor=actor, act="machine network removed", subject=there.cidr, now=now)
    record(session, facts.NetworkUnlisted("machine", there.id, there.cidr), now=now)
    return there.cidr
