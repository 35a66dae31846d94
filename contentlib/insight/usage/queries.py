"""The usage report: what happened to each asset in a window."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.engagement.counting import NO_VISITS, VisitCounts
from contentlib.insight import events
from contentlib.insight.window import Window


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One asset. `sends` are of evidence `inferred` or better; `declared` stands beside.

    `visits` are of people; `unclear` and `machine` stand beside and are never in them.
    """

    line: AssetLine
    impressions: int
    opens: int
    takings: int
    links: int
    sends: int
    declared: int
    evidence: Mapping[str, int]
    visits: int
    unclear: int
    machine: int
    attention_ms: int
    pages_read: int
    downloads: int

    @property
    def read_share(self) -> float | None:
        """Distinct pages read by people / pages of the current version."""
        return min(1.0, self.pages_read / self.line.page_count) if self.line.page_count else None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """All that the page, the export and the API say about usage."""

    window: Window
    rows: tuple[UsageRow, ...]
    reps_in_scope: int
    reps_reporting: int
    reps_sending: int

    @property
    def send_coverage(self) -> float | None:
        """Reps whose extension or mailbox reported / reps in scope; None without reps."""
        return self.reps_reporting / self.reps_in_scope if self.reps_in_scope else None

    def total(self, name: str) -> int:
        return sum(getattr(row, name) for row in self.rows)


def usage(session: Session, *, window: Window, today: date) -> UsageReport:
    """Per asset: impressions, opens, downloads by reps; links; sends; human visits and reading.

    Sends count `inferred` or better; a link merely made is not a send. Visits count verified and
    human ones on links of reps; unclear ones and machines' stand beside. Assets published now or
    met in the window are listed.

    Eighteen statements, whatever the number of assets.
    """
    impressions = events.impressions(session, window)
    opens = events.openings(session, window)
    takings = events.takings(session, window)
    links = events.links(session, window)
    sends = events.sends_by_evidence(session, window)
    readings = events.readings(session, window)
    others = events.other_visits(session, window)
    downloads = events.downloads(session, window)
    met = {*impressions, *opens, *takings, *links, *sends, *readings, *downloads}
    listed = set(session.scalars(select(Asset.id).where(Asset.state == "published"))) | met
    lines = lines_by_id(session, sorted(listed), today=today)
    rows = [
        _row(
            lines[asset_id],
            impressions.get(asset_id, 0),
            opens.get(asset_id, 0),
            takings.get(asset_id, 0),
            links.get(asset_id, 0),
            sends.get(asset_id, {}),
            readings.get(asset_id, events.Reading()),
            others.get(asset_id, NO_VISITS),
            downloads.get(asset_id, 0),
        )
        for asset_id in listed
        if asset_id in lines
    ]
    rows.sort(key=lambda r: (-r.sends, -r.visits, -r.opens, r.line.title.casefold()))
    scope = events.reps_in_scope(session, window)
    return UsageReport(
        window=window,
        rows=tuple(rows),
        reps_in_scope=len(scope),
        reps_reporting=events.reps_reporting(session, window, scope),
        reps_sending=len(events.reps_sending(session, window) & scope),
    )


def _row(
    line: AssetLine,
    impressions: int,
    opens: int,
    takings: int,
    links: int,
    evidence: Mapping[str, int],
    reading: events.Reading,
    others: VisitCounts,
    downloads: int,
) -> UsageRow:
    return UsageRow(
        line=line,
        impressions=impressions,
        opens=opens,
        takings=takings,
        links=links,
        sends=sum(n for kind, n in evidence.items() if kind != "declared"),
        declared=evidence.get("declared", 0),
        evidence=evidence,
        visits=reading.visits,
        unclear=others.unclear,
        machine=others.machine,
        attention_ms=reading.attention_ms,
        pages_read=reading.pages,
        downloads=downloads,
    )
