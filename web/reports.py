"""Reports as flat rows: one shape behind page exports, the command line and the API."""

import inspect
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from contentlib.insight.untracked.queries import UntrackedReport, UntrackedRow, untracked
from contentlib.insight.unused.queries import UnusedReport, UnusedRow, unused
from contentlib.insight.unused.rules import Thresholds
from contentlib.insight.usage.queries import UsageReport, UsageRow, usage
from contentlib.insight.window import Window, chosen_window
from contentlib.library import Library
from contentlib.member.rules import Viewer


def window_of(library: Library, first: str | None, last: str | None) -> Window:
    """The window a person asked for, or the default one. Raises InvalidInput."""
    settings = library.settings
    return chosen_window(
        first=first,
        last=last,
        now=library.clock.now(),
        days=settings.window_days,
        time_zone=settings.time_zone,
    )


def usage_report(library: Library, session: Session, window: Window) -> UsageReport:
    return usage(session, window=window, today=library.clock.now().date())


def unused_report(library: Library, session: Session, window: Window) -> UnusedReport:
    settings = library.settings
    return unused(
        session,
        window=window,
        today=library.clock.now().date(),
        thresholds=Thresholds(settings.unused_min_impressions, settings.unused_min_opens),
        eligible_days=settings.eligible_days,
    )


def untracked_report(
    library: Library, session: Session, viewer: Viewer, window: Window
) -> UntrackedReport:
    return untracked(session, viewer, window=window, today=library.clock.now().date())


def usage_row(row: UsageRow) -> dict[str, Any]:
    line = row.line
    return {
        "asset_id": line.public_id,
        "external_id": line.external_id,
        "title": line.title,
        "content_type": line.content_type,
        "state": line.state,
        "audience": line.audience,
        "impressions": row.impressions,
        "opens": row.opens,
        "taken": row.takings,
        "links": row.links,
        "sends": row.sends,
        "sends_declared": row.declared,
        "human_visits": row.visits,
        "unclear_visits": row.unclear,
        "machine_visits": row.machine,
        "attention_s": round(row.attention_ms / 1000),
        "pages_read": row.pages_read,
        "pages": line.page_count,
        "downloads": row.downloads,
    }


def unused_row(row: UnusedRow) -> dict[str, Any]:
    line = row.line
    return {
        "asset_id": line.public_id,
        "external_id": line.external_id,
        "title": line.title,
        "content_type": line.content_type,
        "audience": line.audience,
        "owner": line.owner,
        "cause": row.cause,
        "impressions": row.impressions,
        "opens": row.opens,
        "taken": row.takings,
        "sends_declared": row.declared,
        "production_cost": None if row.production_cost is None else float(row.production_cost),
        "days_published": row.days_published,
        "suggestion": row.suggestion,
    }


def untracked_row(row: UntrackedRow) -> dict[str, Any]:
    line = row.line
    return {
        "asset_id": line.public_id,
        "external_id": line.external_id,
        "title": line.title,
        "content_type": line.content_type,
        "audience": line.audience,
        "sends_untracked": row.sends,
        "as_file": row.files,
        "as_address": row.addresses,
        "outdated": row.outdated,
        "reps": row.reps,
        "sends_by_link": row.tracked,
        "last_sent": row.newest_at.isoformat(),
        "teams": "; ".join(
            f"{use.team or 'others'}: {use.sends} ({use.outdated} outdated)" for use in row.teams
        ),
    }


def _usage(
    library: Library, session: Session, _viewer: Viewer, window: Window
) -> list[dict[str, Any]]:
    return [usage_row(row) for row in usage_report(library, session, window).rows]


def _untracked(
    library: Library, session: Session, viewer: Viewer, window: Window
) -> list[dict[str, Any]]:
    return [untracked_row(row) for row in untracked_report(library, session, viewer, window).rows]


def _unused(
    library: Library, session: Session, _viewer: Viewer, window: Window
) -> list[dict[str, Any]]:
    found = unused_report(library, session, window)
    return [unused_row(row) for row in (*found.rows, *found.internal_rows)]


_Rows = Callable[[Library, Session, Viewer, Window], list[dict[str, Any]]]

# name -> how its rows are made, and the function whose docstring is its definition
REPORTS: dict[str, tuple[_Rows, Callable[..., Any]]] = {
    "usage": (_usage, usage),
    "unused": (_unused, unused),
    "untracked": (_untracked, untracked),
}


def definition(name: str) -> str:
    """The formula as published: the docstring of the one function behind the numbers, without
    the paragraph that is for programmers."""
    told = (inspect.getdoc(REPORTS[name][1]) or "").rpartition("\n\n")[0]
    return " ".join(told.split())


def build(
    library: Library,
    session: Session,
    viewer: Viewer,
    name: str,
    *,
    first: str | None,
    last: str | None,
) -> dict[str, Any]:
    """A report in the documented shape, as far as the viewer sees. Raises InvalidInput for an odd
    window."""
    window = window_of(library, first, last)
    return {
        "report": name,
        "window": {
            "from": window.first_day.isoformat(),
            "to": window.last_day.isoformat(),
            "time_zone": window.time_zone,
        },
        "definition": definition(name),
        "rows": REPORTS[name][0](library, session, viewer, window),
    }
