"""Deals: the list, one deal with what was shared for it, and the import from a CRM."""

import csv
from io import StringIO

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from contentlib.crm import importing, queries
from contentlib.crm.importing import Imported
from contentlib.engagement.timeline import timeline
from contentlib.errors import InvalidInput
from contentlib.share import queries as shares
from web import recommending
from web.auth import requires, viewer
from web.pages.share import FEW_DEALS, read_and_sent
from web.transaction import library, session

bp = Blueprint("opportunity", __name__)

_PER_PAGE = 50


@bp.get("/opportunities")
@requires("see opportunities")
def listed() -> ResponseReturnValue:
    """The member's and their team's deals, open ones unless asked otherwise."""
    text = request.args.get("q", "")
    with_closed = request.args.get("closed") == "1"
    only_own = request.args.get("of") == "me"
    offset = max(0, request.args.get("offset", 0, type=int))
    found = queries.listed(
        session(),
        viewer(),
        text=text,
        only_open=not with_closed,
        only_own=only_own,
        offset=offset,
        limit=_PER_PAGE,
    )
    args = {"q": text, "closed": "1" if with_closed else "", "of": "me" if only_own else ""}
    return render_template(
        "opportunities.html",
        found=found,
        text=text,
        with_closed=with_closed,
        only_own=only_own,
        args={key: value for key, value in args.items() if value},
        offset=offset,
        limit=_PER_PAGE,
    )


@bp.get("/opportunities/choices")
@requires("see opportunities")
def choices() -> ResponseReturnValue:
    """Open deals that match what is typed, for the share dialog."""
    found = queries.listed(session(), viewer(), text=request.args.get("q", ""), limit=FEW_DEALS)
    return jsonify(
        total=found.total,
        deals=[
            {"id": line.public_id, "name": line.name, "account": line.account}
            for line in found.lines
        ],
    )


@bp.get("/opportunities/<public_id>")
@requires("see opportunities")
def page(public_id: str) -> ResponseReturnValue:
    """One deal: what to send for it, its facts and people, its links and how they were read."""
    deal = queries.visible_opportunity(session(), viewer(), public_id)
    found = shares.listed(
        session(), viewer(), only_own=False, opportunity_id=deal.line.id, limit=100
    )
    asked = None if deal.line.outcome else recommending.of_opportunity(public_id, request.args)
    return render_template(
        "opportunity.html",
        deal=deal,
        line=deal.line,
        found=found,
        asked=asked,
        answer=recommending.answer_if_ready(asked) if asked else None,
        moments=timeline(session(), found.lines, opportunity_id=deal.line.id),
        today=library().clock.now().date(),
        **read_and_sent(found.lines),
    )


@bp.get("/opportunities/import")
@requires("manage members")
def import_form() -> ResponseReturnValue:
    return render_template("opportunity_import.html", done=None, kind="")


@bp.post("/opportunities/import")
@requires("manage members")
def import_file() -> ResponseReturnValue:
    """Accounts or deals from a CSV file; which, is seen from its columns."""
    rows = _rows()
    kind = importing.kind_of(rows[0])
    done = _brought_in(kind, rows)
    return render_template("opportunity_import.html", done=done, kind=kind)


def _brought_in(kind: str, rows: list[dict[str, str]]) -> Imported:
    now = library().clock.now()
    if kind == "opportunities":
        return importing.import_opportunities(session(), rows, now=now)
    return importing.import_accounts(session(), rows, now=now)


def _rows() -> list[dict[str, str]]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInput("Choose a CSV file.", {"file": "Choose a file."})
    try:
        text = file.stream.read().decode("utf-8-sig")
        rows = [
            {key: value or "" for key, value in row.items() if isinstance(key, str)}
            for row in csv.DictReader(StringIO(text, newline=""))
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{file.filename} is not a CSV file in UTF-8.") from error
    if not rows:
        raise InvalidInput(f"{file.filename} holds no row.")
    return rows
