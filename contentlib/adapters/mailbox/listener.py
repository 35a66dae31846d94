"""A small mail server that takes blind copies, and nothing else."""

import asyncio
from collections.abc import Callable, Sequence
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
    from aiosmtpd.controller import Controller

    controller = Controller(
        _Door(networks, whose, keep),
        hostname=host,
        port=port,
        data_size_limit=max_bytes,
        enable_SMTPUTF8=True,
        ident="contentlib",
        timeout=_TIMEOUT_S,
    )
    try:
        controller.start()
    except OSError as error:
        raise Unavailable(f"Mail cannot be awaited at {host}:{port}: {error.strerror}.") from error
    return controller.stop


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
