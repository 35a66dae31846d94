"""Who asks, as far as we let ourselves know: a truncated network, a key of the day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from flask import session as cookie
from sqlalchemy.orm import Session

from contentlib.engagement import rules
from contentlib.engagement import service as engagement
from contentlib.engagement.machines import NetworkTable, listed_ranges
from contentlib.library import Library
from contentlib.workspace.queries import own_networks
from contentlib.workspace.rules import holds


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request says of its sender; the whole address stays in memory and goes nowhere."""

    key: str
    network: str
    user_agent: str
    by_colleague: bool
    referrer_origin: str | None
    prefetch: dict[str, str]
    network_ids: tuple[str, ...] = ()
    is_private: bool = False

    @property
    def device(self) -> str:
        return rules.device_of(self.user_agent)

    def hit(self) -> dict[str, Any]:
        """What each hit of this request carries."""
        return {
            "method": request.method,
            "user_agent": self.user_agent,
            "network": self.network,
            "visitor_key": self.key,
            "by_colleague": self.by_colleague,
            "referrer_origin": self.referrer_origin,
            "prefetch": self.prefetch,
            "network_ids": self.network_ids,
            "is_private": self.is_private,
        }


def visitor(library: Library, session: Session, share_public_id: str, *, now: datetime) -> Visitor:
    """The visitor of a share. One statement, and one more where a day begins."""
    address = request.remote_addr or ""
    network = rules.truncated_network(address)
    user_agent = request.headers.get("User-Agent", "")[:500]
    return Visitor(
        key=rules.visitor_key(
            salt=_salt(library, now),
            network=network,
            user_agent=user_agent,
            share_public_id=share_public_id,
        ),
        network=network,
        user_agent=user_agent,
        by_colleague=_is_signed_in() or holds(own_networks(session), address),
        referrer_origin=_origin(request.referrer),
        prefetch=rules.prefetch_headers(dict(request.headers)),
        # asked while the whole address is at hand: what is kept of it fits no narrower range
        network_ids=_listed().of(address).ids,
    )


def _listed() -> NetworkTable:
    known: NetworkTable | None = current_app.extensions.get("listed_networks")
    if known is None:
        known = current_app.extensions["listed_networks"] = NetworkTable(listed_ranges())
    return known


def _is_signed_in() -> bool:
    """The members' own cookie, where this browser has one: the viewer sets none and needs none.

    It is read, not loaded: whether the member is still active does not make them a buyer.
    """
    return "_user_id" in cookie


def _origin(referrer: str | None) -> str | None:
    try:
        parts = urlsplit(referrer or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname}"[:300]


def _salt(library: Library, now: datetime) -> bytes:
    day = now.date()
    known: tuple[Any, bytes] | None = current_app.extensions.get("visitor_salt")
    if known is None or known[0] != day:
        # its own short unit of work: the request itself only reads
        with library.database.unit_of_work() as writing:
            known = (day, engagement.salt_of_day(writing, now=now))
        current_app.extensions["visitor_salt"] = known
    return known[1]
