"""Taking in what a source says of a message: the one door by which sends come to be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.crm.matching import only_deal
from contentlib.crm.models import Contact
from contentlib.ids import public_id
from contentlib.member.models import Member
from contentlib.sending.merging import messages_meant, strength
from contentlib.sending.models import AttachmentReview, SendReport, SendReportItem
from contentlib.sending.rolling_up import join_messages, report_seen, reports_near, roll_up
from contentlib.sending.rules import domains_of
from contentlib.share.models import Share

Source = Literal["extension", "mailbox", "app", "crm", "declared"]
Evidence = Literal["mail_confirmed", "mailbox", "app_mail", "crm", "declared"]
Channel = Literal["link", "attachment", "other"]


@dataclass(frozen=True, slots=True)
class Item:
    """An asset in a message. `method`: how it was recognised (see `SendReportItem`)."""

    asset_id: int
    version_id: int
    channel: Channel
    method: str
    share_id: int | None = None
    score: float = 1.0
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What one source says of one message. `source_key` names the message within the source.

    `recipients` are addresses outside; of them domains and known contacts are kept. `surface`
    is where it was seen: gmail, outlook, linkedin, mailbox, bcc, app ... `at` is when the
    message left. Without a deal of its own it has that of its links, else the member's only one
    with the recipients' accounts.
    """

    member_id: int
    source: Source
    source_key: str
    evidence: Evidence
    surface: str
    at: datetime
    items: tuple[Item, ...]
    recipients: tuple[str, ...] = ()
    opportunity_id: int | None = None
    # of recipients whose addresses were let go already
    known_domains: tuple[str, ...] = ()
    known_contact_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An attachment to be looked at by its sender; `candidates` as `AttachmentReview` has them."""

    file_name: str
    file_sha256: str
    candidates: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a report. `is_known`: the source had told of the message before."""

    message_key: str
    is_known: bool
    sends: int


def tell(session: Session, report: Report, *, now: datetime) -> Told:
    """Keeps the report, joins it with what others said of the message, makes its sends anew.

    `sends` is how many the message has then. Told again by the same source nothing changes,
    unless the source knows better now: what it took back left after all, what was declared was
    seen leaving.
    """
    _one_at_a_time(session, report.member_id)
    known = _told_before(session, report)
    if known is not None and not _is_better(report, known):
        return Told(known.message_key, True, 0)
    row = _row_of(session, report, now=now)
    if known is not None:
        row.turn = known.turn + 1
        known.taken_back_at = known.taken_back_at or now
        session.flush()
        roll_up(session, report.member_id, known.message_key, now=now)
    seen = report_seen(row)
    keys = messages_meant(seen, reports_near(session, report.member_id, seen))
    row.message_key = keys[0] if keys else public_id(20)
    session.add(row)
    session.flush()
    join_messages(session, report.member_id, into=row.message_key, others=keys[1:])
    sends = roll_up(session, report.member_id, row.message_key, now=now)
    return Told(row.message_key, False, len(sends))


def add_to(session: Session, report: Report, items: Sequence[Item], *, now: datetime) -> Told:
    """Adds assets to a message that its source told of before, or tells of it now.

    For what was recognised late: an attachment that its sender has looked at.
    """
    _one_at_a_time(session, report.member_id)
    known = _told_before(session, report)
    if known is None:
        return tell(session, replace(report, items=(*report.items, *items)), now=now)
    held = {item.asset_id for item in known.items}
    known.items += [_item_row(item) for item in items if item.asset_id not in held]
    session.flush()
    sends = roll_up(session, report.member_id, known.message_key, now=now)
    return Told(known.message_key, True, len(sends))


def take_back(
    session: Session, *, member_id: int, source: Source, source_key: str, now: datetime
) -> bool:
    """The source says the message never left (an undone send). Whether there was one."""
    _one_at_a_time(session, member_id)
    row = session.scalar(
        select(SendReport).where(
            SendReport.member_id == member_id,
            SendReport.source == source,
            SendReport.source_key == source_key,
            SendReport.taken_back_at.is_(None),
        )
    )
    if row is None:
        return False
    row.taken_back_at = now
    session.flush()
    roll_up(session, member_id, row.message_key, now=now)
    return True


