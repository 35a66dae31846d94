"""The unused report: eligible assets that were not sent, each with its cause."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.insight import events
from contentlib.insight.unused import rules
from contentlib.insight.window import Window
from contentlib.usage.models import Impression, Opening


@dataclass(frozen=True, slots=True)
class UnusedRow:
    """An unused asset with the evidence for its cause."""

    line: AssetLine
    cause: rules.Cause
    impressions: int
    opens: int
    takings: int
    declared: int
    production_cost: Decimal | None
    days_published: int

    @property
    def suggestion(self) -> str:
        return rules.SUGGESTIONS[self.cause]


@dataclass(frozen=True, slots=True)
class UnusedReport:
    """All that the page, the export and the API say about unused assets."""

    window: Window
    thresholds: rules.Thresholds
    eligible: int
    not_yet_eligible: int
    rows: tuple[UnusedRow, ...]
    unused_even_with_declared: int
    internal_eligible: int
    internal_rows: tuple[UnusedRow, ...]
    reps_in_scope: int
    reps_reporting: int

    @property
    def share(self) -> float | None:
        """Unused / eligible; None when nothing is eligible."""
        return len(self.rows) / self.eligible if self.eligible else None

    @property
    def by_cause(self) -> dict[str, int]:
        found = dict.fromkeys(rules.SUGGESTIONS, 0)
        for row in self.rows:
            found[row.cause] += 1
        return found

    @property
    def spend_by_cause(self) -> dict[str, Decimal]:
        """Sum of the known production costs of the unused, cause by cause."""
        found = dict.fromkeys(rules.SUGGESTIONS, Decimal(0))
        for row in self.rows:
            found[row.cause] += row.production_cost or 0
        return found

    @property
    def wasted_spend(self) -> tuple[Decimal, int]:
        """Sum of known production costs of unused assets, and how many have none."""
        known = [r.production_cost for r in self.rows if r.production_cost is not None]
        return sum(known, Decimal(0)), len(self.rows) - len(known)

    @property
    def send_coverage(self) -> float | None:
        """Reps whose extension or mailbox reported / reps in scope; None without reps."""
        return self.reps_reporting / self.reps_in_scope if self.reps_in_scope else None


def unused(
    session: Session,
    *,
    window: Window,
    today: date,
    thresholds: rules.Thresholds,
    eligible_days: int,
) -> UnusedReport:
    """Unused = eligible sendable assets with no send of evidence `inferred` or better / eligible.

    Eligible: published for at least `eligible_days` days of the window. All usage is by reps.
    The causes partition the unused. Beside it the same with `declared` sends counted. Internal
    assets are used when at least 3 reps opened or took them; they stand in a table of their own.

    Seventeen statements, whatever the number of assets.
    """
    published = events.days_published(session, window)
    old_enough = {i for i, days in published.items() if days >= eligible_days}
    alive = select(Asset.id, Asset.audience, Asset.production_cost).where(
        Asset.state == "published"
    )
    assets = {row.id: row for row in session.execute(alive)}
    eligible = {i for i, row in assets.items() if i in old_enough and row.audience == "external"}
    internal = {i for i, row in assets.items() if i in old_enough and row.audience == "internal"}
    sends = events.sends_by_evidence(session, window)
    unused_ids = {i for i in eligible if _sends(sends.get(i, {}), declared=False) == 0}
    users = events.internal_users(session, window)
    unused_internal = {i for i in internal if users.get(i, 0) < 3}
    evidence = _evidence(session, window, unused_ids | unused_internal)
    lines = lines_by_id(session, sorted(unused_ids | unused_internal), today=today)

    def row(asset_id: int) -> UnusedRow:
        seen = evidence[asset_id]
        return UnusedRow(
            line=lines[asset_id],
            cause=rules.cause(seen, thresholds),
            impressions=seen.impressions,
            opens=seen.opens,
            takings=seen.takings,
            declared=sends.get(asset_id, {}).get("declared", 0),
            production_cost=assets[asset_id].production_cost,
            days_published=round(published[asset_id]),
        )

    scope = events.reps_in_scope(session, window)
    return UnusedReport(
        window=window,
        thresholds=thresholds,
        eligible=len(eligible),
        not_yet_eligible=sum(
            1 for i, a in assets.items() if a.audience == "external" and i not in old_enough
        ),
        rows=_ordered([row(i) for i in unused_ids]),
        unused_even_with_declared=sum(
            1 for i in unused_ids if not _sends(sends.get(i, {}), declared=True)
        ),
        internal_eligible=len(internal),
        internal_rows=_ordered([row(i) for i in unused_internal]),
        reps_in_scope=len(scope),
        reps_reporting=events.reps_reporting(session, window, scope),
    )


def _ordered(rows: list[UnusedRow]) -> tuple[UnusedRow, ...]:
    """By cause in its order, dearest first."""
    place = {cause: n for n, cause in enumerate(rules.SUGGESTIONS)}
    return tuple(
        sorted(
            rows, key=lambda r: (place[r.cause], -(r.production_cost or 0), r.line.title.casefold())
        )
    )


def _sends(by_evidence: dict[str, int], *, declared: bool) -> int:
    return sum(n for kind, n in by_evidence.items() if declared or kind != "declared")


def _evidence(session: Session, window: Window, asset_ids: set[int]) -> dict[int, rules.Evidence]:
    impressions = events.impressions(session, window)
    opens = events.openings(session, window)
    takings = events.takings(session, window)
    shown = _shown_by_place(session, window)
    opened = _opened_by_place(session, window)
    totals_shown: dict[tuple[str, int], int] = {}
    totals_opened: dict[tuple[str, int], int] = {}
    for per_place, totals in ((shown, totals_shown), (opened, totals_opened)):
        for places in per_place.values():
            for place, count in places.items():
                totals[place] = totals.get(place, 0) + count
    rates = {place: totals_opened.get(place, 0) / n for place, n in totals_shown.items()}
    return {
        asset_id: rules.Evidence(
            impressions=impressions.get(asset_id, 0),
            opens=opens.get(asset_id, 0),
            takings=takings.get(asset_id, 0),
            opens_from_impressions=sum(opened.get(asset_id, {}).values()),
            expected_opens=rules.expected_opens(shown.get(asset_id, {}), rates),
        )
        for asset_id in asset_ids
    }


Places = dict[int, dict[tuple[str, int], int]]


def _shown_by_place(session: Session, window: Window) -> Places:
    band = _band(Impression.rank)
    rows = session.execute(
        select(Impression.asset_id, Impression.surface, band, func.count())
        .where(Impression.role == "rep", events.within(Impression.at, window))
        .group_by(Impression.asset_id, Impression.surface, band)
    )
    return _places([tuple(row) for row in rows])


def _opened_by_place(session: Session, window: Window) -> Places:
    band = _band(Opening.rank)
    rows = session.execute(
        select(Opening.asset_id, Opening.surface, band, func.count())
        .where(
            Opening.role == "rep",
            Opening.rank.is_not(None),
            Opening.surface.is_not(None),
            events.within(Opening.at, window),
        )
        .group_by(Opening.asset_id, Opening.surface, band)
    )
    return _places([tuple(row) for row in rows])


def _band(rank):  # type: ignore[no-untyped-def]  # rules.rank_band in SQL; a test holds them equal
    return case((rank <= 3, rank), (rank <= 10, 4), else_=11)


def _places(rows: list[tuple[int, str, int, int]]) -> Places:
    found: Places = {}
    for asset_id, surface, band, count in rows:
        found.setdefault(asset_id, {})[(surface, band)] = count
    return found
