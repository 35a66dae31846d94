"""Reading what holds for the whole installation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.workspace.models import OwnNetwork


@dataclass(frozen=True, slots=True)
class OwnNetworkLine:
    """A network of our own offices as the members page lists it."""

    id: int
    cidr: str
    label: str
    added_at: datetime


def own_networks(session: Session) -> tuple[str, ...]:
    """The networks whose visitors are colleagues. One statement."""
    return tuple(session.scalars(select(OwnNetwork.cidr)))


def own_network_lines(session: Session) -> list[OwnNetworkLine]:
    """In the order in which they were added. One statement."""
    rows = session.scalars(select(OwnNetwork).order_by(OwnNetwork.id))
    return [OwnNetworkLine(r.id, r.cidr, r.label, r.added_at) for r in rows]
