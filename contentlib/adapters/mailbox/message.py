"""One message, read from its bytes. Pure; whatever the bytes are, it answers."""

from collections.abc import Iterable

from contentlib.adapters.mailbox import headers
from contentlib.adapters.mailbox.bodies import lines_of_html, lines_of_text
from contentlib.adapters.mailbox.links import followed
from contentlib.adapters.mailbox.parts import Part, parsed, parts_of
from contentlib.adapters.mailbox.quoting import Parted, parted
from contentlib.ports import MailAttachment, ReadMail

_MOST_LINKS = 2_000
_MOST_ATTACHMENTS = 100


def read_message(raw: bytes) -> ReadMail:
    """What the message says. The caller bounds the bytes; parts, depth, text and links are
    bounded here, and what was left out stands in `problems`.
    """
    problems: list[str] = []
    message = parsed(raw, problems)
    bodies: list[Part] = []
    attachments: list[MailAttachment] = []
    for part in parts_of(message, problems):
        if part.is_body:
            bodies.append(part)
        elif len(attachments) < _MOST_ATTACHMENTS:
            attachments.append(_attachment(part))
        else:
            problems.append("The message has more attachments than are read.")
            break
    new, quoted = _links(bodies, is_forward=headers.is_forward(message))
    return ReadMail(
        message_id=headers.message_id(message, raw),
        sent_at=headers.sent_at(message),
        sender=next(iter(headers.addresses(message, "From")), None),
        recipients=headers.addresses(message, "To", "Cc", "Bcc"),
        kind=headers.kind(message),
        addresses=new[:_MOST_LINKS],
        quoted_addresses=quoted[:_MOST_LINKS],
        attachments=tuple(attachments),
        problems=tuple(dict.fromkeys(problems)),
    )


def _attachment(part: Part) -> MailAttachment:
    is_shown = part.disposition == "inline" or (
        part.disposition is None
        and "content-id" in {key.lower() for key, _ in part.message.raw_items()}
    )
    return MailAttachment(part.file_name, part.content_type, part.body(), is_shown)


def _links(bodies: Iterable[Part], *, is_forward: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The links newly sent, and those only quoted, each once and out of its wrappers.

    Where one body of a message marks a link as quoted and another, of the same words, fails to,
    the link is quoted.
    """
    told: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for body in bodies:
        found = _parted(body)
        new, old = found.new, (*found.quoted, *found.standing)
        if is_forward or found.is_forward or body.is_nested:
            new, old = (*found.new, *found.quoted), found.standing
        told.append((_followed(new), _followed(old)))
    in_order = dict.fromkeys(link for new, quoted in told for link in (*new, *quoted))
    only_quoted = {link for new, quoted in told for link in quoted if link not in new}
    sent = tuple(link for link in in_order if link not in only_quoted)
    return sent, tuple(link for link in in_order if link in only_quoted)


def _parted(body: Part) -> Parted:
    text = body.text()
    if "http" not in text.lower():
        return Parted()
    lines = lines_of_html(text) if body.content_type == "text/html" else lines_of_text(text)
    return parted(lines)


def _followed(links: Iterable[str]) -> tuple[str, ...]:
    found = (followed(link) for link in list(links)[:_MOST_LINKS])
    return tuple(dict.fromkeys(link for link in found if link is not None))
