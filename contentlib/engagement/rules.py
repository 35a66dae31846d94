"""What of a beat is believed, and who a visitor was. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

RULE_VERSION = 0

# A page counts once it was in the foreground for a second (TRACKING section 1, step 2).
CONFIRMED_MS = 1000

# A beat may lie this much above our own clock: requests queue, clocks round.
_CLOCK_SLACK_MS = 2000

# A viewer left open all day is told nothing more about after this.
VIEW_TOKEN_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class PageAttention:
    """What a viewer claims: this page was looked at for so long since it was loaded."""

    page: int
    attention_ms: int


def believes(pages: tuple[PageAttention, ...], *, loaded_at: datetime, now: datetime) -> bool:
    """Whether the claim fits into the time that passed by our clock.

    Only one page is in the foreground at a time, so the sum over pages is bounded too.
    """
    elapsed_ms = (now - loaded_at) / timedelta(milliseconds=1)
    if any(page.attention_ms < 0 or page.page < 1 for page in pages):
        return False
    return sum(page.attention_ms for page in pages) <= elapsed_ms + _CLOCK_SLACK_MS


def truncated_network(address: str) -> str:
    """The /24 or /48 of an address: the raw one never reaches a disk.

    >>> truncated_network("203.0.113.77")
    '203.0.113.0/24'
    """
    try:
        parsed = ip_address(address.strip().split("%")[0])
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    if mapped is not None:
        parsed = mapped
    bits = 24 if parsed.version == 4 else 48
    return str(ip_network(f"{parsed}/{bits}", strict=False))


def visitor_key(*, salt: bytes, network: str, user_agent: str, share_public_id: str) -> str:
    """Who this may be, for a day and on one share: a keyed hash that no later day can redo."""
    told = "\x1f".join((network, user_agent, share_public_id)).encode("utf-8", "surrogatepass")
    return hmac.new(salt, told, hashlib.sha256).hexdigest()


def prefetch_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers by which a browser says that nobody looks yet."""
    names = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    return {name: headers[name][:100] for name in names if headers.get(name)}


def same_visit(last_at: datetime, at: datetime, *, gap: timedelta) -> bool:
    """Whether something at `at` still belongs to a sitting last heard of at `last_at`."""
    return abs(at - last_at) <= gap


def classify(*, by_colleague: bool) -> tuple[str, tuple[str, ...]]:
    """Class and reasons of a confirmed visit under rule version 0.

    A signed-in colleague is never counted; anybody else whose page confirmed itself is human.
    """
    if by_colleague:
        return "colleague", ("signed in as a colleague",)
    return "human", ("the page confirmed that it was looked at",)


def device_of(user_agent: str) -> str:
    """phone, tablet or computer, for the rep's eyes; a guess from the user agent."""
    told = user_agent.casefold()
    if "ipad" in told or ("android" in told and "mobile" not in told):
        return "tablet"
    if "iphone" in told or "mobile" in told:
        return "phone"
    return "computer"
