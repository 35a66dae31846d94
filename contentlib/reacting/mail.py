"""Taking in what mailboxes say was sent.

A message without our material leaves no trace: no row, and no word of it in a log.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.library import Library
from contentlib.member import own_people
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.ports import ReadMail
from contentlib.reacting.mail_material import Recognise, Recogniser, attached, may_be_ours
from contentlib.sending import coverage, reports
from contentlib.sending.material import Ours, linked
from contentlib.sending.models import AttachmentReview, SendReport

Status = Literal[
    "sent", "to review", "nothing of ours", "known", "not a send", "not a member's", "refused"
]
ToldBy = Literal["import", "imap", "bcc"]

# A clock that is a little ahead is no reason to refuse; a year is.
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: how many sends it made, how many files wait for a look.

    `status`: "to review" where we are sure of nothing in it; "known" where a mailbox told of it
    before. `reason` is for the one who reads the outcome.
    """

    status: Status
    sends: int = 0
    reviews: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Colleague:
    member_id: int
    is_active: bool


def take_mail(library: Library, mail: ReadMail, *, member: Viewer | None, told_by: ToldBy) -> Taken:
    """Takes one message; see `Intake`."""
    return Intake(library, member=member, told_by=told_by).take(mail)


class Intake:
    """Takes the messages of a mailbox, one unit of work each, so that it can be ended anywhere.

    `member` is whose mailbox it is. Without one, a message is the active member's whose address
    is its From. With one:

    - by import, those with another From are not theirs; `aliases` are further addresses of
      theirs, as is `rosa+anything@` for `rosa@`;
    - from a Sent folder ("imap") it is theirs whatever their From, unless it is a colleague's;
    - by blind copy ("bcc") the secret in its address has said whose it is. The From proves
      nothing, it can only speak against it: a stranger's message (who answered to all, say) and
      a colleague's are not theirs.
    """

    def __init__(
        self,
        library: Library,
        *,
        member: Viewer | None,
        told_by: ToldBy,
        aliases: Collection[str] = (),
        recognise: Recognise | None = None,
    ) -> None:
        self._library = library
        self._ours = Ours(library.settings.base_url, library.signing_key)
        self._member = member
        self._told_by = told_by
        self._aliases = frozenset(alias.strip().lower() for alias in aliases)
        self._recognise = recognise or Recogniser(library)
        self._people: dict[str, _Colleague] | None = None
        self._days: set[tuple[int, date]] = set()

    def take(self, mail: ReadMail) -> Taken:
        """1. Is it a message, of a member of ours, to somebody outside? 2. Is there anything of
        ours in it, and is it not known yet? Both in a session that only reads. 3. Files are
        recognised outside any transaction. 4. All of it is written at once.
        """
        if mail.kind != "message":
            return Taken("not a send", reason=f"a {mail.kind}, not a message")
        sender = self._sender(mail)
        if sender is None:
            return Taken("not a member's", reason="sent by somebody else")
        self._note_day(sender, mail.sent_at)
        files = [attachment for attachment in mail.attachments if may_be_ours(attachment)]
        if not (mail.addresses or files):
            return Taken("nothing of ours")
        with self._library.database.reading() as session:
            links = linked(session, self._ours, mail.addresses, sent_at=mail.sent_at)
            if not (links or files):
                return Taken("nothing of ours")
            outside = own_people.outside(session, self._others(mail))
            if not outside:
                return Taken("not a send", reason="nobody outside among its recipients")
            if _is_known(session, sender, mail):
                return Taken("known")
        recognised, doubtful = attached(self._recognise, files)
        items = (*links, *recognised)
        if not (items or doubtful):
            return Taken("nothing of ours")
        now = self._library.clock.now()
        if mail.sent_at is None:
            return Taken("refused", reason="no header tells when it was sent")
        if mail.sent_at > now + _AHEAD:
            return Taken("refused", reason=f"dated in the future ({mail.sent_at.date()})")
        report = reports.Report(
            member_id=sender.member_id,
            source="mailbox",
            source_key=mail.message_id,
            evidence="mailbox",
            surface="bcc" if self._told_by == "bcc" else "mailbox",
            at=mail.sent_at,
            items=items,
            recipients=outside,
        )
        return self._keep(report, doubtful, now)

    def _keep(
        self, report: reports.Report, doubtful: tuple[reports.Doubtful, ...], now: datetime
    ) -> Taken:
        sends = reviews = 0
        with self._library.database.unit_of_work() as session:
            if report.items:
                told = reports.tell(session, report, now=now)
                if told.is_known:
                    return Taken("known")
                sends = told.sends
            if doubtful:
                reviews = reports.hold_for_review(session, report, doubtful, now=now)
        return Taken("sent" if report.items else "to review", sends, reviews)

    def _sender(self, mail: ReadMail) -> _Colleague | None:
        written = _found(self._colleagues(), mail.sender)
        if self._member is None:
            return written if written is not None and written.is_active else None
        owner = _Colleague(self._member.member_id, True)
        if written is not None:
            return owner if written.member_id == owner.member_id else None
        if self._told_by == "imap" or mail.sender in self._aliases:
            return owner
        return owner if self._told_by == "bcc" and self._is_of_our_house(mail.sender) else None

    def _is_of_our_house(self, address: str | None) -> bool:
        if address is None:
            return False
        with self._library.database.reading() as session:
            return not own_people.outside(session, [address])

    def _others(self, mail: ReadMail) -> tuple[str, ...]:
        """The recipients but for the owner's other addresses, and ours for blind copies."""
        local, _, domain = self._library.settings.bcc_address.lower().rpartition("@")
        return tuple(
            address
            for address in mail.recipients
            if address not in self._aliases
            and not (domain and address.startswith(f"{local}+") and address.endswith(f"@{domain}"))
        )

    def _colleagues(self) -> dict[str, _Colleague]:
        if self._people is None:
            with self._library.database.reading() as session:
                rows = session.execute(select(Member.email, Member.id, Member.active)).all()
            self._people = {email: _Colleague(id, active) for email, id, active in rows}
        return self._people

    def _note_day(self, sender: _Colleague, sent_at: datetime | None) -> None:
        """An imported mailbox has told of the days of its owner's messages. What a polled one
        tells of is noted once a poll; blind copies tell of no day, for nobody must make them.
        """
        if self._told_by != "import" or sent_at is None or sent_at > self._library.clock.now():
            return
        day = sent_at.astimezone(ZoneInfo(self._library.settings.time_zone)).date()
        if (sender.member_id, day) in self._days:
            return
        with self._library.database.unit_of_work() as session:
            coverage.note_day(session, member_id=sender.member_id, source="mailbox", day=day)
        self._days.add((sender.member_id, day))


def _found(people: dict[str, _Colleague], address: str | None) -> _Colleague | None:
    """The member with that address, also where it has an addition as in `rosa+fairs@`."""
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return people.get(address) or people.get(f"{local.split('+')[0]}@{domain}")


def _is_known(session: Session, sender: _Colleague, mail: ReadMail) -> bool:
    """Whether a mailbox has told of the message before. Two statements at the most."""
    return any(
        session.scalar(
            select(table.id).where(
                table.member_id == sender.member_id,
                table.source == "mailbox",
                table.source_key == mail.message_id,
            )
        )
        is not None
        for table in (SendReport, AttachmentReview)
    )
