"""Reading notifications, and what they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.crm.models import Opportunity
from contentlib.engagement.models import View, Visit
from contentlib.engagement.queries import PEOPLE
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.notification.models import Notification
from contentlib.notification.rules import Reading
from contentlib.share.models import Share, ShareCode, ShareItem, ShareRecipient


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """A notification as its list shows it. `state`: "so far" while the visit may go on, "final",
    or "withdrawn" where what was told of turned out to be a machine."""

    id: int
    kind: str
    text: str
    path: str
    at: datetime
    is_new: bool
    state: str


def unread(session: Session, viewer: Viewer, *, now: datetime) -> int:
    """How many wait for the member. One statement."""
    counted = _due(viewer, now) & Notification.read_at.is_(None)
    counted &= Notification.withdrawn_at.is_(None)
    return session.scalar(select(func.count()).select_from(Notification).where(counted)) or 0


def listed(
    session: Session, viewer: Viewer, *, now: datetime, limit: int = 100
) -> list[NotificationLine]:
    """The member's newest; one withdrawn before it was read is not shown at all. One statement."""
    was_seen = Notification.read_at.is_not(None) | Notification.mailed_at.is_not(None)
    rows = session.scalars(
        select(Notification)
        .where(_due(viewer, now), Notification.withdrawn_at.is_(None) | was_seen)
        .order_by(Notification.at.desc(), Notification.id.desc())
        .limit(limit)
    )
    return [
        NotificationLine(
            id=row.id,
            kind=row.kind,
            text=row.text,
            path=row.path,
            at=row.at,
            is_new=row.read_at is None,
            state=_state(row),
        )
        for row in rows
    ]


def _state(row: Notification) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "so far" if row.is_provisional else "final"


def _due(viewer: Viewer, now: datetime) -> ColumnElement[bool]:
    return (Notification.member_id == viewer.member_id) & (Notification.at <= now)


@dataclass(frozen=True, slots=True)
class ReadShare:
    """A link that was visited, for whoever is to be told."""

    share_id: int
    public_id: str
    member_id: int
    notice: str
    is_active: bool


def share_of_visit(session: Session, visit_id: int) -> tuple[Visit, ReadShare] | None:
    """The visit and its link; None when it is gone. One statement."""
    row = session.execute(
        select(Visit, Share, Member.active)
        .join(Share, Visit.share_id == Share.id)
        .join(Member, Share.member_id == Member.id)
        .where(Visit.id == visit_id)
    ).first()
    if row is None:
        return None
    visit, share, active = row
    return visit, ReadShare(share.id, share.public_id, share.member_id, share.notice, active)


def read_share(session: Session, share_id: int) -> ReadShare | None:
    """The link, for whoever is to be told of it. One statement."""
    row = session.execute(
        select(Share, Member.active)
        .join(Member, Share.member_id == Member.id)
        .where(Share.id == share_id)
    ).first()
    if row is None:
        return None
    share, active = row
    return ReadShare(share.id, share.public_id, share.member_id, share.notice, active)


def people_on(session: Session, share_id: int, *, but_not: int) -> list[tuple[datetime, datetime]]:
    """When people's other visits of a link began and ended. One statement."""
    rows = session.execute(
        select(Visit.started_at, Visit.last_at).where(
            Visit.share_id == share_id, Visit.visitor_class.in_(PEOPLE), Visit.id != but_not
        )
    )
    return [(row.started_at, row.last_at) for row in rows]


