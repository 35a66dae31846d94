"""All that is known of one visit, as values: what was asked, what the page told, what was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from contentlib.engagement.rules import CONFIRMED_MS

# The message may be scanned before word of its sending reaches us.
SENDING_IS_TOLD_WITHIN = timedelta(seconds=5)
ENGAGED_MS = 5000

# Of these kinds of evidence the moment is exact; a rep who declares a send says only the day.
EXACT_EVIDENCE = frozenset({"mail_confirmed", "mailbox", "app_mail"})

AgentKind = Literal["browser", "headless", "machine", "unfurler", "none"]
Certainty = Literal["certain", "probable"]


@dataclass(frozen=True, slots=True)
class Agent:
    """What a user agent is; `name` as a rep would say it ("Slack"), empty for a browser."""

    kind: AgentKind = "browser"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """The listed ranges an address lies in: their ids, narrowest first, and what the first is."""

    certainty: Certainty | None = None
    name: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HitSeen:
    """One request of the sitting; `kind` as in `hits`, `is_prefetch` by the request's headers."""

    at: datetime
    method: str = "GET"
    kind: str = "page"
    page: int | None = None
    version_id: int | None = None
    agent: Agent = Agent()
    network: Network = Network()
    is_prefetch: bool = False
    referrer_origin: str | None = None

    @property
    def opens(self) -> bool:
        """Whether a page was really fetched, not only asked after."""
        return self.method == "GET" and self.kind == "page" and not self.is_prefetch

    @property
    def only_asks(self) -> bool:
        return self.method in ("HEAD", "OPTIONS") or self.is_prefetch


@dataclass(frozen=True, slots=True)
class PageSeen:
    """What one page told of itself in this sitting: since when, and for how long it was seen."""

    at: datetime
    page: int
    attention_ms: int
    version_id: int = 0
    trusted_input: bool = False
    webdriver: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """When a message with this link left, and how we know (the evidence of the send)."""

    at: datetime
    evidence: str = "mail_confirmed"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Everything known of one visit, in any order.

    `other_links_at`: when other links of the same message were fetched from the same network
    with the same user agent.
    """

    hits: tuple[HitSeen, ...] = ()
    pages: tuple[PageSeen, ...] = ()
    sends: tuple[Sent, ...] = ()
    other_links_at: tuple[datetime, ...] = ()
    verified: bool = False
    by_colleague: bool = False

    @property
    def confirmed(self) -> tuple[PageSeen, ...]:
        """The pages that stood in the foreground long enough to be seen, in the order of time."""
        seen = (page for page in self.pages if page.attention_ms >= CONFIRMED_MS)
        return tuple(sorted(seen, key=lambda page: (page.at, page.version_id, page.page)))

    @property
    def openings(self) -> tuple[datetime, ...]:
        return tuple(sorted(hit.at for hit in self.hits if hit.opens))

    @property
    def is_touched(self) -> bool:
        return any(page.trusted_input for page in self.confirmed)

    @property
    def is_engaged(self) -> bool:
        pages = {(page.version_id, page.page) for page in self.confirmed}
        attention_ms = sum(page.attention_ms for page in self.confirmed)
        return self.is_touched or len(pages) > 1 or attention_ms >= ENGAGED_MS

    @property
    def probable_gateway(self) -> str:
        """The name of a probable gateway's network that was used, or an empty string."""
        names = {hit.network.name for hit in self.hits if hit.network.certainty == "probable"}
        return min(names, default="")

    def since_sent(self, at: datetime) -> timedelta | None:
        """The time since the last exactly known sending before `at`."""
        before = [
            at - sent.at
            for sent in self.sends
            if sent.evidence in EXACT_EVIDENCE and sent.at <= at + SENDING_IS_TOLD_WITHIN
        ]
        return min(before, default=None)
