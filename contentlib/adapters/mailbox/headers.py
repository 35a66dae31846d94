"""What the headers of a message say: which one it is, when, who to whom, and of what kind.

Header values are whatever somebody sent: each is read from its raw text, bounded, and one that
cannot be read is absent.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_tz
from itertools import islice

from contentlib.adapters.mailbox import parts, phrases
from contentlib.ports import MailKind

_LONGEST = 65_536
_MOST_ALIKE = 200
_MOST_ADDRESSES = 2_000
_LONGEST_ID = 180
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,255}")
# The names that RFC 5322 knows, in hours; any other says nothing.
_ZONES = {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5}
_ZONES |= {"MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONE = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*"
    r"(?:(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})(?!\d)"
    r"|(?P<name>[A-Z]{1,3})\b)",
    re.IGNORECASE,
)
_EARLIEST_YEAR = 1980


def values(message: Message, name: str) -> list[str]:
    """The raw values of a header, in order, unfolded and bounded."""
    wanted = name.lower()
    found = (value for key, value in message.raw_items() if key.lower() == wanted)
    return [" ".join(str(value)[:_LONGEST].split()) for value in islice(found, _MOST_ALIKE)]


def value(message: Message, name: str) -> str:
    """The first value of a header, "" where there is none."""
    return next(iter(values(message, name)), "")


def message_id(message: Message, raw: bytes) -> str:
    """The Message-ID without brackets and blanks. Where there is none, a hash of the bytes that is
    the same whichever line ends a file or an mbox gave them.
    """
    written = value(message, "Message-ID")
    bracketed = re.search(r"<([^<>]+)>", written)
    plain = "".join((bracketed[1] if bracketed else written).split())
    plain = plain.encode("ascii", "replace").decode()
    if not plain:
        evened = raw.replace(b"\r\n", b"\n").strip()
        return f"sha256:{hashlib.sha256(evened).hexdigest()}"
    if len(plain) > _LONGEST_ID:
        return f"id-sha256:{hashlib.sha256(plain.encode()).hexdigest()}"
    return plain


def sent_at(message: Message) -> datetime | None:
    """When the message left, in UTC: its Date, else the time its first server took it.

    None where neither tells a moment: a time without its zone is none.
    """
    written = [value(message, "Date")]
    # each server puts its own on top: the last is the first server's
    written += [line.rpartition(";")[2] for line in reversed(values(message, "Received"))]
    return next((at for at in map(_moment, written) if at is not None), None)


def _moment(written: str) -> datetime | None:
    try:
        read, ahead = parsedate_tz(written[:200]), _ahead_of_utc(written[:200])
        if read is None or ahead is None or read[0] < _EARLIEST_YEAR:
            return None
        return datetime(*read[:5], min(read[5], 59), tzinfo=UTC) - ahead
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None


def _ahead_of_utc(written: str) -> timedelta | None:
    """The zone behind the time of day; None where none is told."""
    found = _ZONE.search(written)
    if found is None:
        return None
    if found["name"]:
        hours = _ZONES.get(found["name"].upper())
        return None if hours is None else timedelta(hours=hours)
    ahead = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    if ahead > timedelta(hours=15):
        return None
    return -ahead if found["sign"] == "-" else ahead


def addresses(message: Message, *names: str) -> tuple[str, ...]:
    """The e-mail addresses in these headers, lower-case, in order, each once.

    Groups are followed; what is no address is left out.
    """
    found: dict[str, None] = {}
    for name in names:
        for written in values(message, name):
            found.update(dict.fromkeys(_addresses_in(written)))
    return tuple(found)[:_MOST_ADDRESSES]


def _addresses_in(written: str) -> Iterator[str]:
    try:
        listed = [address for _, address in getaddresses([written])]
    except (ValueError, IndexError, AttributeError, RecursionError):
        listed = []
    plain = [address.lower() for address in listed if _ADDRESS.fullmatch(address)]
    # a list with one broken address in it is refused as a whole: then take what looks like one
    yield from plain or (found.lower() for found in _ADDRESS.findall(written))


def is_forward(message: Message) -> bool:
    """Whether the subject begins as forwarding programs of many languages begin it."""
    return phrases.FORWARDED_SUBJECT.match(subject(message)) is not None


def subject(message: Message) -> str:
    written = value(message, "Subject")[:1000]
    try:
        return str(make_header(decode_header(written)))
    except (ValueError, LookupError, UnicodeError):
        return written


def kind(message: Message) -> MailKind:
    """Whether a person wrote it to somebody, or what else it is."""
    own = parts.content_type(message)
    inner = [parts.content_type(part) for part in _inner(message)]
    report = parts.parameter(message, "report-type").lower()
    if "feedback-report" in report or "message/feedback-report" in inner:
        return "complaint"
    if "message/disposition-notification" in (own, *inner) or "disposition" in report:
        return "receipt"
    is_undelivered = own == "multipart/report" or "message/delivery-status" in inner
    if is_undelivered or value(message, "X-Failed-Recipients"):
        return "bounce"
    if _is_automatic(message):
        return "auto reply"
    if value(message, "Return-Path") == "<>" or _is_from_mail_system(message):
        return "bounce"
    return "calendar" if _is_invitation(message) else "message"


def _inner(message: Message) -> list[Message]:
    """The parts one and two levels down: what a message is stands no deeper."""
    first = parts.children(message)[:20]
    branches = [part for part in first if parts.content_type(part).startswith("multipart/")]
    return first + [part for branch in branches for part in parts.children(branch)[:20]]


def _is_automatic(message: Message) -> bool:
    submitted = value(message, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or bool(value(message, "X-Autoreply") or value(message, "X-Autorespond"))
        or value(message, "Precedence").lower() == "auto_reply"
    )


def _is_from_mail_system(message: Message) -> bool:
    senders = addresses(message, "From")
    return bool(senders) and senders[0].split("@")[0] in ("mailer-daemon", "postmaster")


def _is_invitation(message: Message) -> bool:
    """A calendar part with a method is the message itself; a file of dates is an attachment."""
    return any(
        parts.content_type(part) == "text/calendar"
        and parts.parameter(part, "method") != ""
        and parts.disposition(part) != "attachment"
        for part in (message, *_inner(message))
    )
