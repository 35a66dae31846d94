"""Who used an asset: colleagues who sent, shared, took or opened it (METRICS, "Who sees what")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from contentlib.crm.models import Opportunity
from contentlib.crm.queries import visible_to as opportunities_visible_to
from contentlib.member.models import Member
from contentlib.member.rules import SMALLEST_GROUP_FOR_MARKETERS, Viewer
from contentlib.sending.models import Send
from contentlib.sending.queries import sent_links
from contentlib.share.models import Share, ShareItem
from contentlib.usage.models import Opening, Taking


@dataclass(frozen=True, slots=True)
class LinkReading:
    """That people read an asset through a link: since when, and in how many visits lately."""

    first_at: datetime
    visits: int


@dataclass(slots=True)
class _Tally:
    sends: int = 0
    links: int = 0
    takings: int = 0
    opens: int = 0
    visits: int = 0
    last_at: datetime | None = None
    deals: dict[str, str] = field(default_factory=dict)

    def touch(self, at: datetime) -> None:
        self.last_at = at if self.last_at is None else max(self.last_at, at)

    def send(self, at: datetime, deal: tuple[str | None, str | None]) -> None:
        self.sends += 1
        self.touch(at)
        public_id, name = deal
        if public_id is not None and name is not None:
            self.deals.setdefault(public_id, name)


@dataclass(frozen=True, slots=True)
class MemberUse:
    """What one colleague did with the asset. `deals`: public id and name, of sends only."""

    member_id: int
    name: str
    sends: int
    links: int
    takings: int
    opens: int
    visits: int
    last_at: datetime | None
    deals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over colleagues; a marketer's are None where fewer than five reps are behind them."""

    people: int | None
    sends: int | None
    links: int | None
    takings: int | None
    opens: int | None
    visits: int | None


@dataclass(frozen=True, slots=True)
class TeamUse:
    """How an asset was used by those whom the viewer may know of; a marketer gets totals alone."""

    members: tuple[MemberUse, ...]
    totals: Totals
    is_totals_only: bool


def used_by(
    session: Session,
    viewer: Viewer,
    asset_id: int,
    *,
    since: datetime,
    read: Mapping[int, LinkReading],
) -> TeamUse:
    """What was done with the asset since a moment, those who sent it most first.

    A rep sees their team, a manager their teams, an admin everybody; a marketer totals over reps.
    `read` says which links of the asset people read (share id -> reading): such a link that
    nobody reported is a send (`inferred`). The viewer's own opens are left out: to look at the
    page is to open it. Five statements.
    """
    totals_only = not viewer.can("see opportunities")
    within = _reps() if totals_only else _colleagues(viewer)
    tallies: dict[int, _Tally] = {}
    _count_sends(session, viewer, asset_id, within, since, tallies)
    _count_links(session, viewer, asset_id, within, since, read, tallies)
    for table, name in ((Taking, "takings"), (Opening, "opens")):
        for member_id, count, last_at in _counts(session, table, asset_id, within, since):
            if name == "opens" and member_id == viewer.member_id:
                continue
            tally = tallies.setdefault(member_id, _Tally())
            setattr(tally, name, count)
            tally.touch(last_at)
    smallest = SMALLEST_GROUP_FOR_MARKETERS if totals_only else 1
    totals = _totals(tallies.values(), smallest=smallest)
    return TeamUse(() if totals_only else _members(session, tallies), totals, totals_only)


def _colleagues(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role == "admin":
        return true()
    return or_(Member.id == viewer.member_id, Member.team_id.in_(viewer.seen_team_ids))


def _reps() -> ColumnElement[bool]:
    return Member.role == "rep"


def _count_sends(
    session: Session,
    viewer: Viewer,
    asset_id: int,
    within: ColumnElement[bool],
    since: datetime,
    tallies: dict[int, _Tally],
) -> None:
    rows = session.execute(
        select(
            Send.member_id,
            Send.at,
            Opportunity.public_id,
            Opportunity.name,
        )
        .join(Member, Send.member_id == Member.id)
        .outerjoin(
            Opportunity,
            and_(Send.opportunity_id == Opportunity.id, opportunities_visible_to(viewer)),
        )
        .where(Send.asset_id == asset_id, Send.at >= since, within)
        .order_by(Send.at.desc(), Send.id.desc())
    ).all()
    for row in rows:
        deal = (row.public_id, row.name)
        tallies.setdefault(row.member_id, _Tally()).send(row.at, deal)


def _count_links(
    session: Session,
    viewer: Viewer,
    asset_id: int,
    within: ColumnElement[bool],
    since: datetime,
    read: Mapping[int, LinkReading],
    tallies: dict[int, _Tally],
) -> None:
    sent = sent_links()
    is_reported = exists().where(sent.c.share_id == Share.id, sent.c.asset_id == asset_id)
    rows = session.execute(
        select(
            Share.id,
            Share.member_id,
            Share.created_at,
            is_reported.label("is_reported"),
            Opportunity.public_id,
            Opportunity.name,
        )
        .join(ShareItem, ShareItem.share_id == Share.id)
        .join(Member, Share.member_id == Member.id)
        .outerjoin(
            Opportunity,
            and_(Share.opportunity_id == Opportunity.id, opportunities_visible_to(viewer)),
        )
        .where(
            ShareItem.asset_id == asset_id,
            or_(Share.created_at >= since, Share.id.in_(list(read))),
            within,
        )
        .order_by(Share.created_at.desc(), Share.id.desc())
    )
    for row in rows:
        tally = tallies.setdefault(row.member_id, _Tally())
        if row.created_at >= since:
            tally.links += 1
            tally.touch(row.created_at)
        reading = read.get(row.id)
        if reading is None:
            continue
        tally.visits += reading.visits
        if not row.is_reported and reading.first_at >= since:
            tally.send(reading.first_at, (row.public_id, row.name))


def _counts(
    session: Session,
    table: type[Taking] | type[Opening],
    asset_id: int,
    within: ColumnElement[bool],
    since: datetime,
) -> list[tuple[int, int, datetime]]:
    rows = session.execute(
        select(table.member_id, func.count(), func.max(table.at))
        .join(Member, table.member_id == Member.id)
        .where(table.asset_id == asset_id, table.at >= since, within)
        .group_by(table.member_id)
    )
    return [(member_id, count, last_at) for member_id, count, last_at in rows]


def _members(session: Session, tallies: Mapping[int, _Tally]) -> tuple[MemberUse, ...]:
    names = dict(
        session.execute(select(Member.id, Member.name).where(Member.id.in_(list(tallies)))).all()
    )
    found = [
        MemberUse(
            member_id=member_id,
            name=names[member_id],
            sends=tally.sends,
            links=tally.links,
            takings=tally.takings,
            opens=tally.opens,
            visits=tally.visits,
            last_at=tally.last_at,
            deals=tuple(tally.deals.items()),
        )
        for member_id, tally in tallies.items()
        if tally.last_at is not None
    ]
    return tuple(sorted(found, key=lambda m: (-m.sends, -m.links, -m.takings, -m.opens, m.name)))


def _totals(tallies: Iterable[_Tally], *, smallest: int) -> Totals:
    known = list(tallies)
    people = sum(tally.last_at is not None for tally in known)

    def total(name: str) -> int | None:
        counts = [getattr(tally, name) for tally in known if getattr(tally, name)]
        return None if 0 < len(counts) < smallest else sum(counts)

    return Totals(
        people=None if 0 < people < smallest else people,
        sends=total("sends"),
        links=total("links"),
        takings=total("takings"),
        opens=total("opens"),
        visits=total("visits"),
    )
