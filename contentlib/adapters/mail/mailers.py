"""Mail through a server, or into a folder for trying things out."""

import mailbox
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from contentlib.errors import DeliveryFailed, InvalidInput
from contentlib.ports import Mailer

_TIMEOUT_S = 30


class SmtpMailer:
    """Hands mail to an SMTP server: `smtp` with STARTTLS where offered, `smtps` with TLS."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "localhost"
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            refused = ", ".join(error.recipients)
            raise DeliveryFailed(
                f"The mail server refused the recipients {refused}.", permanent=True
            ) from error
        except smtplib.SMTPResponseException as error:
            permanent = 500 <= error.smtp_code < 600
            raise DeliveryFailed(
                f"The mail server answered {error.smtp_code}.", permanent=permanent
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed("The mail server cannot be reached.") from error

    def _connected(self) -> smtplib.SMTP:
        if self._tls:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=_TIMEOUT_S, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
        if self._user is not None:
            server.login(self._user, self._password)
        return server


class MaildirMailer:
    """Puts mail into a maildir folder: for the demo, and for looking at what would be sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            mailbox.Maildir(self._folder, create=True).add(message)
        except OSError as error:
            raise DeliveryFailed(f"The mail folder cannot be written: {error}.") from error


def open_mailer(url: str) -> Mailer | None:
    """The mailer of a `mail_url` setting; None for an empty one. Raises InvalidInput."""
    if not url:
        return None
    scheme = urlsplit(url).scheme
    if scheme in ("smtp", "smtps"):
        return SmtpMailer(url)
    if scheme == "maildir":
        return MaildirMailer(Path(unquote(url.removeprefix("maildir:").removeprefix("//"))))
    raise InvalidInput(
        "CONTENTLIB_MAIL_URL must begin with smtp://, smtps:// or maildir:.", {"mail_url": scheme}
    )
