"""Reading what holds for the whole installation."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, literal, select, union_all
from sqlalchemy.orm import Session

from contentlib.audit.models import AuditEntry
from contentlib.workspace.models import MachineNetwork, OwnNetwork
from contentlib.workspace.rules import JUDGED_AGAIN


@dataclass(frozen=True, slots=True)
class Office:
    """A network of our own offices."""

    id: int
    cidr: str


@dataclass(frozen=True, slots=True)
class MachineRange:
    """A network that an operator knows to be machines', with how sure they are."""

    id: int
    cidr: str
    label: str
    certainty: str


@dataclass(frozen=True, slots=True)
class KnownNetworks:
    """All networks on our lists; equal as long as nobody changes a list."""

    offices: tuple[Office, ...] = ()
    machines: tuple[MachineRange, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """A network as the page lists it; `certainty` is None for an office."""

    id: int
    cidr: str
    label: str
    added_at: datetime
    certainty: str | None = None


@dataclass(frozen=True, slots=True)
class Rejudgement:
    """What a change of the lists, or of the rules, did to past visits.

    `moved` are (class before, class after, visits), the most first.
    """

    at: datetime
    cause: str
    visits: int
    moved: tuple[tuple[str, str, int], ...]


def known_networks(session: Session) -> KnownNetworks:
    """The networks whose visitors are colleagues, and those that are machines'. One statement."""
    # the connection's own execute: a session's costs more than this statement, and every request
    # of a buyer runs it
    found = session.connection().execute(_known_statement()).all()
    rows = sorted(found, key=lambda r: (r[0], r[1]))
    return KnownNetworks(
        tuple(Office(row.id, row.cidr) for row in rows if row.kind == "office"),
        tuple(
            MachineRange(row.id, row.cidr, row.label, row.certainty)
            for row in rows
            if row.kind == "machine"
        ),
    )


@cache
def _known_statement() -> CompoundSelect[Any]:
    # built once: each request of a buyer runs it
    offices = select(
        literal("office").label("kind"),
        OwnNetwork.id,
        OwnNetwork.cidr,
        literal("").label("label"),
        literal("").label("certainty"),
    )
    machines = select(
        literal("machine"),
        MachineNetwork.id,
        MachineNetwork.cidr,
        MachineNetwork.label,
        MachineNetwork.certainty,
    ).where(MachineNetwork.removed_at.is_(None))
    return union_all(offices, machines)


def own_networks(session: Session) -> tuple[str, ...]:
    """The networks whose visitors are colleagues. One statement."""
    return tuple(session.scalars(select(OwnNetwork.cidr)))


def own_network_lines(session: Session) -> list[NetworkLine]:
    """In the order in which they were added. One statement."""
    rows = session.scalars(select(OwnNetwork).order_by(OwnNetwork.id))
    return [NetworkLine(r.id, r.cidr, r.label, r.added_at) for r in rows]


def machine_network_lines(session: Session) -> list[NetworkLine]:
    """Those on the list, in the order in which they were added. One statement."""
    rows = session.scalars(
        select(MachineNetwork)
        .where(MachineNetwork.removed_at.is_(None))
        .order_by(MachineNetwork.id)
    )
    return [NetworkLine(r.id, r.cidr, r.label, r.added_at, r.certainty) for r in rows]


def rejudgements(session: Session, *, limit: int = 10) -> list[Rejudgement]:
    """The newest first, as the audit log holds them. One statement."""
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.act == JUDGED_AGAIN)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    return [
        Rejudgement(row.at, row.subject, int(row.detail["visits"]), _moved(row.detail))
        for row in rows
    ]


def _moved(detail: dict[str, Any]) -> tuple[tuple[str, str, int], ...]:
    told = [(before, after, int(count)) for before, after, count in detail["moved"]]
    return tuple(sorted(told, key=lambda move: (-move[2], move[0], move[1])))