def hold_for_review(
    session: Session, report: Report, doubtful: Sequence[Doubtful], *, now: datetime
) -> int:
    """Keeps attachments for their sender to look at; returns how many were new."""
    _one_at_a_time(session, report.member_id)
    held = set(
        session.scalars(
            select(AttachmentReview.file_sha256).where(
                AttachmentReview.member_id == report.member_id,
                AttachmentReview.source_key == report.source_key,
            )
        )
    )
    fresh = {d.file_sha256: d for d in doubtful if d.file_sha256 not in held}
    contact_ids = _contacts(session, report.recipients)
    for each in fresh.values():
        session.add(
            AttachmentReview(
                public_id=public_id(),
                member_id=report.member_id,
                source=report.source,
                source_key=report.source_key,
                evidence=report.evidence,
                surface=report.surface,
                at=report.at,
                file_name=each.file_name[:300],
                file_sha256=each.file_sha256,
                candidates=list(each.candidates),
                opportunity_id=report.opportunity_id,
                recipient_domains=domains_of(report.recipients),
                contact_ids=contact_ids,
                state="open",
            )
        )
    return len(fresh)


def _one_at_a_time(session: Session, member_id: int) -> None:
    # two sources that tell of one message at once must not each make a message of it
    session.execute(select(Member.id).where(Member.id == member_id).with_for_update())


def _is_better(report: Report, known: SendReport) -> bool:
    return known.taken_back_at is not None or strength(report.evidence) < strength(known.evidence)


def _told_before(session: Session, report: Report) -> SendReport | None:
    return session.scalar(
        select(SendReport)
        .where(
            SendReport.member_id == report.member_id,
            SendReport.source == report.source,
            SendReport.source_key == report.source_key,
        )
        .order_by(SendReport.turn.desc())
        .limit(1)
    )


def _row_of(session: Session, report: Report, *, now: datetime) -> SendReport:
    contact_ids = [*report.known_contact_ids, *_contacts(session, report.recipients)]
    return SendReport(
        member_id=report.member_id,
        source=report.source,
        source_key=report.source_key,
        turn=1,
        evidence=report.evidence,
        surface=report.surface,
        at=report.at,
        told_at=now,
        opportunity_id=_deal_of(session, report, contact_ids),
        recipient_domains=sorted({*report.known_domains, *domains_of(report.recipients)}),
        contact_ids=contact_ids,
        items=[_item_row(item) for item in report.items],
    )


def _item_row(item: Item) -> SendReportItem:
    return SendReportItem(
        asset_id=item.asset_id,
        version_id=item.version_id,
        share_id=item.share_id,
        channel=item.channel,
        method=item.method,
        score=item.score,
        pages=list(item.pages),
    )


def _deal_of(session: Session, report: Report, contact_ids: list[int]) -> int | None:
    if report.opportunity_id is not None:
        return report.opportunity_id
    of_links = _deal_of_links(session, report.items)
    if of_links is not None:
        return of_links
    return only_deal(session, member_id=report.member_id, contact_ids=contact_ids, at=report.at)


def _deal_of_links(session: Session, items: Sequence[Item]) -> int | None:
    share_ids = {item.share_id for item in items if item.share_id is not None}
    if not share_ids:
        return None
    return session.scalar(
        select(Share.opportunity_id)
        .where(Share.id.in_(share_ids), Share.opportunity_id.is_not(None))
        .order_by(Share.id)
        .limit(1)
    )


def _contacts(session: Session, recipients: Sequence[str]) -> list[int]:
    if not recipients:
        return []
    emails = {address.lower() for address in recipients}
    return list(
        session.scalars(select(Contact.id).where(Contact.email.in_(emails)).order_by(Contact.id))
    )
