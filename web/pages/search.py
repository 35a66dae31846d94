"""Finding what fits: the first page, results while typing, and asking for what is not there."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.action import service as action
from contentlib.asset import queries as assets
from contentlib.asset.visibility import NOTHING_NARROWED
from contentlib.collection import queries as collections
from contentlib.errors import IndexUnavailable, InvalidInput
from contentlib.taxonomy.queries import vocabulary
from contentlib.usage import queries as usage
from web import receipts, recording
from web.auth import requires, viewer
from web.searching import Asked, answer, asked_of
from web.transaction import library, session

bp = Blueprint("search", __name__)

_FAVOURITES_AT_HAND = 6


@bp.get("/")
@requires("search")
def home() -> ResponseReturnValue:
    asked = asked_of(request.args, vocabulary(session()))
    return redirect(asked.address()) if asked.text else _start(asked)


@bp.get("/search")
@requires("search")
def results() -> ResponseReturnValue:
    asked = asked_of(request.args, vocabulary(session()))
    if not asked.text:
        return _start(asked)
    try:
        found = answer(asked)
    except IndexUnavailable:
        return _page("_not_ready.html", asked=asked), 503
    is_settled = "fragment" not in request.args and recording.is_looked_at()
    if is_settled:
        recording.settled(viewer(), found.answered)
    today = library().clock.now().date()
    return _page("_results.html", asked=asked, found=found, is_settled=is_settled, today=today)


@bp.post("/search/settled")
@requires("search")
def settle() -> ResponseReturnValue:
    """The script's word that a request was left unchanged for a second, or a result opened."""
    told = request.get_json(silent=True)
    receipt = told.get("receipt") if isinstance(told, dict) else None
    if not isinstance(receipt, str):
        raise InvalidInput("There is no receipt.", {"receipt": "Missing."})
    if not recording.settled(viewer(), receipts.read_receipt(viewer(), receipt)):
        return jsonify(settled=False), 503
    return jsonify(settled=True)


@bp.post("/search/request")
@requires("search")
def ask_for() -> ResponseReturnValue:
    asked = asked_of(request.form, vocabulary(session()))
    action.request_content(
        session(),
        viewer=viewer(),
        text=request.form.get("text", ""),
        context={"searched": asked.text, "facets": asked.chosen.terms_by_facet},
        opportunity_id=asked.opportunity.id if asked.opportunity else None,
        now=library().clock.now(),
    )
    flash("Marketing has your request, with the search it came from.", "good")
    return redirect(asked.address(), 303)


def _start(asked: Asked) -> ResponseReturnValue:
    """The page while nothing is asked: what is new, and what this member keeps and opened last."""
    if asked.chosen.values and "fragment" not in request.args:
        return redirect(url_for("library.browse", **asked.chosen.args()))
    today = library().clock.now().date()
    newest = assets.browse(session(), viewer(), today=today, narrowing=NOTHING_NARROWED, limit=8)
    recent = usage.recently_opened(session(), viewer(), today=today)
    kept = collections.favourites(session(), viewer(), today=today, limit=_FAVOURITES_AT_HAND)
    token = recording.shown(viewer(), "home", newest.lines)
    return _page(
        "_start.html",
        asked=asked,
        newest=newest,
        recent=recent,
        favourites=kept,
        token=token,
        today=today,
    )


def _page(part: str, **values: object) -> str:
    """The part alone for the script that swaps it in, else within the page."""
    if "fragment" in request.args:
        return render_template(part, **values)
    return render_template("search.html", part=part, **values)
