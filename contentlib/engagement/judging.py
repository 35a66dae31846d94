"""Was it a person? The class of a visit, from all that is known of it. Pure.

`RULES` is the whole judgement: it is read from the top, and the first rule that holds decides.
Whether a judgement is final is for the caller to know: a sitting that goes on is judged again,
and a reader who touches the page later is no longer taken for a scanner that came early.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from contentlib.engagement.sitting import AgentKind, Sitting

RULE_VERSION = 2

# A gateway opens what it scans while the message is being delivered; one that renders pages for
# its readers (browser isolation) may take its time.
SCANNED_WITHIN = timedelta(seconds=30)
GATEWAY_SCANS_WITHIN = timedelta(minutes=10)
LINKS_TOGETHER_WITHIN = timedelta(seconds=5)
READS_A_PAGE_FOR = timedelta(seconds=2)

CLICK_REDIRECTORS = (
    ".safelinks.protection.outlook.com",
    "://urldefense.com",
    ".urldefense.com",
    "://urldefense.proofpoint.com",
    ".mimecastprotect.com",
)

VisitorClass = Literal["verified", "human", "unclear", "machine", "colleague"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A named ground of a judgement and the sentence for the rep."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The class of a visit, the rule that decided, and its grounds.

    `pasted_into` names the service that fetched a preview: no view, but news.
    """

    visitor_class: VisitorClass
    rule: str
    reasons: tuple[Reason, ...]
    pasted_into: str | None = None


# --- signals: one alone makes a visit unclear, two make it a machine's ------------------------


def _automated(sitting: Sitting) -> str | None:
    is_driven = any(page.webdriver for page in sitting.pages)
    is_headless = any(hit.agent.kind == "headless" for hit in sitting.hits)
    return "The browser says that a program drives it." if is_driven or is_headless else None


def _gateway_network(sitting: Sitting) -> str | None:
    """Browser isolation carries real clicks: a hand on the page after the scans clears it."""
    for page in sitting.confirmed:
        since = sitting.since_sent(page.at)
        if page.trusted_input and since is not None and since >= GATEWAY_SCANS_WITHIN:
            return None
    name = sitting.probable_gateway
    return f"It came from a network of {name}, which checks links in mail." if name else None


def _several_links(sitting: Sitting) -> str | None:
    own = [hit.at for hit in sitting.hits]
    together = any(
        abs(at - other) <= LINKS_TOGETHER_WITHIN for at in own for other in sitting.other_links_at
    )
    return "Several links of one message were opened within seconds." if together else None


def _impossible_timing(sitting: Sitting) -> str | None:
    """Turning pages in the viewer is a request each, so requests tell the pace, beats do not:
    one beat may report several pages."""
    opened = sitting.openings
    pages = {(hit.version_id, hit.page) for hit in sitting.hits if hit.opens}
    if len(pages) >= 3 and opened[-1] - opened[0] <= timedelta(seconds=1):
        return f"{len(pages)} pages were opened within one second."
    gaps = [later - earlier for earlier, later in pairwise(opened)]
    # a key held down turns pages evenly too, but far faster
    is_slow = len(gaps) >= 4 and min(gaps) >= timedelta(milliseconds=500)
    if is_slow and max(gaps) - min(gaps) <= timedelta(milliseconds=100):
        return "The pages were opened at even intervals, as a program does."
    return None


def _untouched(sitting: Sitting) -> str | None:
    if sitting.is_engaged or _without_script(sitting):
        return None
    return "Nobody touched the page or stayed for five seconds."


SIGNALS: tuple[tuple[str, Callable[[Sitting], str | None]], ...] = (
    ("automated", _automated),
    ("gateway_network", _gateway_network),
    ("several_links", _several_links),
    ("impossible_timing", _impossible_timing),
    ("untouched", _untouched),
)


def signals(sitting: Sitting) -> tuple[Reason, ...]:
    """The signals that speak against a person, in the order of the table."""
    told = ((name, sign(sitting)) for name, sign in SIGNALS)
    return tuple(Reason(name, sentence) for name, sentence in told if sentence)


# --- rules ------------------------------------------------------------------------------------


def _colleague(sitting: Sitting) -> str | None:
    return "A colleague: signed in, or in one of our networks." if sitting.by_colleague else None


def _verified(sitting: Sitting) -> str | None:
    return "The reader entered the code that was mailed to them." if sitting.verified else None


def _unfurler(sitting: Sitting) -> str | None:
    name = _agent_named(sitting, "unfurler")
    return f"{name} fetched a preview: your link was pasted there." if name else None


def _machine_agent(sitting: Sitting) -> str | None:
    name = _agent_named(sitting, "machine")
    return f"The program that asked is no browser: {name}." if name else None


