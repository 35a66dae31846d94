"""Browsing: all that a member may see, narrowed by facets, state and order."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from contentlib.asset import queries as assets
from contentlib.member.rules import Viewer
from contentlib.taxonomy.queries import vocabulary
from web import narrowing, recording
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("library", __name__)

PAGE_SIZE = 48
ORDERS = {"newest": "Newest first", "title": "By title", "review": "By review date"}
STATES = {
    "": "All",
    "draft": "Drafts",
    "in_review": "In review",
    "published": "Published",
    "archived": "Archived",
}


@bp.get("/library")
@requires("search")
def browse() -> ResponseReturnValue:
    who, today, words = viewer(), library().clock.now().date(), vocabulary(session())
    looks = _looks(who)
    chosen = narrowing.read(request.args, words, state=looks["state"] or None)
    offset = max(0, request.args.get("offset", 0, type=int))
    listing = assets.browse(
        session(),
        who,
        today=today,
        narrowing=chosen.narrowing,
        order=looks["order"],
        offset=offset,
        limit=PAGE_SIZE,
    )
    counts = library().facet_counts.of(
        session(), who, today=today, narrowing=chosen.narrowing, vocabulary=words
    )
    return render_template(
        "browse.html",
        listing=listing,
        chosen=chosen,
        groups=narrowing.groups(words, chosen, counts),
        looks=looks,
        offset=offset,
        limit=PAGE_SIZE,
        token=recording.shown(who, "library", listing.lines, first_rank=offset + 1),
        today=today,
        orders={k: v for k, v in ORDERS.items() if k != "review" or who.can("see drafts")},
        states=STATES if who.can("see drafts") else {},
    )


def _looks(who: Viewer) -> dict[str, Any]:
    """Order, view and state as asked; the state only for who may see more than what is out."""
    order, state = request.args.get("order", ""), request.args.get("state", "")
    return {
        "order": order if order in ORDERS else "newest",
        "view": "list" if request.args.get("view") == "list" else "grid",
        "state": state if state in STATES and who.can("see drafts") else "",
    }
