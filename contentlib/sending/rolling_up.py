"""Sends as they follow from reports and corrections, written to their table."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from contentlib.events import record
from contentlib.member.models import Member
from contentlib.sending import facts
from contentlib.sending.merging import (
    DECLARED_AHEAD,
    SAME_MOMENT,
    Corrected,
    ItemSeen,
    ReportSeen,
    SendMade,
    sends_of,
)
from contentlib.sending.models import Send, SendCorrection, SendReport, SendReportItem

ROLLED_UP = (
    "version_id",
    "share_id",
    "opportunity_id",
    "channel",
    "evidence",
    "method",
    "recipient_domains",
    "at",
)


def report_seen(row: SendReport) -> ReportSeen:
    """A report's row as merging looks at it."""
    return ReportSeen(
        source=row.source,
        surface=row.surface,
        evidence=row.evidence,
        message_key=row.message_key,
        at=row.at,
        domains=frozenset(row.recipient_domains),
        opportunity_id=row.opportunity_id,
        items=tuple(
            ItemSeen(i.asset_id, i.version_id, i.channel, i.method, i.share_id) for i in row.items
        ),
    )


def reports_near(session: Session, member_id: int, report: ReportSeen) -> list[ReportSeen]:
    """What the member's sources said of messages that may be the same one. At most four
    statements; those that another report of the same messages rules out are among them."""
    at_the_time = SendReport.at.between(report.at - SAME_MOMENT, report.at + SAME_MOMENT)
    lately = SendReport.at.between(report.at - DECLARED_AHEAD, report.at + DECLARED_AHEAD)
    links = {item.share_id for item in report.items if item.share_id is not None}
    by_link = SendReport.id.in_(
        select(SendReportItem.report_id).where(SendReportItem.share_id.in_(links))
    )
    declared = and_(SendReport.evidence == "declared", lately)
    near = or_(at_the_time, declared if report.is_seen else and_(by_link, lately))
    keys = set(
        session.scalars(
            select(SendReport.message_key).where(
                SendReport.member_id == member_id, SendReport.taken_back_at.is_(None), near
            )
        )
    )
    return reports_of(session, member_id, keys)


def join_messages(session: Session, member_id: int, *, into: str, others: Sequence[str]) -> None:
    """What was told of these messages was told of one."""
    for table in (SendReport, SendCorrection):
        if others:
            session.execute(
                update(table)
                .where(table.member_id == member_id, table.message_key.in_(others))
                .values(message_key=into)
            )
    for send in _sends(session, member_id, others):
        session.delete(send)
    session.flush()


def roll_up(
    session: Session, member_id: int, message_key: str, *, now: datetime
) -> dict[int, SendMade]:
    """Makes the message's sends what its reports and corrections say; returns them by asset.

    Visits are judged by the moment their link was sent, so a moment that came, moved or went
    is a fact of each of its links. Six statements and one a send that changes.
    """
    made = message_sends(session, member_id, message_key)
    sender = session.get_one(Member, member_id)
    stored = {send.asset_id: send for send in _sends(session, member_id, [message_key])}
    moments = [send.at for send in stored.values() if send.evidence != "declared"]
    moments += [send.at for send in made.values() if send.evidence != "declared"]
    for asset_id in stored.keys() - made.keys():
        session.delete(stored[asset_id])
    for asset_id, wanted in made.items():
        send = stored.get(asset_id)
        if send is None:
            send = Send(
                member_id=member_id, role=sender.role, asset_id=asset_id, message_key=message_key
            )
            session.add(send)
        for name, value in values_of(wanted).items():
            setattr(send, name, value)
    session.flush()
    if moments:
        for share_id in _links(session, member_id, message_key):
            record(session, facts.ShareSent(share_id, min(moments).isoformat()), now=now)
    return made


def message_sends(session: Session, member_id: int, message_key: str) -> dict[int, SendMade]:
    """asset id -> its send in the message, from the events alone. Three statements."""
    reports = reports_of(session, member_id, {message_key})
    said = corrections_of(session, member_id, {message_key})
    return dict(sends_of(reports, said.get(message_key, ())))


def reports_of(session: Session, member_id: int, keys: Collection[str]) -> list[ReportSeen]:
    """What was told of these messages and not taken back. Two statements."""
    return [report_seen(row) for row in _reports(session, member_id, keys)]


def corrections_of(
    session: Session, member_id: int, keys: Collection[str]
) -> dict[str, list[Corrected]]:
    """message key -> what its sender said, in that order. One statement."""
    found: dict[str, list[Corrected]] = {}
    for row in session.scalars(
        select(SendCorrection)
        .where(SendCorrection.member_id == member_id, SendCorrection.message_key.in_(keys))
        .order_by(SendCorrection.id)
    ):
        correction = Corrected(row.kind, row.asset_id, row.at, row.opportunity_id)
        found.setdefault(row.message_key, []).append(correction)
    return found


def newest_messages(
    session: Session, member_id: int, *, limit: int, offset: int = 0
) -> tuple[list[str], int]:
    """Keys of the member's messages, newest first, and how many there are. Two statements."""
    told = (
        SendReport.member_id == member_id,
        SendReport.taken_back_at.is_(None),
    )
    total = session.scalar(select(func.count(SendReport.message_key.distinct())).where(*told))
    newest = func.max(SendReport.at)
    keys = session.scalars(
        select(SendReport.message_key)
        .where(*told)
        .group_by(SendReport.message_key)
        .order_by(newest.desc(), SendReport.message_key)
        .limit(limit)
        .offset(offset)
    )
    return list(keys), total or 0


def _reports(session: Session, member_id: int, keys: Collection[str]) -> list[SendReport]:
    if not keys:
        return []
    return list(
        session.scalars(
            select(SendReport)
            .options(selectinload(SendReport.items))
            .where(
                SendReport.member_id == member_id,
                SendReport.message_key.in_(keys),
                SendReport.taken_back_at.is_(None),
            )
            .order_by(SendReport.id)
        )
    )


def _sends(session: Session, member_id: int, keys: Sequence[str]) -> list[Send]:
    if not keys:
        return []
    return list(
        session.scalars(select(Send).where(Send.member_id == member_id, Send.message_key.in_(keys)))
    )


def values_of(made: SendMade) -> dict[str, object]:
    """The columns of a send that follow from its events, by name."""
    return {
        name: list(made.domains) if name == "recipient_domains" else getattr(made, name)
        for name in ROLLED_UP
    }


def _links(session: Session, member_id: int, message_key: str) -> list[int]:
    found = session.scalars(
        select(SendReportItem.share_id)
        .join(SendReport, SendReportItem.report_id == SendReport.id)
        .where(
            SendReport.member_id == member_id,
            SendReport.message_key == message_key,
            SendReportItem.share_id.is_not(None),
        )
        .distinct()
        .order_by(SendReportItem.share_id)
    )
    return [share_id for share_id in found if share_id is not None]
