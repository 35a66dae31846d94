"""All links in one place: found, taken out as CSV, ended together; and those made in one go."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.errors import InvalidInput, NotFound
from contentlib.share import batches, queries
from contentlib.share.queries import ShareLine
from web.auth import requires, viewer
from web.csv_export import csv_text
from web.pages.share import read_and_sent
from web.pages.sign_in import own_path
from web.transaction import library, session

bp = Blueprint("share_list", __name__)

_PER_PAGE = 30
_MOST_IN_CSV = 10_000
_AT_ONCE = 500


@bp.get("/shares")
@requires("see own shares")
def mine() -> ResponseReturnValue:
    """Own links, or for who leads a team those of the team."""
    offset = max(0, request.args.get("offset", 0, type=int))
    found = queries.listed(session(), viewer(), **_asked(), offset=offset, limit=_PER_PAGE)
    args = {key: request.args.get(key) for key in ("of", "asset", "q", "open")}
    return render_template(
        "shares.html",
        found=found,
        of_team=_is_of_team(),
        asset=request.args.get("asset"),
        text=request.args.get("q", "").strip(),
        only_open=request.args.get("open") == "1",
        args={key: value for key, value in args.items() if value},
        offset=offset,
        limit=_PER_PAGE,
        **read_and_sent(found.lines),
    )


@bp.get("/shares.csv")
@requires("see own shares")
def as_csv() -> ResponseReturnValue:
    """The same links as a table; at most ten thousand."""
    rows: list[dict[str, Any]] = []
    asked = _asked()
    while len(rows) < _MOST_IN_CSV:
        found = queries.listed(session(), viewer(), **asked, offset=len(rows), limit=_AT_ONCE)
        if not found.lines:
            break
        rows += _rows(found.lines)
    answer = Response(csv_text(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="links.csv"'
    return answer


@bp.post("/shares/revocations")
@requires("share")
def revoke() -> ResponseReturnValue:
    """Ends the chosen links together, or none of them."""
    chosen = request.form.getlist("share")
    if not chosen:
        raise InvalidInput("Choose at least one link.")
    ended = batches.revoke_all(
        session(), viewer=viewer(), share_public_ids=chosen, now=library().clock.now()
    )
    flash(f"{ended} {'link admits' if ended == 1 else 'links admit'} nobody from now on.", "good")
    return redirect(own_path(request.form.get("back", ""), home=url_for("share_list.mine")), 303)


@bp.get("/shares/batches/<batch>")
@requires("see own shares")
def batch(batch: str) -> ResponseReturnValue:
    """Links made in one go, each with its recipient and its address."""
    found = queries.listed(session(), viewer(), only_own=False, batch=batch, limit=100)
    if not found.lines:
        raise NotFound("There are no such links.")
    lines = sorted(found.lines, key=lambda line: line.id)
    return render_template(
        "share_batch.html",
        lines=lines,
        addresses={line.id: library().share_address(line.public_id) for line in lines},
        may_act=all(line.is_own for line in lines) or viewer().role == "admin",
        is_new=bool(request.args.get("new")),
        **read_and_sent(lines),
    )


def _asked() -> dict[str, Any]:
    now: datetime = library().clock.now()
    return {
        "only_own": not _is_of_team(),
        "asset_public_id": request.args.get("asset"),
        "text": request.args.get("q", ""),
        "open_at": now if request.args.get("open") == "1" else None,
    }


def _is_of_team() -> bool:
    return request.args.get("of") == "team" and viewer().can("see team shares")


def _rows(lines: list[ShareLine]) -> list[dict[str, Any]]:
    told = read_and_sent(lines)
    now = told["now"]
    return [
        {
            "made_at": line.created_at.isoformat(),
            "made_by": line.member,
            "titles": "; ".join(line.titles),
            "recipients": "; ".join(line.recipients),
            "deal": line.opportunity or "",
            "account": line.account or "",
            "state": "revoked" if line.revoked_at else "ended" if line.ended_at(now) else "open",
            "ends_at": line.rules.expires_at.isoformat() if line.rules.expires_at else "",
            "sent": told["sent"][line.id],
            "visits_by_people": read.visits,
            "verified": read.counts.verified,
            "human": read.counts.human,
            "unclear": read.counts.unclear,
            "machine": read.counts.machine,
            "at_least_readers": read.readers,
            "pages_read": read.pages,
            "reading_seconds": round(read.attention_ms / 1000),
            "downloads": read.downloads,
            "page": url_for("share.page", public_id=line.public_id, _external=False),
        }
        for line in lines
        for read in [told["read"][line.id]]
    ]
