"""What is known of visits, gathered for the judge: requests, pages, sendings, other links."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from contentlib.engagement.judging import LINKS_TOGETHER_WITHIN
from contentlib.engagement.machines import agent_of
from contentlib.engagement.models import Beat, Download, Hit, View, Visit
from contentlib.engagement.networks import Networks
from contentlib.engagement.rules import Span
from contentlib.engagement.sitting import HitSeen, PageSeen, Sent, Sitting
from contentlib.sending.queries import sent_links
from contentlib.share.models import Share

_STRETCHES_AT_ONCE = 100
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Told:
    """A visit with all that is its own, and the views that were made of it."""

    visit: Visit
    hits: Sequence[Hit] = ()
    beats: Sequence[Beat] = ()
    downloads: Sequence[Download] = ()
    views: Sequence[View] = field(default=())

    @property
    def traces(self) -> list[Hit | Beat | Download]:
        """All of it, the earliest first."""
        found: list[Hit | Beat | Download] = [*self.hits, *self.beats, *self.downloads]
        return sorted(found, key=lambda trace: (trace.at, trace.visitor_key))


class _Asked(NamedTuple):
    """A request on another link: when, and by whom as far as we know."""

    at: datetime
    network: str
    user_agent: str


def sittings_of(
    session: Session, told: Sequence[Told], *, networks: Networks
) -> dict[int, Sitting]:
    """visit id -> all that is known of it. Three statements, and one more for each hundred visits
    on links that went out with others."""
    share_ids = {entry.visit.share_id for entry in told}
    sends = _sends(session, share_ids)
    others = _asked_beside(session, told, _other_links(session, share_ids))
    return {
        entry.visit.id: Sitting(
            hits=tuple(_hit_seen(hit, networks) for hit in entry.hits),
            pages=_pages(entry),
            sends=tuple(sends.get(entry.visit.share_id, ())),
            other_links_at=_fetched_beside(entry.hits, others.get(entry.visit.id, ())),
            verified=any(trace.code_id is not None for trace in entry.traces),
            by_colleague=_is_ours(entry, networks),
        )
        for entry in told
    }


def visits_beside(session: Session, asked: Sequence[Span]) -> set[int]:
    """Visits on other links of the same messages, going on while these requests came.

    Several links opened together are a sign (`judging`): news of one is news of the others.
    Two statements where no link has others.
    """
    others = _other_links(session, {span.share_id for span in asked})
    near = [
        and_(
            Visit.share_id.in_(others[span.share_id]),
            Visit.started_at <= span.last + LINKS_TOGETHER_WITHIN,
            Visit.last_at >= span.first - LINKS_TOGETHER_WITHIN,
        )
        for span in asked
        if span.share_id in others
    ]
    found: set[int] = set()
    for some in _in_parts(near):
        found.update(session.scalars(select(Visit.id).where(or_(*some), Visit.frozen.is_(False))))
    return found


def other_links(session: Session, share_id: int) -> frozenset[int]:
    """The other links of the messages that a link went out with. Two statements."""
    return frozenset(_other_links(session, {share_id}).get(share_id, ()))


def _hit_seen(hit: Hit, networks: Networks) -> HitSeen:
    return HitSeen(
        at=hit.at,
        method=hit.method,
        kind=hit.kind,
        page=hit.page,
        version_id=hit.version_id,
        agent=agent_of(hit.user_agent),
        network=networks.verdict(hit.network_ids, hit.network),
        is_prefetch=bool(hit.prefetch),
        referrer_origin=hit.referrer_origin,
    )


def _is_ours(entry: Told, networks: Networks) -> bool:
    """A member was signed in, or it came from an office that is on our list now."""
    return (
        any(trace.by_colleague for trace in entry.traces)
        or any(networks.is_ours(hit.network_ids, hit.network) for hit in entry.hits)
        or any(networks.is_ours(beat.signals.get("offices", ())) for beat in entry.beats)
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
    sent = sent_links()
    rows = select(sent.c.share_id, sent.c.at, sent.c.evidence).where(sent.c.share_id.in_(share_ids))
    for share_id, at, evidence in session.execute(rows.distinct()):
        found[share_id].append(Sent(at, evidence))
    return found


def _other_links(session: Session, share_ids: set[int]) -> Mapping[int, set[int]]:
    """share id -> the other links of its messages: sent in one, or made in one go for several
    recipients, whose gateway opens them all."""
    if not share_ids:
        return {}
    sent, sent_too = sent_links().alias("sent"), sent_links().alias("sent_too")
    in_one_message = (
        select(sent.c.share_id, sent_too.c.share_id)
        .join(
            sent_too,
            and_(
                sent_too.c.member_id == sent.c.member_id,
                sent_too.c.message_key == sent.c.message_key,
            ),
        )
        .where(sent.c.share_id.in_(share_ids), sent_too.c.share_id != sent.c.share_id)
        .distinct()
    )
    made, made_too = aliased(Share), aliased(Share)
    in_one_go = (
        select(made.id, made_too.id)
        .join(made_too, made_too.batch == made.batch)
        .where(made.id.in_(share_ids), made_too.id != made.id)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for statement in (in_one_message, in_one_go):
        for share_id, other in session.execute(statement):
            if share_id is not None and other is not None:
                found[share_id].add(other)
    return dict(found)


def _asked_beside(
    session: Session, told: Sequence[Told], others: Mapping[int, Collection[int]]
) -> Mapping[int, list[_Asked]]:
    """visit id -> requests on its message's other links, from just before it to just after."""
    found: dict[int, list[_Asked]] = defaultdict(list)
    with_others = [entry for entry in told if entry.hits and entry.visit.share_id in others]
    for some in _in_parts(with_others):
        near = or_(*(_asked_near(entry, others[entry.visit.share_id]) for entry in some))
        rows = session.execute(
            select(Hit.share_id, Hit.at, Hit.network, Hit.user_agent).where(
                near, Hit.kind != "refused"
            )
        ).all()
        for entry in some:
            theirs = others[entry.visit.share_id]
            found[entry.visit.id] = [
                _Asked(row.at, row.network, row.user_agent)
                for row in rows
                if row.share_id in theirs
            ]
    return found


def _asked_near(entry: Told, others: Collection[int]) -> ColumnElement[bool]:
    moments = [hit.at for hit in entry.hits]
    return and_(
        Hit.share_id.in_(others),
        Hit.at >= min(moments) - LINKS_TOGETHER_WITHIN,
        Hit.at <= max(moments) + LINKS_TOGETHER_WITHIN,
    )


def _fetched_beside(own: Sequence[Hit], others: Sequence[_Asked]) -> tuple[datetime, ...]:
    """When the other links were fetched by the same sender: same network, same user agent."""
    return tuple(
        other.at
        for other in others
        if any(
            (other.network, other.user_agent) == (mine.network, mine.user_agent)
            and abs(other.at - mine.at) <= LINKS_TOGETHER_WITHIN
            for mine in own
        )
    )


def _in_parts(parts: Sequence[_Part]) -> Iterator[Sequence[_Part]]:
    for begin in range(0, len(parts), _STRETCHES_AT_ONCE):
        yield parts[begin : begin + _STRETCHES_AT_ONCE]
