"""What reps asked marketing for."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from contentlib.action import queries
from web.auth import requires
from web.transaction import session

bp = Blueprint("content_request", __name__)

_PER_PAGE = 50


@bp.get("/reports/requests")
@requires("see reports")
def listed() -> ResponseReturnValue:
    """Newest first: the words, what was searched or which deal it is for, and the team."""
    offset = max(0, request.args.get("offset", 0, type=int))
    found = queries.newest(session(), offset=offset, limit=_PER_PAGE)
    return render_template("content_requests.html", found=found, offset=offset, limit=_PER_PAGE)
