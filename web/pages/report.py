"""Reports: what is used, what is not and why; the same rows as page, CSV and JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.insight.untracked.queries import UntrackedRow
from contentlib.insight.unused.queries import UnusedRow
from contentlib.insight.unused.rules import SUGGESTIONS
from contentlib.insight.usage.queries import UsageRow
from contentlib.insight.window import Window, default_window
from web import reports
from web.auth import requires, viewer
from web.csv_export import csv_text
from web.transaction import library, session

bp = Blueprint("report", __name__, url_prefix="/reports")

_PAGE = 100
_FIRST_OF_CAUSE = 10
# METRICS: under this share of reps seen, sends are under-counted and the page says so.
_ENOUGH_COVERAGE = 0.6

_Row = TypeVar("_Row", UsageRow, UnusedRow, UntrackedRow)

# column -> its heading; the name is the row's own
_USAGE_COLUMNS = {
    "impressions": "Shown",
    "opens": "Opened",
    "takings": "Taken",
    "links": "Links",
    "sends": "Sends",
    "declared": "Declared",
    "visits": "Visits",
    "attention_ms": "Reading",
    "downloads": "Downloads",
}
_UNUSED_COLUMNS = {
    "impressions": "Shown",
    "opens": "Opened",
    "takings": "Taken",
    "declared": "Declared",
    "days_published": "Days",
    "production_cost": "Cost",
}
_UNTRACKED_COLUMNS = {
    "outdated": "Outdated",
    "files": "As file",
    "addresses": "As address",
    "tracked": "By link",
    "reps": "Reps",
}


@bp.get("/")
@requires("see reports")
def home() -> ResponseReturnValue:
    return redirect(url_for("report.usage"))


@bp.get("/usage")
@requires("see reports")
def usage() -> ResponseReturnValue:
    """What happened to each asset in the window."""
    window = _window()
    told = reports.usage_report(library(), session(), window)
    rows = _sorted(told.rows, _USAGE_COLUMNS)
    offset = max(0, request.args.get("offset", 0, int))
    return render_template(
        "report_usage.html",
        report=told,
        rows=rows[offset : offset + _PAGE],
        total=len(rows),
        offset=offset,
        limit=_PAGE,
        sent=sum(1 for row in told.rows if row.sends),
        columns=_USAGE_COLUMNS,
        **_frame("usage", window, told.send_coverage),
    )


@bp.get("/unused")
@requires("see reports")
def unused() -> ResponseReturnValue:
    """Unused assets by cause, with the evidence and what to do about it."""
    window = _window()
    told = reports.unused_report(library(), session(), window)
    cause = request.args.get("cause")
    causes = [cause] if cause in SUGGESTIONS else list(SUGGESTIONS)
    rows = _sorted(told.rows, _UNUSED_COLUMNS)
    offset = max(0, request.args.get("offset", 0, int)) if cause else 0
    limit = _PAGE if cause else _FIRST_OF_CAUSE
    groups = {c: [row for row in rows if row.cause == c] for c in causes}
    return render_template(
        "report_unused.html",
        report=told,
        groups={c: found[offset : offset + limit] for c, found in groups.items() if found},
        cause=cause,
        offset=offset,
        limit=limit,
        internal_rows=_sorted(told.internal_rows, _UNUSED_COLUMNS),
        suggestions=SUGGESTIONS,
        columns=_UNUSED_COLUMNS,
        thresholds=told.thresholds,
        eligible_days=library().settings.eligible_days,
        **_frame("unused", window, told.send_coverage),
    )


@bp.get("/untracked")
@requires("see reports")
def untracked() -> ResponseReturnValue:
    """What left as a file or a plain address, outdated versions first."""
    window = _window()
    told = reports.untracked_report(library(), session(), viewer(), window)
    rows = _sorted(told.rows, _UNTRACKED_COLUMNS)
    offset = max(0, request.args.get("offset", 0, int))
    return render_template(
        "report_untracked.html",
        report=told,
        rows=rows[offset : offset + _PAGE],
        total=len(rows),
        offset=offset,
        limit=_PAGE,
        columns=_UNTRACKED_COLUMNS,
        **_frame("untracked", window, told.send_coverage),
    )


@bp.get("/<name>.csv")
@requires("see reports")
def as_csv(name: str) -> ResponseReturnValue:
    told = _built(name)
    between = f"{told['window']['from']}-{told['window']['to']}"
    answer = Response(csv_text(told["rows"]), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}-{between}.csv"
    return answer


@bp.get("/<name>.json")
@requires("see reports")
def as_json(name: str) -> ResponseReturnValue:
    return jsonify(_built(name))


def _built(name: str) -> dict[str, Any]:
    if name not in reports.REPORTS:
        abort(404)
    first, last = request.args.get("from"), request.args.get("to")
    return reports.build(library(), session(), viewer(), name, first=first, last=last)


def _window() -> Window:
    return reports.window_of(library(), request.args.get("from"), request.args.get("to"))


def _frame(name: str, window: Window, coverage: float | None) -> dict[str, Any]:
    """What stands around every report."""
    settings, now = library().settings, library().clock.now()
    chosen = {"from": window.first_day.isoformat(), "to": window.last_day.isoformat()}
    return {
        "name": name,
        "window": window,
        "today": now.date(),
        "chosen": chosen,
        "sort": request.args.get("sort", ""),
        "windows": {
            days: default_window(now=now, days=days, time_zone=settings.time_zone)
            for days in (30, 90, 365)
        },
        "definition": reports.definition(name),
        "coverage": coverage,
        "undercounted": coverage is None or coverage < _ENOUGH_COVERAGE,
    }


def _sorted(rows: Sequence[_Row], columns: Mapping[str, str]) -> list[_Row]:
    """In the report's own order, or by the column of `?sort=`: largest first, `.up` smallest."""
    column, _, upwards = request.args.get("sort", "").partition(".")
    if column == "title":
        return sorted(rows, key=lambda r: r.line.title.casefold(), reverse=bool(upwards))
    if column not in columns:
        return list(rows)
    return sorted(rows, key=lambda r: getattr(r, column) or 0, reverse=not upwards)
