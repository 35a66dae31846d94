"""Counts of events in a window, per asset: what every report on content is made of.

All are of reps (METRICS: "All usage below is by reps"), by their role at the time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, select
from sqlalchemy.orm import Session

from contentlib.asset.models import AssetStateChange
from contentlib.engagement.counting import OTHERS, PEOPLE, VisitCounts
from contentlib.engagement.models import Download, View, Visit
from contentlib.insight.window import Window
from contentlib.member.models import Member, MemberChange, ReportingDay
from contentlib.sending.models import Send
from contentlib.sending.queries import sent_links
from contentlib.share.models import Share, ShareItem
from contentlib.usage.models import Impression, Opening, Taking


def within(column: SQLColumnExpression[datetime], window: Window) -> ColumnElement[bool]:
    return and_(column >= window.begins_at, column < window.ends_at)


def impressions(session: Session, window: Window) -> dict[int, int]:
    """asset id -> impressions. One statement."""
    return _per_asset(session, Impression, window)


def openings(session: Session, window: Window) -> dict[int, int]:
    """asset id -> opens. One statement."""
    return _per_asset(session, Opening, window)


def takings(session: Session, window: Window) -> dict[int, int]:
    """asset id -> downloads by reps. One statement."""
    return _per_asset(session, Taking, window)


def _per_asset(
    session: Session, table: type[Impression] | type[Opening] | type[Taking], window: Window
) -> dict[int, int]:
    rows = session.execute(
        select(table.asset_id, func.count())
        .where(table.role == "rep", within(table.at, window))
        .group_by(table.asset_id)
    )
    return dict(rows.all())


def internal_users(session: Session, window: Window) -> dict[int, int]:
    """asset id -> reps who opened or took it. Two statements, united here."""
    users: dict[int, set[int]] = {}
    for table in (Opening, Taking):
        rows = session.execute(
            select(table.asset_id, table.member_id)
            .where(table.role == "rep", within(table.at, window))
            .distinct()
        )
        for asset_id, member_id in rows:
            users.setdefault(asset_id, set()).add(member_id)
    return {asset_id: len(members) for asset_id, members in users.items()}


def sends_by_evidence(session: Session, window: Window) -> dict[int, dict[str, int]]:
    """asset id -> evidence -> sends by reps, `inferred` among them. Two statements."""
    found: dict[int, dict[str, int]] = {}
    stored = session.execute(
        select(Send.asset_id, Send.evidence, func.count())
        .where(Send.role == "rep", within(Send.at, window))
        .group_by(Send.asset_id, Send.evidence)
    )
    for asset_id, evidence, count in stored:
        found.setdefault(asset_id, {})[evidence] = count
    for asset_id, count in session.execute(_inferred(window)):
        found.setdefault(asset_id, {})["inferred"] = count
    return found


def _inferred(window: Window) -> Select[int, int]:
    """`inferred`: a link nobody reported as sent has a human view of the asset from outside.

    Derived, not stored. A link that was only declared counts as inferred too once a person
    read it: reading is the stronger evidence. Dated by its first human view.
    """
    sent = sent_links()
    reported = exists().where(
        sent.c.share_id == View.share_id,
        sent.c.asset_id == View.asset_id,
        sent.c.evidence != "declared",
    )
    first_views = (
        select(View.share_id, View.asset_id, func.min(View.started_at).label("at"))
        .join(Visit, View.visit_id == Visit.id)
        .join(Share, View.share_id == Share.id)
        .join(Member, Share.member_id == Member.id)
        .where(Visit.visitor_class.in_(PEOPLE), Member.role == "rep", ~reported)
        .group_by(View.share_id, View.asset_id)
        .subquery()
    )
    return (
        select(first_views.c.asset_id, func.count())
        .where(within(first_views.c.at, window))
        .group_by(first_views.c.asset_id)
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What buyers did with an asset in a window."""

    visits: int = 0
    attention_ms: int = 0
    pages: int = 0


def readings(session: Session, window: Window) -> dict[int, Reading]:
    """asset id -> human visits, attention and distinct pages read. One statement."""
    rows = session.execute(
        select(
            View.asset_id,
            func.count(View.visit_id.distinct()).label("visits"),
            func.sum(View.attention_ms).label("ms"),
            func.count(View.page.distinct()).label("pages"),
        )
        .join(Visit, View.visit_id == Visit.id)
        .join(Share, View.share_id == Share.id)
        .join(Member, Share.member_id == Member.id)
        .where(
            Visit.visitor_class.in_(PEOPLE), Member.role == "rep", within(View.started_at, window)
        )
        .group_by(View.asset_id)
    )
    return {row.asset_id: Reading(row.visits, int(row.ms), row.pages) for row in rows}


def other_visits(session: Session, window: Window) -> dict[int, VisitCounts]:
    """asset id -> visits of unclear visitors and machines on links of reps that hold it.

    They confirm no page, so theirs count for every asset of the link. One statement.
    """
    rows = session.execute(
        select(ShareItem.asset_id, Visit.visitor_class, func.count().label("visits"))
        .join(Visit, Visit.share_id == ShareItem.share_id)
        .join(Share, ShareItem.share_id == Share.id)
        .join(Member, Share.member_id == Member.id)
        .where(
            Visit.visitor_class.in_(OTHERS), Member.role == "rep", within(Visit.started_at, window)
        )
        .group_by(ShareItem.asset_id, Visit.visitor_class)
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.asset_id, {})[row.visitor_class] = row.visits
    return {asset_id: VisitCounts.of(counted) for asset_id, counted in found.items()}


