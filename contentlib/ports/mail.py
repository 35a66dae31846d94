"""Mail that was sent: a message as reading its bytes gives it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MailKind = Literal["message", "bounce", "receipt", "complaint", "auto reply", "calendar"]


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file in a message, or in a message within it. `is_inline`: shown in the text itself."""

    file_name: str
    media_type: str
    body: bytes = field(repr=False)
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What one message says; nothing of its words but addresses of pages and of people.

    `message_id` is without brackets; a message that has none is known by a hash of its bytes.
    `sent_at` is in UTC, None where no header tells it. `sender` and `recipients` (To, Cc, Bcc)
    are lower-case. Only the kind "message" was written by a person to somebody. `addresses` are
    the http(s) links that it newly sends, out of the wrappers of mail gateways, in order, each
    once; `quoted_addresses` those that stand only in what it answers to, or in a signature.
    `problems` say what was left unread.
    """

    message_id: str
    sent_at: datetime | None
    sender: str | None
    recipients: tuple[str, ...]
    kind: MailKind = "message"
    addresses: tuple[str, ...] = ()
    quoted_addresses: tuple[str, ...] = ()
    attachments: tuple[MailAttachment, ...] = ()
    problems: tuple[str, ...] = ()
