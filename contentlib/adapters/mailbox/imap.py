"""Reading a Sent folder on an IMAP server (RFC 3501). Nothing there is changed: the folder is
opened by EXAMINE, messages are fetched by PEEK."""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date

from contentlib.adapters.mailbox.accounts import Account, Marks
from contentlib.errors import DeliveryFailed

_TIMEOUT_S = 30
_A_POLL = 500
_AT_ONCE = 100
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LISTED = re.compile(rb'\((?P<marks>[^)]*)\) (?:NIL|"(?:\\.|[^"\\])*") ?(?P<name>.*)', re.DOTALL)
_SIZE = re.compile(
    rb"UID (?P<uid>\d+).*?RFC822\.SIZE (?P<size>\d+)|"
    rb"RFC822\.SIZE (?P<size2>\d+).*?UID (?P<uid2>\d+)",
    re.DOTALL,
)
# Servers without marks (RFC 6154) name the folder so.
_USUAL_NAMES = (
    "Sent", "Sent Items", "Sent Messages", "Sent Mail", "INBOX.Sent", "INBOX/Sent",
    "INBOX.Sent Items", "INBOX.Sent Messages", "[Gmail]/Sent Mail",
)  # fmt: skip


def new_messages(
    account: Account, marks: Marks, *, since: date, max_bytes: int
) -> Iterator[tuple[int, bytes]]:
    """The messages of the Sent folder that were not taken yet, from that day on, oldest first, as
    (number on the server, bytes); some hundreds at the most, the rest the next time.

    One that is larger than `max_bytes` comes with no bytes. Raises DeliveryFailed; InvalidInput
    where the account's secret cannot be read.
    """
    with _opened(account) as server:
        uid_validity = _examine(server, account)
        last = marks.last_uid(uid_validity)
        # n:* holds the last message even where its number is below n
        uids = sorted(uid for uid in _search(server, last, since) if uid > last)[:_A_POLL]
        for start in range(0, len(uids), _AT_ONCE):
            sizes = _sizes(server, uids[start : start + _AT_ONCE])
            for uid, size in sorted(sizes.items()):
                raw = _fetch(server, uid) if size <= max_bytes else b""
                if raw is not None:
                    yield uid, raw


@contextmanager
def _opened(account: Account) -> Iterator[imaplib.IMAP4]:
    server: imaplib.IMAP4 | None = None
    try:
        server = _connected(account)
        _sign_in(server, account)
        yield server
    except ssl.SSLCertVerificationError as error:
        raise DeliveryFailed(f"{account.host} shows a certificate that proves nothing.") from error
    except (imaplib.IMAP4.abort, OSError) as error:
        raise DeliveryFailed(f"{account.host} does not answer.") from error
    except imaplib.IMAP4.error as error:
        raise DeliveryFailed(f"{account.host} refused what was asked of it.") from error
    finally:
        if server is not None:
            _end(server)


def _connected(account: Account) -> imaplib.IMAP4:
    if account.security != "tls":
        return imaplib.IMAP4(account.host, account.port, timeout=_TIMEOUT_S)
    return imaplib.IMAP4_SSL(
        account.host, account.port, ssl_context=_certified_by(account), timeout=_TIMEOUT_S
    )


def _certified_by(account: Account) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=account.ca_file or None)


def _sign_in(server: imaplib.IMAP4, account: Account) -> None:
    secret = account.secret()
    if account.security == "starttls":
        if "STARTTLS" not in server.capabilities:
            raise DeliveryFailed(f"{account.host} offers no encryption.")
        server.starttls(_certified_by(account))
    try:
        if account.token_file:
            bearer = f"user={account.user}\x01auth=Bearer {secret}\x01\x01".encode()
            server.authenticate("XOAUTH2", lambda _: bearer)
        else:
            server.login(account.user, secret)
    except imaplib.IMAP4.error as error:
        raise DeliveryFailed(f"{account.host} refused the sign-in of {account.user}.") from error


def _end(server: imaplib.IMAP4) -> None:
    with suppress(imaplib.IMAP4.error, OSError):
        server.logout()
    # after a broken connection logging out leaves the socket open
    with suppress(OSError):
        server.shutdown()


def _examine(server: imaplib.IMAP4, account: Account) -> int:
    """Opens the Sent folder for reading; returns its UIDVALIDITY."""
    names = [_encoded(account.folder)] if account.folder else _sent_folders(server)
    for name in names:
        answer, _ = server.select(_quoted(name), readonly=True)
        if answer == "OK":
            _, told = server.response("UIDVALIDITY")
            return int(told[0]) if told and told[0] else 0
    named = account.folder or "marked as the one for sent mail"
    raise DeliveryFailed(f"{account.host} has no folder {named}.")


def _sent_folders(server: imaplib.IMAP4) -> list[str]:
    """The folders marked \\Sent, else those named as such folders usually are."""
    _, lines = server.list()
    marked, names = [], []
    for line in lines:
        whole = b" ".join(line) if isinstance(line, tuple) else line
        found = _LISTED.match(whole) if isinstance(whole, bytes) else None
        if found is None:
            continue
        name = _unquoted(found["name"])
        names.append(name)
        if b"\\sent" in found["marks"].lower().split():
            marked.append(name)
    return marked or [usual for usual in _USUAL_NAMES if usual in names]


def _search(server: imaplib.IMAP4, last: int, since: date) -> list[int]:
    day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    _, told = server.uid("SEARCH", "UID", f"{last + 1}:*", "SINCE", day)
    return [int(uid) for line in told if line for uid in line.split()]


def _sizes(server: imaplib.IMAP4, uids: Sequence[int]) -> dict[int, int]:
    wanted = ",".join(str(uid) for uid in uids)
    _, told = server.uid("FETCH", wanted, "(UID RFC822.SIZE)")
    found = (_SIZE.search(line) for line in told if isinstance(line, bytes))
    sizes = {
        int(match["uid"] or match["uid2"]): int(match["size"] or match["size2"])
        for match in found
        if match is not None
    }
    return {uid: size for uid, size in sizes.items() if uid in set(uids)}


def _fetch(server: imaplib.IMAP4, uid: int) -> bytes | None:
    """The message; None where it is gone meanwhile."""
    _, told = server.uid("FETCH", str(uid), "(UID BODY.PEEK[])")
    return next((part[1] for part in told if isinstance(part, tuple)), None)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(name: bytes) -> str:
    text = name.decode("ascii", "replace").strip()
    # a name that came as a literal stands behind its length
    text = re.sub(r"^\{\d+\}\s*", "", text)
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _encoded(name: str) -> str:
    """A folder's name as servers write it (RFC 3501, 5.1.3).

    >>> _encoded("Envoyés & lus")
    'Envoy&AOk-s &- lus'
    """

    def shifted(match: re.Match[str]) -> str:
        coded = base64.b64encode(match.group().encode("utf-16-be")).decode().rstrip("=")
        return f"&{coded.replace('/', ',')}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, name.replace("&", "&-"))
