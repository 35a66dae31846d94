"""What became of one's links, as it happened; and how much of it is new."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from contentlib.notification import queries, service
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("notification", __name__)


@bp.get("/notifications")
@requires("see own shares")
def listed() -> ResponseReturnValue:
    found = queries.listed(session(), viewer(), now=library().clock.now())
    return render_template(
        "notifications.html", found=found, has_new=any(line.is_new for line in found)
    )


@bp.get("/notifications/unread")
@requires("see own shares")
def unread() -> ResponseReturnValue:
    """For the mark beside the name of the page: asked once a page, and each minute."""
    return jsonify(unread=queries.unread(session(), viewer(), now=library().clock.now()))


@bp.post("/notifications/read")
@requires("see own shares")
def mark_read() -> ResponseReturnValue:
    service.mark_read(session(), viewer=viewer(), now=library().clock.now())
    return redirect(url_for("notification.listed"), 303)
