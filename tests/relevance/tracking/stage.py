"""Visits as they arrive (addresses, user agents, headers, beats) and the sittings they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from contentlib.engagement.machines import ListedRange, NetworkTable, agent_of, listed_ranges
from contentlib.engagement.rules import prefetch_headers
from contentlib.engagement.sitting import HitSeen, PageSeen, Sent, Sitting

SENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = 1.0, 60.0, 3600.0, 86400.0

HOME = "203.0.113.77"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)

Truth = Literal["person", "machine", "colleague"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, `at` seconds after the message left."""

    at: float
    page: int = 1
    method: str = "GET"
    kind: str = "page"
    asset: int = 1
    address: str = HOME
    agent: str = CHROME
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a page told of itself, `at` seconds after the message left."""

    at: float
    page: int
    seconds: float
    touched: bool = False
    webdriver: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """One visit, who it really was, and the class it must be given.

    `sent` are the moments at which messages with this link left; empty: nobody knows.
    """

    name: str
    truth: Truth
    expected: str
    asked: tuple[Asked, ...] = ()
    told: tuple[Told, ...] = ()
    sent: tuple[float, ...] = (0.0,)
    evidence: str = "mail_confirmed"
    other_links: tuple[float, ...] = ()
    verified: bool = False
    by_colleague: bool = False
    marked: tuple[ListedRange, ...] = ()


def fetch(at: float, *, agent: str = CHROME, address: str = HOME, **more: object) -> Asked:
    """One request, as programs make it: no page tells anything afterwards."""
    return replace(Asked(at, agent=agent, address=address), **more)  # type: ignore[arg-type]


def reading(
    *seconds: float,
    at: float,
    agent: str = CHROME,
    address: str = HOME,
    touched: bool = True,
    webdriver: bool = False,
    headers: Mapping[str, str] | None = None,
) -> tuple[tuple[Asked, ...], tuple[Told, ...]]:
    """Pages read one after the other, each for so many seconds: its requests and its beats."""
    asked, told, now = [], [], at
    for page, stays in enumerate(seconds, start=1):
        asked.append(Asked(now, page, agent=agent, address=address, headers=headers or {}))
        told.append(Told(now + 1, page, stays, touched, webdriver))
        now += stays
    return tuple(asked), tuple(told)


def person(name: str, read: tuple[tuple[Asked, ...], tuple[Told, ...]], **more: object) -> Scenario:
    """A reader who must count."""
    known = Scenario(name, "person", "human", *read)
    return replace(known, **more)  # type: ignore[arg-type]


def machine(name: str, *asked: Asked, told: tuple[Told, ...] = (), **more: object) -> Scenario:
    """A program that must be known for one."""
    known = Scenario(name, "machine", "machine", asked, told)
    return replace(known, **more)  # type: ignore[arg-type]


def sitting_of(scenario: Scenario) -> Sitting:
    """The sitting as it is made of requests and beats: with the real look-ups of the product."""
    networks = NetworkTable(listed_ranges(), scenario.marked)
    hits = tuple(
        HitSeen(
            at=_moment(asked.at),
            method=asked.method,
            kind=asked.kind,
            page=asked.page,
            version_id=asked.asset,
            agent=agent_of(asked.agent),
            network=networks.of(asked.address),
            is_prefetch=bool(prefetch_headers(asked.headers)),
            referrer_origin=asked.headers.get("Referer"),
        )
        for asked in scenario.asked
    )
    pages = tuple(
        PageSeen(
            at=_moment(told.at),
            page=told.page,
            attention_ms=int(told.seconds * 1000),
            trusted_input=told.touched,
            webdriver=told.webdriver,
        )
        for told in scenario.told
    )
    return Sitting(
        hits=hits,
        pages=pages,
        sends=tuple(Sent(_moment(at), scenario.evidence) for at in scenario.sent),
        other_links_at=tuple(_moment(at) for at in scenario.other_links),
        verified=scenario.verified,
        by_colleague=scenario.by_colleague,
    )


def _moment(seconds: float) -> datetime:
    return SENT + timedelta(seconds=seconds)
