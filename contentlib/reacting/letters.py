"""Mail that leaves: links, one-time codes, a visitor's words, and news of visits."""

from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formataddr, formatdate

from contentlib.errors import DeliveryFailed
from contentlib.events.jobs import Payload
from contentlib.library import Library
from contentlib.member.models import Member
from contentlib.notification import queries as notification_queries
from contentlib.notification import service as notifications
from contentlib.notification.letters import letter as notice_letter
from contentlib.sending import service as sending
from contentlib.share import letters
from contentlib.share.models import Share


def mail_share(library: Library, payloads: Sequence[Payload]) -> None:
    """Mails a link to its recipients, then records the sends.

    1. The message id is fixed in the payload: should we die between the server's acceptance
       and our commit, the mail goes out again, and a mail program shows it once.
    2. Only acceptance by the server makes it a send.
    """
    for payload in payloads:
        if library.mailer is None:
            raise DeliveryFailed("No mail server is set up (CONTENTLIB_MAIL_URL).", permanent=True)
        with library.database.reading() as session:
            share = session.get(Share, payload["share_id"])
            if share is None:
                continue
            sender = session.get_one(Member, share.member_id)
            recipients = [r.email for r in share.recipients]
            public_id = share.public_id
        message = EmailMessage()
        message["Subject"] = payload["subject"]
        message["From"] = formataddr((sender.name, library.settings.mail_from))
        message["Reply-To"] = formataddr((sender.name, sender.email))
        message["To"] = ", ".join(recipients)
        message["Date"] = formatdate(library.clock.now().timestamp())
        message["Message-ID"] = f"<{payload['message_id']}@contentlib.invalid>"
        message.set_content(f"{payload['body']}\n\n{library.share_address(public_id)}\n")
        library.mailer.send(message)
        with library.database.unit_of_work() as session:
            sending.record_share_sent(
                session,
                shares=[session.get_one(Share, payload["share_id"])],
                evidence="app_mail",
                source_key=f"{payload['message_id']}:{payload['share_id']}",
                now=library.clock.now(),
            )


def mail_share_code(library: Library, payloads: Sequence[Payload]) -> None:
    """Mails a one-time code to whoever asked for it, where the link's rules let them in."""
    if library.mailer is None:
        raise DeliveryFailed("No mail server is set up (CONTENTLIB_MAIL_URL).", permanent=True)
    for payload in payloads:
        with library.database.reading() as session:
            message = letters.code_letter(
                session,
                _letterhead(library),
                code_id=payload["code_id"],
                key=library.signing_key,
                now=library.clock.now(),
            )
        if message is not None:
            library.mailer.send(message)


def mail_asking(library: Library, payloads: Sequence[Payload]) -> None:
    """Passes a visitor's words on to the maker of a link, where mail is set up."""
    if library.mailer is None:
        return
    for payload in payloads:
        with library.database.reading() as session:
            message = letters.asking_letter(
                session, _letterhead(library), now=library.clock.now(), **payload
            )
        if message is not None:
            library.mailer.send(message)


def _letterhead(library: Library) -> letters.Letterhead:
    settings = library.settings
    return letters.Letterhead(
        company=settings.company_name,
        mail_from=settings.mail_from,
        link=lambda public_id: library.share_address(public_id),
        page=lambda public_id: f"{settings.base_url}/shares/{public_id}",
    )


def notify(library: Library) -> None:
    """Keeps what is told of visits up to date, and mails it."""
    now, settings = library.clock.now(), library.settings
    with library.database.reading() as session:
        waits = notification_queries.has_work(session, now=now)
    if waits:
        with library.database.unit_of_work() as session:
            gap = timedelta(minutes=settings.visit_gap_minutes)
            notifications.settle(session, gap=gap, now=now)
    if library.mailer is None or not waits:
        return
    with library.database.reading() as session:
        waited_since = now - timedelta(hours=settings.digest_hours)
        letters = [
            *notification_queries.to_mail(session, now=now),
            *notification_queries.digests(session, now=now, waited_since=waited_since),
        ]
    for found in letters:
        message = notice_letter(
            found, base_url=settings.base_url, mail_from=settings.mail_from, now=now
        )
        library.mailer.send(message)
        # one commit a letter: what left is not sent again because the next one was refused
        with library.database.unit_of_work() as session:
            notifications.mark_mailed(session, found.ids, now=now)