def readings(session: Session, visit_ids: Sequence[int]) -> dict[int, Reading]:
    """visit id -> what it amounted to so far. Four statements, whatever the number."""
    visits = session.execute(
        select(Visit.id, Visit.share_id, ShareCode.email, Opportunity.name)
        .join(Share, Visit.share_id == Share.id)
        .outerjoin(ShareCode, Visit.code_id == ShareCode.id)
        .outerjoin(Opportunity, Share.opportunity_id == Opportunity.id)
        .where(Visit.id.in_(visit_ids))
    ).all()
    share_ids = {visit.share_id for visit in visits}
    seen: dict[int, list[tuple[int, int]]] = {}
    for view in session.execute(
        select(View.visit_id, View.page, View.attention_ms).where(View.visit_id.in_(visit_ids))
    ):
        seen.setdefault(view.visit_id, []).append((view.page, view.attention_ms))
    titles: dict[int, list[str]] = {}
    for item in session.execute(
        select(ShareItem.share_id, Asset.title)
        .join(Asset, ShareItem.asset_id == Asset.id)
        .where(ShareItem.share_id.in_(share_ids))
        .order_by(ShareItem.position)
    ):
        titles.setdefault(item.share_id, []).append(item.title)
    recipients: dict[int, list[str]] = {}
    for one in session.execute(
        select(ShareRecipient.share_id, ShareRecipient.name, ShareRecipient.email)
        .where(ShareRecipient.share_id.in_(share_ids))
        .order_by(ShareRecipient.id)
    ):
        recipients.setdefault(one.share_id, []).append(one.name or one.email)
    return {
        visit.id: Reading(
            titles=tuple(titles.get(visit.share_id, ())),
            pages=tuple(page for page, _ in seen.get(visit.id, ())),
            attention_ms=sum(ms for _, ms in seen.get(visit.id, ())),
            reader=visit.email or "",
            recipients=tuple(recipients.get(visit.share_id, ())),
            opportunity=visit.name,
        )
        for visit in visits
    }


def last_seen(session: Session, visit_ids: Sequence[int]) -> dict[int, datetime]:
    """visit id -> when it was last heard of. One statement."""
    rows = session.execute(select(Visit.id, Visit.last_at).where(Visit.id.in_(visit_ids)))
    return dict(rows.all())


@dataclass(frozen=True, slots=True)
class Letter:
    """Notifications that leave for one member in one mail."""

    email: str
    name: str
    ids: tuple[int, ...]
    lines: tuple[tuple[str, str], ...]
    key: str


def has_work(session: Session, *, now: datetime) -> bool:
    """Whether anything goes on or is to leave by mail, asked without the write lock.

    At most two statements.
    """
    going_on = select(Notification.id).where(Notification.is_provisional.is_(True)).limit(1)
    waiting = (
        select(Notification.id)
        .where(
            Notification.mailed_at.is_(None),
            Notification.mail.in_(("each", "digest")),
            Notification.withdrawn_at.is_(None),
            Notification.at <= now,
        )
        .limit(1)
    )
    return any(session.scalar(asked) is not None for asked in (going_on, waiting))


def to_mail(session: Session, *, now: datetime, limit: int = 50) -> list[Letter]:
    """Notifications that are to leave at once, a letter each, oldest first. One statement."""
    rows = session.execute(
        _unmailed(now, "each").order_by(Notification.at, Notification.id).limit(limit)
    )
    return [
        Letter(email, name, (row.id,), ((row.text, row.path),), f"n{row.id}")
        for row, email, name in rows
    ]


def digests(session: Session, *, now: datetime, waited_since: datetime) -> list[Letter]:
    """One letter for each member whose oldest waiting notification is from before. Two statements.

    Then all that wait for them leave, also what came a minute ago.
    """
    due = session.scalars(
        select(Notification.member_id)
        .where(
            Notification.mailed_at.is_(None),
            Notification.mail == "digest",
            Notification.withdrawn_at.is_(None),
            Notification.at <= waited_since,
        )
        .distinct()
    ).all()
    if not due:
        return []
    waiting: dict[tuple[str, str], list[Notification]] = {}
    rows = _unmailed(now, "digest").where(Notification.member_id.in_(due))
    for row, email, name in session.execute(rows.order_by(Notification.at, Notification.id)):
        waiting.setdefault((email, name), []).append(row)
    return [
        Letter(
            email,
            name,
            tuple(row.id for row in told),
            tuple((row.text, row.path) for row in told),
            f"d{told[0].id}-{told[-1].id}",
        )
        for (email, name), told in waiting.items()
    ]


def _unmailed(now: datetime, mail: str) -> Select[Notification, str, str]:
    return (
        select(Notification, Member.email, Member.name)
        .join(Member, Notification.member_id == Member.id)
        .where(
            Notification.mailed_at.is_(None),
            Notification.mail == mail,
            Notification.withdrawn_at.is_(None),
            Notification.at <= now,
            Member.active == true(),
        )
    )


def mailed_since(session: Session, member_id: int, *, since: datetime) -> int:
    """How many left at once since then, or are about to. One statement."""
    counted = (Notification.member_id == member_id) & (Notification.mail == "each")
    counted &= Notification.at >= since
    return session.scalar(select(func.count()).select_from(Notification).where(counted)) or 0
