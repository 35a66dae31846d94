"""A small mail server that takes blind copies, and nothing else."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from contentlib.errors import Unavailable

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

_TIMEOUT_S = 60
_MOST_RECIPIENTS = 20


def start(
    *,
    host: str,
    port: int,
    networks: Sequence[IPv4Network | IPv6Network],
    max_bytes: int,
    whose: Callable[[str], str | None],
    keep: Callable[[bytes, str], None],
) -> Callable[[], None]:
    """Listens in a thread of its own until what it returns is called.

    `whose` tells for an address whose copies it takes, None for any other: such is refused (550).
    `keep` is given the message and that; only once it has returned is the message confirmed
    (250), and where it raises OSError the sender is to come again (452). Raises Unavailable where
    the port cannot be had.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.create_server((host, port), family=family)
    except OSError as error:
        raise Unavailable(f"Mail cannot be awaited at {host}:{port}: {error.strerror}.") from error
    door = _Door(networks, whose, keep)
    running = _Running(bound, door, max_bytes)
    running.thread.start()
    return running.stop


class _Running:
    """The server in its thread. aiosmtpd's own controller waits five seconds where a port is
    taken, and leaves its loop open."""

    def __init__(self, bound: socket.socket, door: "_Door", max_bytes: int) -> None:
        self._bound = bound
        self._door = door
        self._max_bytes = max_bytes
        self._begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self.thread = threading.Thread(
            target=lambda: asyncio.run(self._serve()), name="blind-copies", daemon=True
        )

    def stop(self) -> None:
        """Ends the server; a message that is on its way is not confirmed."""
        loop, ending = self._begun.result(timeout=_TIMEOUT_S)
        loop.call_soon_threadsafe(ending.set)
        self.thread.join()

    async def _serve(self) -> None:
        from aiosmtpd.smtp import SMTP

        class Patient(SMTP):
            # mail programs write longer lines than the standard's thousand octets
            line_length_limit = 1 << 20

        loop, ending = asyncio.get_running_loop(), asyncio.Event()

        def conversation() -> SMTP:
            return Patient(
                self._door,
                data_size_limit=self._max_bytes,
                enable_SMTPUTF8=True,
                hostname="contentlib",
                ident="contentlib",
                timeout=_TIMEOUT_S,
                loop=loop,
            )

        server = await loop.create_server(conversation, sock=self._bound)
        self._begun.set_result((loop, ending))
        async with server:
            await ending.wait()


class _Door:
    """What aiosmtpd asks at each command; the method names are its own."""

    def __init__(
        self,
        networks: Sequence[IPv4Network | IPv6Network],
        whose: Callable[[str], str | None],
        keep: Callable[[bytes, str], None],
    ) -> None:
        self._networks = tuple(networks)
        self._whose = whose
        self._keep = keep

    async def handle_MAIL(
        self,
        server: "SMTP",
        session: "Session",
        envelope: "Envelope",
        address: str,
        mail_options: list[str],
    ) -> str:
        if not self._is_let_in(session.peer):
            return "550 5.7.1 This server takes no mail from there"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self,
        server: "SMTP",
        session: "Session",
        envelope: "Envelope",
        address: str,
        rcpt_options: list[str],
    ) -> str:
        if self._whose(address) is None:
            return "550 5.1.1 There is no such mailbox here"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "SMTP", session: "Session", envelope: "Envelope") -> str:
        owners = dict.fromkeys(self._whose(address) for address in envelope.rcpt_tos)
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            for owner in owners:
                if owner is not None:
                    # waiting for the disk must not keep other connections waiting
                    await asyncio.to_thread(self._keep, raw, owner)
        except OSError:
            return "452 4.3.1 The message cannot be kept now; come again"
        return "250 2.0.0 The message is kept"

    def _is_let_in(self, peer: Any) -> bool:
        try:
            number = ip_address(str(peer[0]).split("%")[0])
        except (ValueError, TypeError, IndexError):
            return False
        mapped = getattr(number, "ipv4_mapped", None)
        return any((mapped or number) in network for network in self._networks)
