"""Notifications as mail: plain text, and the same as simple HTML."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from html import escape

from contentlib.notification.queries import Letter

_WHY = (
    "You get this because you made the link. Its page is where you choose to be told at once, "
    "in a digest, or not at all."
)


def letter(found: Letter, *, base_url: str, mail_from: str, now: datetime) -> EmailMessage:
    """One mail; its Message-ID is the same each time, so that one sent twice is shown once."""
    message = EmailMessage()
    message["Subject"] = _subject(found)
    message["From"] = formataddr(("contentlib", mail_from))
    message["To"] = formataddr((found.name, found.email))
    message["Date"] = formatdate(now.timestamp())
    message["Message-ID"] = f"<{found.key}@notice.contentlib.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    told = [(text, f"{base_url}{path}") for text, path in found.lines]
    message.set_content(
        "\n\n".join(f"{text}\n{address}" for text, address in told) + f"\n\n{_WHY}\n"
    )
    rows = "".join(
        f'<li>{escape(text)}<br><a href="{escape(address)}">See the pages</a></li>'
        for text, address in told
    )
    message.add_alternative(
        f"<ul>{rows}</ul><p><small>{escape(_WHY)}</small></p>",
        subtype="html",
    )
    return message


def _subject(found: Letter) -> str:
    if len(found.lines) == 1:
        text = found.lines[0][0]
        return text if len(text) <= 90 else f"{text[:89]}…"
    return f"{len(found.lines)} things about your links"
