"""Telling reps what became of their links: in the app, and by mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contentlib.engagement.queries import PEOPLE
from contentlib.member.rules import Viewer
from contentlib.notification import queries, rules
from contentlib.notification.models import Notification
from contentlib.notification.queries import ReadShare
from contentlib.notification.rules import Notice

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the installation settled: the quiet after which a visit is news, mails an hour."""

    quiet: timedelta
    most_mails_an_hour: int
    can_mail: bool


def tell_of_visit(session: Session, *, visit_id: int, policy: Policy, now: datetime) -> None:
    """Tells of a visit that was judged to be a person's, or takes back what was told of it.

    It is told three minutes after the visit began, so that a scanner mostly shows itself before
    anybody hears of it; until the visit is over what is told is provisional. Idempotent.
    """
    found = queries.share_of_visit(session, visit_id)
    if found is None:
        return
    visit, share = found
    told = session.scalars(select(Notification).filter_by(visit_id=visit_id)).first()
    is_news = visit.visitor_class in PEOPLE and not visit.is_private
    if told is not None and not is_news:
        _withdraw(session, told, now=now)
        return
    if not is_news or not share.is_active or share.notice == "none":
        return
    others = queries.people_on(session, share.share_id, but_not=visit_id)
    why = rules.occasion(visit.started_at, others, quiet=policy.quiet)
    if told is None and why is None:
        return
    kind = told.kind if told is not None else cast(str, why)
    notification = told or _row(session, share, kind, visit_id, policy=policy, now=now)
    was_withdrawn = notification.withdrawn_at is not None
    if notification.visit_id != visit_id and not was_withdrawn:
        return  # of another first visit, which began later and was known earlier
    if was_withdrawn:
        # as a machine's; now there is a person to tell of
        notification.withdrawn_at, notification.visit_id = None, visit_id
        notification.read_at = notification.mailed_at = None
    if told is None or was_withdrawn:
        notification.at = max(visit.started_at + rules.TOLD_AFTER, now)
    notification.is_provisional = True
    notification.text = rules.sentence(kind, queries.readings(session, [visit_id])[visit_id])


def _row(
    session: Session,
    share: ReadShare,
    kind: str,
    visit_id: int,
    *,
    policy: Policy,
    now: datetime,
) -> Notification:
    """The row for this news: there is one "first" a link, whichever visit it turns out to be."""
    key = f"first:{share.share_id}" if kind == "first" else f"return:{visit_id}"
    there = session.scalars(
        select(Notification).filter_by(member_id=share.member_id, key=key)
    ).first()
    if there is not None:
        return there
    return _added(session, share, kind=kind, key=key, visit_id=visit_id, policy=policy, now=now)


def _added(
    session: Session,
    share: ReadShare,
    *,
    kind: str,
    key: str,
    policy: Policy,
    now: datetime,
    text: str = "",
    visit_id: int | None = None,
    notice: Notice | None = None,
) -> Notification:
    lately = queries.mailed_since(session, share.member_id, since=now - _HOUR)
    mail = rules.mail_of(
        notice or cast(Notice, share.notice),
        mailed_lately=lately,
        most=policy.most_mails_an_hour,
        can_mail=policy.can_mail,
    )
    added = Notification(
        member_id=share.member_id,
        key=key,
        kind=kind,
        text=text,
        path=f"/shares/{share.public_id}",
        share_id=share.share_id,
        visit_id=visit_id,
        at=now,
        is_provisional=False,
        mail=mail,
    )
    session.add(added)
    session.flush()  # two of one batch must not be added twice
    return added


def _withdraw(session: Session, told: Notification, *, now: datetime) -> None:
    """Takes it back; whoever had it in their mail hears of that too."""
    if told.withdrawn_at is not None:
        return
    told.withdrawn_at, told.is_provisional = now, False
    if told.mailed_at is None:
        return
    session.add(
        Notification(
            member_id=told.member_id,
            key=f"correction:{told.id}:{told.visit_id}",
            kind="correction",
            text=f"A correction: that was a machine, no person. We had told you: {told.text}",
            path=told.path,
            share_id=told.share_id,
            at=now,
            is_provisional=False,
            mail=told.mail,
        )
    )


def follow_merge(session: Session, *, visit_id: int, into_visit_id: int) -> None:
    """What was told of one visit is told of the other: they turned out to be one."""
    already = session.scalar(
        select(Notification.id).where(Notification.visit_id == into_visit_id).limit(1)
    )
    if already is None:
        session.execute(
            update(Notification)
            .where(Notification.visit_id == visit_id)
            .values(visit_id=into_visit_id)
        )
        return
    for told in session.scalars(select(Notification).filter_by(visit_id=visit_id)):
        session.delete(told)


def tell_of_unfurl(
    session: Session, *, share_id: int, service: str, policy: Policy, now: datetime
) -> None:
    """The link was pasted somewhere: no visit, but news, once a link and service."""
    share = queries.read_share(session, share_id)
    key = f"unfurl:{share_id}:{service}"
    if share is None or not share.is_active or share.notice == "none":
        return
    if _is_told(session, share, key):
        return
    text = f"Your link was pasted into {service}: others may read it there."
    _added(
        session, share, kind="unfurl", key=key, text=text, notice="digest", policy=policy, now=now
    )


def tell_of_asking(
    session: Session, *, share_id: int, email: str, text: str, policy: Policy, now: datetime
) -> None:
    """Somebody before a link that does not open wrote to its maker; the words came by mail too."""
    share = queries.read_share(session, share_id)
    if share is None or not share.is_active:
        return
    key = f"asked:{share_id}:{now.isoformat(timespec='seconds')}"
    if _is_told(session, share, key):
        return
    told = f"{email} asks about a link of yours that does not open for them: “{text[:300]}”"
    _added(session, share, kind="asked", key=key, text=told, notice="none", policy=policy, now=now)


def _is_told(session: Session, share: ReadShare, key: str) -> bool:
    there = select(Notification.id).filter_by(member_id=share.member_id, key=key)
    return session.scalar(there) is not None


def settle(session: Session, *, gap: timedelta, now: datetime, limit: int = 200) -> int:
    """Brings what is told of visits that go on up to date, and closes those that are over.

    Returns how many were closed. Five statements and one for each that changed.
    """
    going_on = session.scalars(
        select(Notification)
        .where(Notification.is_provisional.is_(True))
        .order_by(Notification.at)
        .limit(limit)
    ).all()
    read = queries.readings(session, [n.visit_id for n in going_on if n.visit_id is not None])
    ends = queries.last_seen(session, list(read))
    closed = 0
    for told in going_on:
        reading = read.get(told.visit_id or 0)
        if reading is not None:
            told.text = rules.sentence(told.kind, reading)
        if reading is None or ends[told.visit_id or 0] + gap <= now:
            told.is_provisional = False
            closed += 1
    return closed


def mark_mailed(session: Session, ids: tuple[int, ...], *, now: datetime) -> None:
    """They left by mail."""
    session.execute(update(Notification).where(Notification.id.in_(ids)).values(mailed_at=now))


def mark_read(session: Session, *, viewer: Viewer, now: datetime) -> None:
    """The member saw all that is due."""
    session.execute(
        update(Notification)
        .where(
            Notification.member_id == viewer.member_id,
            Notification.at <= now,
            Notification.read_at.is_(None),
        )
        .values(read_at=now)
    )
