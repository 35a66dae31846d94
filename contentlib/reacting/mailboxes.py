"""Where mail comes from: files that are imported, Sent folders that are polled, blind copies."""

import hmac
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.exc import OperationalError

from contentlib.adapters.mailbox import listener
from contentlib.adapters.mailbox.accounts import Account, Marks, read_accounts
from contentlib.adapters.mailbox.blind_copies import BlindCopies, Waiting
from contentlib.adapters.mailbox.folders import messages_in
from contentlib.adapters.mailbox.imap import new_messages
from contentlib.adapters.mailbox.message import read_message
from contentlib.errors import ContentlibError, InvalidInput, Unavailable
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.member import queries as members
from contentlib.member.rules import Viewer
from contentlib.reacting.mail import Intake, Taken
from contentlib.sending import coverage

log = logging.getLogger(__name__)

ACCOUNTS_FILE = "mailboxes.toml"


def import_mailbox(
    library: Library, path: Path, *, member: Viewer | None = None, aliases: Sequence[str] = ()
) -> Iterator[tuple[str, Taken]]:
    """Takes every message of a file or folder, and tells of each where it stood and what became
    of it. Ended and begun again it goes on: what is known is passed over.

    Raises InvalidInput for a path that is no mail, before the first message.
    """
    intake = Intake(library, member=member, told_by="import", aliases=aliases)
    found = messages_in(path, max_bytes=_most_bytes(library))
    return (
        (each.source, Taken("refused", reason=each.problem))
        if each.problem
        else (each.source, intake.take(read_message(each.raw)))
        for each in found
    )


def poll_mailboxes(library: Library) -> None:
    """Takes what is new in the Sent folders of the accounts that an operator listed, each when it
    is due. An account that does not answer is tried again when it is due next.
    """
    try:
        accounts = read_accounts(library.settings.data_dir / ACCOUNTS_FILE)
    except InvalidInput as error:
        log.warning("%s", error)
        return
    for account in accounts:
        marks = Marks(_mail_folder(library) / "polled", account)
        if not marks.is_due(library.clock.now(), library.settings.mailbox_poll_minutes):
            continue
        try:
            _poll(library, account, marks)
        except ContentlibError as error:
            log.warning("mailbox of %s: %s", account.address, error)
            marks.tried(library.clock.now(), problem=str(error))


def _poll(library: Library, account: Account, marks: Marks) -> None:
    member = active_member(library, account.address)
    intake = Intake(library, member=member, told_by="imap", aliases=account.aliases)
    now = library.clock.now()
    since = (now - timedelta(days=library.settings.mailbox_since_days)).date()
    for uid, raw in new_messages(account, marks, since=since, max_bytes=_most_bytes(library)):
        if raw:
            intake.take(read_message(raw))
        marks.reached(uid)
    marks.tried(now)
    today = now.astimezone(ZoneInfo(library.settings.time_zone)).date()
    _note_today(library, member.member_id, today)


def _note_today(library: Library, member_id: int, today: date) -> None:
    with library.database.reading() as session:
        if coverage.is_noted(session, member_id=member_id, source="mailbox", day=today):
            return
    with library.database.unit_of_work() as session:
        coverage.note_day(session, member_id=member_id, source="mailbox", day=today)


def take_blind_copies(library: Library) -> None:
    """Takes the blind copies that wait, and deletes each once it is taken.

    While the database is away they wait on. One that can never be taken is put aside.
    """
    copies = BlindCopies(_mail_folder(library))
    intakes: dict[str, Intake] = {}
    for waiting in copies.waiting():
        try:
            _take_copy(library, waiting, intakes)
        except (OperationalError, Unavailable):
            raise
        except FileNotFoundError:
            # another worker took it
            continue
        except Exception as error:
            # no traceback: it could hold words of the message
            log.error("a blind copy could not be taken (%s)", type(error).__name__)
            copies.failed(waiting)
        else:
            copies.done(waiting)


def _take_copy(library: Library, waiting: Waiting, intakes: dict[str, Intake]) -> None:
    if waiting.member not in intakes:
        with library.database.reading() as session:
            found = members.signed_in(session, waiting.member)
        if found is None:
            return
        intakes[waiting.member] = Intake(library, member=found.viewer, told_by="bcc")
    intakes[waiting.member].take(read_message(waiting.raw()))


def listen_for_blind_copies(library: Library) -> Callable[[], None]:
    """Awaits blind copies where an address for them is set; returns what ends that.

    Where another worker on this machine does so already, or the port cannot be had, a line in
    the log says so and nothing is awaited here.
    """
    settings = library.settings
    if not settings.bcc_address:
        return lambda: None
    copies = BlindCopies(_mail_folder(library))
    try:
        return listener.start(
            host=settings.bcc_host,
            port=settings.bcc_port,
            networks=settings.networks_of_bcc,
            max_bytes=_most_bytes(library),
            whose=lambda address: whose_copies(library, address),
            keep=lambda raw, member: copies.put(raw, member=member),
        )
    except Unavailable as error:
        log.warning("%s", error)
        return lambda: None


def address_for_copies(library: Library, member_public_id: str) -> str | None:
    """The member's own address for blind copies; None where none are taken.

    Whoever knows it can say that the member sent something, so it is signed and shown to the
    member alone. It is lower-case throughout, for not every server leaves case alone; the
    signature has a hundred bits all the same.
    """
    local, _, domain = library.settings.bcc_address.rpartition("@")
    if not domain:
        return None
    return f"{local}+{_signed(library, member_public_id)}@{domain}"


def whose_copies(library: Library, address: str) -> str | None:
    """The public id of the member whose copies that address takes; None for any other address."""
    local, _, domain = library.settings.bcc_address.rpartition("@")
    given, _, given_domain = address.strip().lower().rpartition("@")
    if not domain or given_domain != domain or not given.startswith(f"{local}+"):
        return None
    token = given.removeprefix(f"{local}+")
    member = token[: -len(_signed(library, ""))]
    is_genuine = hmac.compare_digest(
        _signed(library, member).encode(), token.encode("utf-8", "surrogatepass")
    )
    return member if is_genuine and member else None


def _signed(library: Library, member_public_id: str) -> str:
    return sign_token(member_public_id, key=library.signing_key, purpose="bcc").lower()


def active_member(library: Library, email: str) -> Viewer:
    """Raises InvalidInput where nobody active has that address."""
    with library.database.reading() as session:
        member = members.by_email(session, email)
        if member is None or not member.active:
            raise InvalidInput(f"{email} is no active member of this library.")
        return members.viewer_of(session, member)


def _mail_folder(library: Library) -> Path:
    return library.settings.data_dir / "mail"


def _most_bytes(library: Library) -> int:
    return library.settings.upload_max_mb << 20
