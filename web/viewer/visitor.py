"""Who asks, as far as we let ourselves know: a truncated network, a key of the day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request
from flask import session as cookie
from sqlalchemy.orm import Session

from contentlib.engagement import rules
from contentlib.engagement.networks import is_office, networks_now
from contentlib.library import Library
from web.viewer.visitor_keys import VisitorKeys


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request says of its sender; the whole address stays in memory and goes nowhere.

    `by_colleague` is a member who is signed in; `network_ids` name the listed ranges and the own
    offices that the address lies in. `is_private`: the browser asks that nobody be followed.
    """

    key: str
    network: str
    user_agent: str
    by_colleague: bool
    referrer_origin: str | None
    prefetch: dict[str, str]
    network_ids: tuple[str, ...] = ()
    is_private: bool = False

    @property
    def offices(self) -> list[str]:
        """The own offices among the networks."""
        return [known for known in self.network_ids if is_office(known)]

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
    """The visitor of a share. One statement, and up to two more about midnight."""
    address = request.remote_addr or ""
    network = rules.truncated_network(address)
    user_agent = request.headers.get("User-Agent", "")[:500]
    return Visitor(
        key=_keys().key_of(
            library,
            session,
            network=network,
            user_agent=user_agent,
            share_public_id=share_public_id,
            now=now,
        ),
        network=network,
        user_agent=user_agent,
        by_colleague=_is_signed_in(),
        referrer_origin=_origin(request.referrer),
        prefetch=rules.prefetch_headers(dict(request.headers)),
        # asked while the whole address is at hand: what is kept of it fits no narrower range
        network_ids=networks_now(session).ids_of(address),
        is_private=rules.asks_not_to_be_followed(dict(request.headers)),
    )


def _keys() -> VisitorKeys:
    keys: VisitorKeys = current_app.extensions.setdefault("visitor_keys", VisitorKeys())
    return keys


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
