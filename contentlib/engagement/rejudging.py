"""Judging visits again: by newer rules, by changed lists of networks, by word of a sending."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from ipaddress import ip_network

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.engagement.alone import one_at_a_time
from contentlib.engagement.evidence import other_links
from contentlib.engagement.judging import RULE_VERSION
from contentlib.engagement.models import Hit, Visit
from contentlib.engagement.networks import machine_id, office_id, reaches_back
from contentlib.engagement.remaking import Moves, remake
from contentlib.engagement.sitting import SENDING_IS_TOLD_WITHIN
from contentlib.workspace.rules import JUDGED_AGAIN

JUDGED_AT_ONCE = 500


def judge_outdated(session: Session, *, since: datetime, now: datetime) -> tuple[int, Moves]:
    """Judges visits anew that older rules judged; how many, and how many went from class to class.

    Told again until it is none. Those that began before `since` or are frozen keep their class:
    their raw requests are forgotten (METRICS).
    """
    one_at_a_time(session)
    outdated = session.scalars(
        select(Visit.id)
        .where(
            Visit.frozen.is_(False),
            Visit.rule_version < RULE_VERSION,
            Visit.started_at >= since,
        )
        .limit(JUDGED_AT_ONCE)
    ).all()
    return len(outdated), remake(session, outdated, now=now) if outdated else Counter()


def judge_again(session: Session, visit_ids: Collection[int], *, now: datetime) -> Moves:
    """Judges these visits anew; how many went from class to class. At most JUDGED_AT_ONCE."""
    one_at_a_time(session)
    return remake(session, visit_ids, now=now) if visit_ids else Counter()


def visits_from(session: Session, *, kind: str, row_id: int, cidr: str) -> list[int]:
    """The visits that a listed network has to do with: by what is kept of their requests'
    addresses where it is wide enough for that, and by the ids that they came with.

    One statement that looks at every kept request: for the worker, when a list was changed.
    """
    named = office_id(cidr) if kind == "office" else f"{machine_id(row_id)}:{cidr}"
    chosen: list[ColumnElement[bool]] = [cast(Hit.network_ids, Text).contains(f'"{named}"')]
    if reaches_back(cidr):
        chosen.append(Hit.network.startswith(_written_alike(cidr)))
    rows = session.execute(
        select(Hit.visit_id, Hit.network, cast(Hit.network_ids, Text))
        .join(Visit, Hit.visit_id == Visit.id)
        .where(Visit.frozen.is_(False), or_(*chosen))
        .distinct()
    )
    range_ = ip_network(cidr)
    found = {
        visit_id
        for visit_id, network, ids in rows
        if f'"{named}"' in ids or (network and _lies_in(network, range_))
    }
    return sorted(visit_id for visit_id in found if visit_id is not None)


def _written_alike(cidr: str) -> str:
    """How the text of every network begins that lies in this one."""
    network = ip_network(cidr)
    if network.version == 6:
        return str(network.network_address).split(":")[0] + ":"
    octets = str(network.network_address).split(".")[: network.prefixlen // 8]
    return ".".join(octets) + "."


def _lies_in(network: str, range_: object) -> bool:
    inner = ip_network(network)
    outer = ip_network(str(range_))
    if inner.version != outer.version or outer.prefixlen > inner.prefixlen:
        return False
    return inner.network_address in outer


def visits_since_sent(session: Session, *, share_id: int, sent_at: datetime) -> list[int]:
    """The visits that word of a sending throws light on, of the link and of the other links of
    its message: all that were going on when it left or later. Three statements.

    Not only those of its first minutes: a gateway's reader is known by coming long after.
    """
    share_ids = {share_id, *other_links(session, share_id)}
    return list(
        session.scalars(
            select(Visit.id)
            .where(
                Visit.share_id.in_(share_ids),
                Visit.last_at >= sent_at - SENDING_IS_TOLD_WITHIN,
                Visit.frozen.is_(False),
            )
            .order_by(Visit.id)
        )
    )


def note_moves(session: Session, *, cause: str, visits: int, moves: Moves, now: datetime) -> None:
    """Writes down what judging again did: for the page that an operator looks at afterwards."""
    told: Sequence[tuple[str, str, int]] = [(*move, count) for move, count in moves.items()]
    audit.note(
        session,
        actor="worker",
        act=JUDGED_AGAIN,
        subject=cause,
        now=now,
        visits=visits,
        moved=told,
    )