def _nameless(sitting: Sitting) -> str | None:
    is_nameless = any(hit.agent.kind == "none" for hit in sitting.hits)
    return "The program that asked gave no name; browsers do." if is_nameless else None


def _scanner_network(sitting: Sitting) -> str | None:
    names = {hit.network.name for hit in sitting.hits if hit.network.certainty == "certain"}
    name = min(names, default=None)
    return f"It came from {name}: programs ask from there, not people." if name else None


def _only_asked(sitting: Sitting) -> str | None:
    """Nothing confirmed besides: a page rendered ahead of the click has no other request."""
    if sitting.confirmed or not sitting.hits or not all(hit.only_asks for hit in sitting.hits):
        return None
    return "The page was fetched ahead or only asked after, never opened."


def _too_soon(sitting: Sitting) -> str | None:
    if not sitting.confirmed or sitting.is_touched:
        return None
    since = sitting.since_sent(sitting.confirmed[0].at)
    window = GATEWAY_SCANS_WITHIN if sitting.probable_gateway else SCANNED_WITHIN
    if since is None or since >= window:
        return None
    whole = max(0, round(since.total_seconds()))
    return f"It was opened {whole} s after the message left, and nobody touched the page."


def _without_script(sitting: Sitting) -> str | None:
    gaps = [later - earlier for earlier, later in pairwise(sitting.openings)]
    if sitting.confirmed or not gaps or min(gaps) < READS_A_PAGE_FOR:
        return None
    return "The pages were opened one after the other, but the browser runs no script."


def _at_the_gate(sitting: Sitting) -> str | None:
    """A gate shows nothing that one could stay with: silence there speaks against nobody."""
    if sitting.confirmed or not sitting.hits or not all(h.kind == "gate" for h in sitting.hits):
        return None
    return "Somebody was asked for a passcode or an address, and did not go on."


def _engaged(sitting: Sitting) -> str | None:
    if not sitting.confirmed or not sitting.is_engaged:
        return None
    seconds = sum(page.attention_ms for page in sitting.confirmed) // 1000
    pages = len({(page.version_id, page.page) for page in sitting.confirmed})
    touched = ", and used the page" if sitting.is_touched else ""
    clicked = " The link was clicked in a message." if _came_by_a_gateway(sitting) else ""
    return f"Somebody looked at {pages} page{'s' * (pages > 1)} for {seconds} s{touched}.{clicked}"


def _came_by_a_gateway(sitting: Sitting) -> bool:
    """A gateway that rewrote the link sends the reader's own browser on when it is clicked."""
    origins = {hit.referrer_origin for hit in sitting.hits if hit.referrer_origin}
    return any(origin.endswith(CLICK_REDIRECTORS) for origin in origins)


def _not_known(_: Sitting) -> str | None:
    return "Too little is known to say."


def _several_signals(sitting: Sitting) -> str | None:
    return "More than one sign speaks against a person." if len(signals(sitting)) > 1 else None


def _one_signal(sitting: Sitting) -> str | None:
    return "A sign speaks against a person." if signals(sitting) else None


RULES: tuple[tuple[str, VisitorClass, Callable[[Sitting], str | None]], ...] = (
    ("colleague", "colleague", _colleague),
    ("verified", "verified", _verified),
    ("unfurler", "machine", _unfurler),
    ("machine_agent", "machine", _machine_agent),
    ("nameless", "machine", _nameless),
    ("scanner_network", "machine", _scanner_network),
    ("only_asked", "machine", _only_asked),
    ("too_soon", "machine", _too_soon),
    ("several_signals", "machine", _several_signals),
    ("at_the_gate", "unclear", _at_the_gate),
    ("one_signal", "unclear", _one_signal),
    ("engaged", "human", _engaged),
    ("without_script", "unclear", _without_script),
    ("not_known", "unclear", _not_known),
)


def judge(sitting: Sitting) -> Judgement:
    """The class of a visit with its reasons: the first rule that holds, and the signals.

    >>> judge(Sitting(verified=True)).visitor_class
    'verified'
    """
    for name, visitor_class, says in RULES:
        sentence = says(sitting)
        if sentence:
            by_signals = name in ("several_signals", "one_signal")
            reasons = (Reason(name, sentence), *(signals(sitting) if by_signals else ()))
            pasted_into = _agent_named(sitting, "unfurler") if name == "unfurler" else None
            return Judgement(visitor_class, name, reasons, pasted_into)
    raise AssertionError("the last rule holds for any sitting")


def _agent_named(sitting: Sitting, kind: AgentKind) -> str | None:
    return min((hit.agent.name for hit in sitting.hits if hit.agent.kind == kind), default=None)
