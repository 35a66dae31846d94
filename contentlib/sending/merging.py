"""Which reports speak of one message, and what sends follow from them. Pure.

METRICS: one send = one rep x one asset x one message, with the strongest evidence for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Strongest first (METRICS, "Send evidence"); `inferred` is derived and stands before `declared`.
EVIDENCE_ORDER = ("mail_confirmed", "mailbox", "app_mail", "crm", "inferred", "declared")

# Two sources date one message by different clocks: the mail server's and the sender's. Measured
# differences are seconds; a laptop that was never set right is minutes off.
SAME_MOMENT = timedelta(minutes=15)
# A declaration dates nothing: what is seen later of the same link or file is what was declared.
DECLARED_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """An asset in a report."""

    asset_id: int
    version_id: int
    channel: str
    method: str
    share_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReportSeen:
    """A report as merging looks at it. `domains` are the recipients' outside."""

    source: str
    evidence: str
    message_key: str
    at: datetime
    domains: frozenset[str]
    items: tuple[ItemSeen, ...]
    opportunity_id: int | None = None
    surface: str = ""

    @property
    def is_seen(self) -> bool:
        """Whether somebody saw the message, and did not just say that there was one."""
        return self.evidence != "declared"


@dataclass(frozen=True, slots=True)
class Corrected:
    """What the sender said of a message (`asset_id` None) or of one asset in it."""

    kind: str
    asset_id: int | None
    at: datetime
    opportunity_id: int | None = None


@dataclass(frozen=True, slots=True)
class SendMade:
    """A send as it follows from reports and corrections."""

    asset_id: int
    version_id: int
    share_id: int | None
    opportunity_id: int | None
    channel: str
    evidence: str
    method: str
    domains: tuple[str, ...]
    at: datetime


def strength(evidence: str) -> int:
    """The place in the order of METRICS; the less, the stronger."""
    return EVIDENCE_ORDER.index(evidence)


def messages_meant(report: ReportSeen, others: Iterable[ReportSeen]) -> tuple[str, ...]:
    """The keys of messages already known that the report speaks of, the surest first.

    A source tells of each of its messages once, so two reports of one source are two messages.
    Usually none or one; two where a declaration and a sighting of the same message meet in it.
    """
    told: dict[str, list[ReportSeen]] = {}
    for other in others:
        told.setdefault(other.message_key, []).append(other)
    fitting = {
        key: min(_distance(report, known) for known in reports)
        for key, reports in told.items()
        if any(_is_of_one_message(report, known) for known in reports)
        and not any(_tells_of_another(report, known) for known in reports)
    }
    nearest = sorted(fitting, key=lambda key: (fitting[key], key))
    seen = [key for key in nearest if any(known.is_seen for known in told[key])]
    declared = [key for key in nearest if key not in seen]
    return (*seen[:1], *declared)


def _tells_of_another(report: ReportSeen, known: ReportSeen) -> bool:
    return known.source == report.source and known.is_seen and report.is_seen


def _distance(report: ReportSeen, known: ReportSeen) -> timedelta:
    return abs(report.at - known.at)


def _is_of_one_message(report: ReportSeen, known: ReportSeen) -> bool:
    if not _has_common_item(report, known) or not _may_be_to_the_same(report, known):
        return False
    if report.is_seen and known.is_seen:
        return _distance(report, known) <= SAME_MOMENT
    earlier, later = sorted((report, known), key=lambda each: each.at)
    if not earlier.is_seen:
        return later.at - earlier.at <= DECLARED_AHEAD
    # declared after it was seen: the declaration says nothing new
    return _has_common_link(report, known) or later.at - earlier.at <= SAME_MOMENT


def _has_common_item(report: ReportSeen, known: ReportSeen) -> bool:
    if _has_common_link(report, known):
        return True
    # the same asset by another link is another message, or another link in it
    ours, theirs = _unlinked(report), _unlinked(known)
    return bool(ours & theirs)


def _has_common_link(report: ReportSeen, known: ReportSeen) -> bool:
    links = {item.share_id for item in report.items if item.share_id is not None}
    return any(item.share_id in links for item in known.items)


def _unlinked(report: ReportSeen) -> set[tuple[int, str]]:
    return {(item.asset_id, item.channel) for item in report.items if item.share_id is None}


def _may_be_to_the_same(report: ReportSeen, known: ReportSeen) -> bool:
    """A source that does not know the recipients contradicts nobody."""
    return not report.domains or not known.domains or bool(report.domains & known.domains)


def sends_of(
    reports: Sequence[ReportSeen], corrections: Sequence[Corrected]
) -> Mapping[int, SendMade]:
    """asset id -> its send, for the reports of one message. Without those said not to be.

    Each asset has the strongest evidence of it; link, version and way are of the report with
    that, and among equals of the earliest. Domains are all that were told of; the deal is the
    one the sender named, else the strongest report's that knows one.
    """
    by_strength = sorted(reports, key=lambda report: (strength(report.evidence), report.at))
    told = [(report, item) for report in by_strength for item in report.items]
    domains = tuple(sorted(frozenset().union(*(report.domains for report in reports))))
    deal = next((r.opportunity_id for r in by_strength if r.opportunity_id is not None), None)
    in_time = sorted(corrections, key=lambda correction: correction.at)
    made: dict[int, SendMade] = {}
    for report, item in told:
        if item.asset_id in made or _is_denied(item.asset_id, in_time):
            continue
        made[item.asset_id] = SendMade(
            asset_id=item.asset_id,
            version_id=item.version_id,
            share_id=_link_of(item, told),
            opportunity_id=_deal_named(in_time, deal),
            channel=item.channel,
            evidence=report.evidence,
            method=item.method,
            domains=domains,
            at=report.at,
        )
    return made


def _link_of(item: ItemSeen, told: Iterable[tuple[ReportSeen, ItemSeen]]) -> int | None:
    links = (t.share_id for _, t in told if t.asset_id == item.asset_id and t.share_id is not None)
    return item.share_id if item.share_id is not None else next(links, None)


def _is_denied(asset_id: int, in_time: Iterable[Corrected]) -> bool:
    denied = False
    for correction in in_time:
        if correction.asset_id in (None, asset_id) and correction.kind != "of_deal":
            denied = correction.kind == "not_sent"
    return denied


def _deal_named(in_time: Iterable[Corrected], told: int | None) -> int | None:
    for correction in in_time:
        if correction.kind == "of_deal":
            told = correction.opportunity_id
    return told
