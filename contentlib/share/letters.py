"""The mails that the doors of shares cause: a one-time code, and a visitor's words to the rep."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, formatdate

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.member.models import Member
from contentlib.share import codes, gates
from contentlib.share.models import Share, ShareCode, ShareItem
from contentlib.share.rules import ShareRules


@dataclass(frozen=True, slots=True)
class Letterhead:
    """From whom mails come; `link` gives the whole address of a share by its public id, `page`
    that of the page on which its maker sees it."""

    company: str
    mail_from: str
    link: Callable[[str], str]
    page: Callable[[str], str]


def code_letter(
    session: Session, letterhead: Letterhead, *, code_id: int, key: bytes, now: datetime
) -> EmailMessage | None:
    """The mail with a code; None where there is none to send. Two statements.

    That is: the address may not open the link, the link was revoked, or the code is used or over.
    """
    row = session.get(ShareCode, code_id)
    if row is None or row.used_at is not None or now >= row.expires_at:
        return None
    share, sender = session.execute(
        select(Share, Member.name)
        .join(Member, Share.member_id == Member.id)
        .where(Share.id == row.share_id)
    ).one()
    if share.revoked_at is not None or not gates.allows(
        ShareRules.from_json(share.rules), row.email
    ):
        return None
    minutes = int(codes.LIFETIME.total_seconds() // 60)
    message = _addressed(letterhead, to=row.email, now=now)
    message["Subject"] = f"Your code for the link from {_one_line(letterhead.company)}"
    message["Message-ID"] = f"<share-code-{row.id}.{row.code_hash[:16]}@contentlib.invalid>"
    message.set_content(
        f"Your code: {codes.code_of(row, key=key)}\n\n"
        f"{sender}, {letterhead.company}, shared a link with you:\n"
        f"{letterhead.link(share.public_id)}\n\n"
        f"Enter the code there within {minutes} minutes. It works once, and only the newest one "
        "works.\n\n"
        "If you did not ask for a code, somebody typed your address by mistake: you need do "
        "nothing.\n"
    )
    return message


def asking_letter(
    session: Session,
    letterhead: Letterhead,
    *,
    share_id: int,
    email: str,
    visitor_name: str,
    text: str,
    now: datetime,
) -> EmailMessage | None:
    """A visitor's words to the maker of a link, answered straight to the visitor.

    None where the maker is not with us any more. Two statements.
    """
    found = session.execute(
        select(Share.public_id, Member.email, Member.name)
        .join(Member, Share.member_id == Member.id)
        .where(Share.id == share_id, Member.active)
    ).first()
    if found is None:
        return None
    public_id, maker_email, maker_name = found
    titles = session.scalars(
        select(Asset.title)
        .join(ShareItem, ShareItem.asset_id == Asset.id)
        .where(ShareItem.share_id == share_id)
        .order_by(ShareItem.position)
    ).all()
    message = _addressed(letterhead, to=formataddr((_one_line(maker_name), maker_email)), now=now)
    message["Reply-To"] = formataddr((_one_line(visitor_name), email))
    message["Subject"] = "Somebody asks about a link of yours"
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    message.set_content(
        f"{visitor_name or 'Somebody'} ({email}) asks about the link with {', '.join(titles)}:\n\n"
        f"{quoted or '> (no words)'}\n\n"
        f"The link and its rules: {letterhead.page(public_id)}\n\n"
        "Answer this mail to write to them. The name and the address are as they were typed; "
        "nobody checked them.\n"
    )
    return message


def _addressed(letterhead: Letterhead, *, to: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((_one_line(letterhead.company), letterhead.mail_from))
    message["To"] = to
    message["Date"] = formatdate(now.timestamp())
    message["Auto-Submitted"] = "auto-generated"
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())