def downloads(session: Session, window: Window) -> dict[int, int]:
    """asset id -> downloads by people outside. One statement."""
    rows = session.execute(
        select(Download.asset_id, func.count())
        .join(Visit, Download.visit_id == Visit.id)
        .where(Visit.visitor_class.in_(PEOPLE), within(Download.at, window))
        .group_by(Download.asset_id)
    )
    return dict(rows.all())


def links(session: Session, window: Window) -> dict[int, int]:
    """asset id -> links made by reps; a link is not a send. One statement."""
    rows = session.execute(
        select(ShareItem.asset_id, func.count())
        .join(Share, ShareItem.share_id == Share.id)
        .join(Member, Share.member_id == Member.id)
        .where(Member.role == "rep", within(Share.created_at, window))
        .group_by(ShareItem.asset_id)
    )
    return dict(rows.all())


def reps_in_scope(session: Session, window: Window) -> frozenset[int]:
    """Members who were active with role rep at some moment of the window. Two statements.

    Each member's state at the window's beginning and after each change within it is looked at.
    """
    members = session.execute(select(Member.id, Member.role, Member.active, Member.joined_at))
    changes: dict[int, list[MemberChange]] = {}
    later = select(MemberChange).where(MemberChange.at >= window.begins_at)
    for change in session.scalars(later.order_by(MemberChange.at.desc(), MemberChange.id.desc())):
        changes.setdefault(change.member_id, []).append(change)
    found = set()
    for member_id, role, active, joined_at in members:
        if joined_at < window.ends_at and _was_rep(
            role, active, changes.get(member_id, ()), window
        ):
            found.add(member_id)
    return frozenset(found)


def _was_rep(role: str, active: bool, newest_first: Iterable[MemberChange], window: Window) -> bool:
    for change in newest_first:
        if change.at < window.ends_at and role == "rep" and active:
            return True
        if change.field == "role":
            role = change.before or ""
        elif change.field == "active":
            active = change.before == "True"
    return role == "rep" and active


def days_published(session: Session, window: Window) -> dict[int, float]:
    """asset id -> days of the window during which it was published. One statement."""
    rows = session.execute(
        select(
            AssetStateChange.asset_id,
            AssetStateChange.at,
            AssetStateChange.before,
            AssetStateChange.after,
        )
        .where(
            AssetStateChange.field == "state",
            AssetStateChange.at < window.ends_at,
            (AssetStateChange.after == "published") | (AssetStateChange.before == "published"),
        )
        .order_by(AssetStateChange.at, AssetStateChange.id)
    )
    days: dict[int, float] = {}
    since: dict[int, datetime] = {}
    for asset_id, at, _before, after in rows:
        if after == "published":
            since.setdefault(asset_id, at)
        else:
            begun = since.pop(asset_id, None)
            if begun is not None:
                days[asset_id] = days.get(asset_id, 0.0) + _overlap(begun, at, window)
    for asset_id, begun in since.items():
        days[asset_id] = days.get(asset_id, 0.0) + _overlap(begun, window.ends_at, window)
    return days


def _overlap(begun: datetime, ended: datetime, window: Window) -> float:
    begins, ends = max(begun, window.begins_at), min(ended, window.ends_at)
    return max(0.0, (ends - begins).total_seconds() / 86_400)


def reps_reporting(session: Session, window: Window, scope: Collection[int]) -> int:
    """Reps in `scope` whose extension or mailbox reported in at least 80 % of the window's weeks.

    The send coverage of METRICS is this by the reps in scope. One statement.
    """
    rows = session.execute(
        select(ReportingDay.member_id, ReportingDay.day).where(
            ReportingDay.day >= window.first_day, ReportingDay.day <= window.last_day
        )
    )
    weeks: dict[int, set[int]] = {}
    for member_id, day in rows:
        weeks.setdefault(member_id, set()).add((day - window.first_day).days // 7)
    needed = 0.8 * max(1, -(-window.days // 7))
    reporting = {member_id for member_id, told in weeks.items() if len(told) >= needed}
    return len(reporting.intersection(scope))


def reps_sending(session: Session, window: Window) -> frozenset[int]:
    """Reps with a send of evidence `inferred` or better. Two statements."""
    stored = session.scalars(
        select(Send.member_id)
        .where(Send.role == "rep", Send.evidence != "declared", within(Send.at, window))
        .distinct()
    )
    by_reading = session.scalars(
        select(Share.member_id)
        .join(View, View.share_id == Share.id)
        .join(Visit, View.visit_id == Visit.id)
        .join(Member, Share.member_id == Member.id)
        .where(
            Member.role == "rep",
            Visit.visitor_class.in_(PEOPLE),
            within(View.started_at, window),
        )
        .distinct()
    )
    return frozenset(stored) | frozenset(by_reading)
