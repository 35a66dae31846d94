"""What is known of visits, gathered for the judge: requests, pages, sendings, other links."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from contentlib.engagement.judging import LINKS_TOGETHER_WITHIN
from contentlib.engagement.machines import NetworkTable, agent_of
from contentlib.engagement.models import Beat, Hit, View, Visit
from contentlib.engagement.sitting import HitSeen, PageSeen, Sent, Sitting
from contentlib.sending.models import Send


@dataclass(frozen=True, slots=True)
class Told:
    """A visit with the beats that are its own and the views that were made of them."""

    visit: Visit
    beats: Sequence[Beat]
    views: Sequence[View]


def sittings_of(
    session: Session, told: Sequence[Told], *, table: NetworkTable, gap: timedelta
) -> dict[int, Sitting]:
    """visit id -> all that is known of it. Three statements, whatever the number.

    A page is asked for before it can tell that it is seen: requests count from one gap before
    the first beat to the last beat.
    """
    share_ids = {entry.visit.share_id for entry in told}
    first = min((entry.visit.started_at for entry in told), default=None)
    last = max((entry.visit.last_at for entry in told), default=None)
    if first is None or last is None:
        return {}
    hits = _hits(session, share_ids, first - gap, last + gap)
    sends = _sends(session, share_ids)
    others = _other_links(session, share_ids, first - gap, last + gap)
    return {
        entry.visit.id: Sitting(
            hits=tuple(_hit_seen(hit, table) for hit in own),
            pages=_pages(entry),
            sends=tuple(sends.get(entry.visit.share_id, ())),
            other_links_at=_fetched_beside(own, others.get(entry.visit.share_id, ())),
            by_colleague=any(beat.by_colleague for beat in entry.beats),
        )
        for entry in told
        for own in [_own_hits(entry, hits.get(entry.visit.share_id, ()), gap)]
    }


def _hits(
    session: Session, share_ids: set[int], first: datetime, last: datetime
) -> Mapping[int, list[Hit]]:
    found: dict[int, list[Hit]] = defaultdict(list)
    asked = select(Hit).where(Hit.share_id.in_(share_ids), Hit.at.between(first, last))
    for hit in session.scalars(asked):
        found[hit.share_id].append(hit)
    return found


def _own_hits(entry: Told, hits: Sequence[Hit], gap: timedelta) -> list[Hit]:
    keys = {beat.visitor_key for beat in entry.beats}
    since, until = entry.visit.started_at - gap, entry.visit.last_at
    return [hit for hit in hits if hit.visitor_key in keys and since <= hit.at <= until]


def _hit_seen(hit: Hit, table: NetworkTable) -> HitSeen:
    return HitSeen(
        at=hit.at,
        method=hit.method,
        kind=hit.kind,
        page=hit.page,
        version_id=hit.version_id,
        agent=agent_of(hit.user_agent),
        network=table.of_ids(tuple(hit.network_ids)),
        is_prefetch=bool(hit.prefetch),
        referrer_origin=hit.referrer_origin,
    )


def _pages(entry: Told) -> tuple[PageSeen, ...]:
    of_page: dict[tuple[int, int], list[Beat]] = defaultdict(list)
    for beat in entry.beats:
        of_page[beat.version_id, beat.page].append(beat)
    return tuple(
        PageSeen(
            at=view.started_at,
            page=view.page,
            attention_ms=view.attention_ms,
            version_id=view.version_id,
            trusted_input=any(b.trusted_input for b in of_page[view.version_id, view.page]),
            webdriver=any(b.signals.get("webdriver") for b in of_page[view.version_id, view.page]),
        )
        for view in entry.views
    )


def _sends(session: Session, share_ids: set[int]) -> Mapping[int, list[Sent]]:
    found: dict[int, list[Sent]] = defaultdict(list)
    rows = select(Send.share_id, Send.at, Send.evidence).where(Send.share_id.in_(share_ids))
    for share_id, at, evidence in session.execute(rows.distinct()):
        if share_id is not None:
            found[share_id].append(Sent(at, evidence))
    return found


def _other_links(
    session: Session, share_ids: set[int], first: datetime, last: datetime
) -> Mapping[int, list[Hit]]:
    """share id -> requests on the other links of the messages that it went out with."""
    own, other = aliased(Send), aliased(Send)
    rows = session.execute(
        select(own.share_id, Hit)
        .join(other, other.message_key == own.message_key)
        .join(Hit, Hit.share_id == other.share_id)
        .where(
            own.share_id.in_(share_ids),
            other.share_id != own.share_id,
            Hit.at.between(first, last),
        )
    )
    found: dict[int, list[Hit]] = defaultdict(list)
    for share_id, hit in rows:
        if share_id is not None:
            found[share_id].append(hit)
    return found


def _fetched_beside(own: Sequence[Hit], others: Sequence[Hit]) -> tuple[datetime, ...]:
    """When the other links were fetched by the same sender: same network, same user agent."""
    return tuple(
        hit.at
        for hit in others
        if any(
            (hit.network, hit.user_agent) == (mine.network, mine.user_agent)
            and abs(hit.at - mine.at) <= LINKS_TOGETHER_WITHIN
            for mine in own
        )
    )
