"""Letters for tests of reading, each in a few words."""

from email.message import EmailMessage

SHARE = "https://library.acme.example/s/b7k2m9qhx4tz5wAbCdEfGhIjKlMnOpQrSt"
OTHER = "https://library.acme.example/s/zzz2m9qhx4tz5wAbCdEfGhIjKlMnOpQrSt"


def letter(
    text: str = "Hello",
    *,
    html: str | None = None,
    subject: str = "Next steps",
    sender: str = "Rosa Rep <rosa@acme.example>",
    to: str = "Ann Lee <ann@buyer.example>",
    **headers: str,
) -> EmailMessage:
    """A message; further headers by name, `_` for `-`."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Tue, 04 Mar 2025 10:00:00 +0100"
    message["Message-ID"] = "<1@acme.example>"
    for name, value in headers.items():
        key = name.replace("_", "-")
        del message[key]
        message[key] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def raw(head: str, body: str = "Hello\n") -> bytes:
    """Bytes as they came, for what no library would write."""
    return f"{head.strip()}\n\n{body}".encode("utf-8", "surrogateescape")
