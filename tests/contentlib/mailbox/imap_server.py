"""An IMAP server on a real socket, for the commands that reading a Sent folder needs (RFC 3501).

It keeps what it was told, so that a test can see that nothing was changed.
"""

import base64
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime


@dataclass
class Folder:
    """Messages by their UID; each with the day the server took it."""

    name: str
    marks: str = "\\HasNoChildren"
    uid_validity: int = 1
    messages: dict[int, tuple[date, bytes]] = field(default_factory=dict)


@dataclass
class Mailbox:
    """What the server holds. `fails_after`: the connection breaks after so many messages."""

    user: str = "rosa"
    password: str = 'pass word"1'
    folders: list[Folder] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    fails_after: int | None = None
    fetched: list[int] = field(default_factory=list)


def put(folder: Folder, raw: bytes, *, on: date | None = None) -> int:
    """Adds a message; returns its UID."""
    uid = max(folder.messages, default=10) + 3
    folder.messages[uid] = (on or datetime.now(UTC).date(), raw)
    return uid


@contextmanager
def imap_server(mailbox: Mailbox, *, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serves the mailbox on a free port of this machine for the length of the block."""

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    class Handler(_Conversation):
        held = mailbox
        context = tls

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(timeout=10)


class _Conversation(socketserver.BaseRequestHandler):
    held: Mailbox
    context: ssl.SSLContext | None

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            stream = (
                self.context.wrap_socket(self.request, server_side=True)
                if self.context
                else (self.request)
            )
            with stream.makefile("rwb") as self._wire:
                self._folder: Folder | None = None
                self._is_signed_in = False
                self._say("* OK ready")
                while (line := self._wire.readline()) and self._obey(line.decode().strip()):
                    pass
        except (ConnectionError, ssl.SSLError):
            return

    def _say(self, line: str) -> None:
        self._wire.write(line.encode() + b"\r\n")
        self._wire.flush()

    def _obey(self, line: str) -> bool:
        tag, _, rest = line.partition(" ")
        command, _, arguments = rest.partition(" ")
        if command.upper() == "UID":
            inner, _, arguments = arguments.partition(" ")
            command = f"UID {inner}"
        command = command.upper()
        self.held.said.append(command)
        answer = {
            "CAPABILITY": self._capability,
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
            "LIST": self._list,
            "EXAMINE": self._examine,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "LOGOUT": lambda _: "OK bye",
        }.get(command, lambda _: "BAD unknown")(arguments)
        if not answer:
            return False
        self._say(f"{tag} {answer}")
        return command != "LOGOUT"

    def _capability(self, _: str) -> str:
        self._say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2")
        return "OK done"

    def _login(self, arguments: str) -> str:
        escaped = self.held.password.replace("\\", "\\\\").replace('"', '\\"')
        known = (f'{self.held.user} "{escaped}"', f'"{self.held.user}" "{escaped}"')
        self._is_signed_in = arguments in known
        return "OK signed in" if self._is_signed_in else "NO wrong user or password"

    def _authenticate(self, arguments: str) -> str:
        self._say("+ ")
        told = base64.b64decode(self._wire.readline()).decode()
        wanted = f"user={self.held.user}\x01auth=Bearer {self.held.password}\x01\x01"
        self._is_signed_in = arguments == "XOAUTH2" and told == wanted
        return "OK signed in" if self._is_signed_in else "NO wrong token"

    def _list(self, _: str) -> str:
        for folder in self.held.folders:
            self._say(f'* LIST ({folder.marks}) "/" "{folder.name}"')
        return "OK done" if self._is_signed_in else "NO sign in"

    def _examine(self, arguments: str) -> str:
        name = arguments.strip('"').replace('\\"', '"').replace("\\\\", "\\")
        found = [folder for folder in self.held.folders if folder.name == name]
        if not found or not self._is_signed_in:
            return "NO no such folder"
        self._folder = found[0]
        self._say(f"* {len(self._folder.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self._folder.uid_validity}] valid")
        return "OK [READ-ONLY] done"

    def _messages(self) -> dict[int, tuple[date, bytes]]:
        assert self._folder is not None
        return self._folder.messages

    def _search(self, arguments: str) -> str:
        found = re.fullmatch(r"UID (\d+):\* SINCE (\d+-[A-Z][a-z]{2}-\d{4})", arguments)
        if found is None:
            return "BAD not understood"
        least = int(found[1])
        since = datetime.strptime(found[2], "%d-%b-%Y").replace(tzinfo=UTC).date()
        held = self._messages()
        # "*" is the last message, and a range has no direction: n:* is never empty
        wanted = {uid for uid in held if uid >= least} | {max(held, default=0)}
        hits = [str(uid) for uid in sorted(wanted) if uid in held and held[uid][0] >= since]
        self._say(" ".join(["* SEARCH", *hits]))
        return "OK done"

    def _fetch(self, arguments: str) -> str:
        uids, _, wanted = arguments.partition(" ")
        for number, uid in enumerate((int(each) for each in uids.split(",")), start=1):
            if uid not in self._messages():
                continue
            _, raw = self._messages()[uid]
            if wanted == "(UID RFC822.SIZE)":
                self._say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            elif wanted == "(UID BODY.PEEK[])":
                if len(self.held.fetched) == self.held.fails_after:
                    return ""
                self.held.fetched.append(uid)
                self._wire.write(f"* {number} FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode())
                self._wire.write(raw)
                self._say(")")
            else:
                return "BAD not understood"
        return "OK done"
