"""What of a beat is believed, and who a visitor was. Pure."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

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


def asks_not_to_be_followed(headers: Mapping[str, str]) -> bool:
    """Whether the browser says so: Global Privacy Control, or Do Not Track.

    >>> asks_not_to_be_followed({"DNT": "1"}), asks_not_to_be_followed({"Sec-GPC": "0"})
    (True, False)
    """
    told = {name.casefold(): value.strip() for name, value in headers.items()}
    return told.get("sec-gpc") == "1" or told.get("dnt") == "1"


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of `beats` as the folding sees it; `elapsed_ms` since the page was loaded."""

    at: datetime
    ordinal: int
    page: int
    attention_ms: int
    elapsed_ms: int | None = None


def attention_gained(claims: Iterable[Claim]) -> dict[Claim, int]:
    """What each claim of one loading adds to what was known before it, in ms.

    Claims are cumulative, so a lost beat loses nothing, a repeated one adds nothing, and a
    reader who comes back after an hour is given only the new part in the new visit. One page
    is in the foreground at a time: all gains together never exceed the time since the loading
    by our clock (and its slack), whatever the pages claim in separate beats.
    """
    known: dict[int, int] = {}
    spent = 0
    gained: dict[Claim, int] = {}
    for claim in sorted(claims, key=lambda c: (c.at, c.ordinal, c.page, c.attention_ms)):
        gain = max(0, claim.attention_ms - known.get(claim.page, 0))
        if claim.elapsed_ms is not None:
            gain = min(gain, max(0, claim.elapsed_ms + _CLOCK_SLACK_MS - spent))
        known[claim.page] = known.get(claim.page, 0) + gain
        spent += gain
        gained[claim] = gained.get(claim, 0) + gain
    return gained


@dataclass(frozen=True, slots=True)
class Sign:
    """That somebody was there: who it may have been, in which loading of the viewer, when.

    `visit_id` is the visit that it is known to belong to.
    """

    visitor_key: str
    view_key: str | None
    at: datetime
    visit_id: int | None = None


def sittings(signs: Sequence[Sign], *, gap: timedelta) -> list[int]:
    """For each sign the number of its sitting, numbered in the order of time.

    Two signs belong together when visitor or loading is the same and at most `gap` lies between
    them, or when they were found to be of one visit before, and so does whatever a chain of such
    pairs joins. Stated like this the sittings do not depend on the order in which signs arrive.
    """
    parent = list(range(len(signs)))

    def root(of: int) -> int:
        while parent[of] != of:
            parent[of] = parent[parent[of]]
            of = parent[of]
        return of

    latest: dict[tuple[str, str | int], int] = {}
    in_time = sorted(range(len(signs)), key=lambda i: signs[i].at)
    for i in in_time:
        sign = signs[i]
        keys: list[tuple[str, str | int | None]] = [
            ("visitor", sign.visitor_key),
            ("loading", sign.view_key),
            ("visit", sign.visit_id),
        ]
        for kind, key in keys:
            if key is None:
                continue
            before = latest.get((kind, key))
            is_near = before is not None and sign.at - signs[before].at <= gap
            if before is not None and (is_near or kind == "visit"):
                parent[root(i)] = root(before)
            latest[kind, key] = i
    numbers: dict[int, int] = {}
    for i in in_time:
        numbers.setdefault(root(i), len(numbers))
    return [numbers[root(i)] for i in range(len(signs))]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time on one share."""

    share_id: int
    first: datetime
    last: datetime


def spans(moments: Iterable[tuple[int, datetime]], *, gap: timedelta) -> list[Span]:
    """The stretches in which something happened on each share, `gap` or less between neighbours.

    What comes late, days after its time, makes a stretch of its own: nothing in between is
    looked through for its sake.
    """
    found: list[Span] = []
    for share_id, at in sorted(moments):
        last = found[-1] if found else None
        if last is not None and last.share_id == share_id and at - last.last <= gap:
            found[-1] = Span(share_id, last.first, at)
        else:
            found.append(Span(share_id, at, at))
    return found


def device_of(user_agent: str) -> str:
    """phone, tablet or computer, for the rep's eyes; a guess from the user agent."""
    told = user_agent.casefold()
    if "ipad" in told or ("android" in told and "mobile" not in told):
        return "tablet"
    if "iphone" in told or "mobile" in told:
        return "phone"
    return "computer"
