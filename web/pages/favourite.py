"""Favourites: the star beside each asset, and the list of those that have one."""

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.collection import queries, service
from web.auth import requires, viewer
from web.errors import wants_json
from web.pages.sign_in import own_path
from web.transaction import library, session

bp = Blueprint("favourite", __name__)

PAGE_SIZE = 48


@bp.get("/favourites")
@requires("search")
def listed() -> ResponseReturnValue:
    offset = max(0, request.args.get("offset", 0, type=int))
    today = library().clock.now().date()
    found = queries.favourites(session(), viewer(), today=today, offset=offset, limit=PAGE_SIZE)
    return render_template(
        "favourites.html", found=found, offset=offset, limit=PAGE_SIZE, today=today
    )


@bp.post("/assets/<public_id>/favourite")
@requires("search")
def change(public_id: str) -> ResponseReturnValue:
    """`keep`: yes or no. A script gets JSON, a form goes back to the page it stood on."""
    is_kept, now = request.form.get("keep") != "no", library().clock.now()
    if is_kept:
        asset = service.keep_at_hand(session(), viewer=viewer(), asset_public_id=public_id, now=now)
    else:
        asset = service.let_go(
            session(), viewer=viewer(), asset_public_id=public_id, today=now.date()
        )
    told = f"“{asset.title}” is {'now' if is_kept else 'no longer'} among your favourites."
    if wants_json():
        return jsonify(is_favourite=is_kept, told=told)
    flash(told, "good")
    home = url_for("asset.page", public_id=public_id)
    return redirect(own_path(request.form.get("back", ""), home=home), 303)


@bp.app_template_global()
def is_favourite(asset_id: int) -> bool:
    """Whether the member looking keeps the asset: read once a page, whatever lists stand on it."""
    if "favourite_ids" not in g:
        g.favourite_ids = queries.favourite_ids(session(), viewer())
    return asset_id in g.favourite_ids
