"""Presets of rules: kept from the share dialog, and taken away."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.share import presets
from web.auth import requires, viewer
from web.pages import share_form
from web.transaction import library, session

bp = Blueprint("share_preset", __name__, url_prefix="/shares/presets")


@bp.get("")
@requires("share")
def listed() -> ResponseReturnValue:
    return render_template("share_presets.html", found=presets.usable(session(), viewer()))


@bp.post("")
@requires("share")
def save() -> ResponseReturnValue:
    """Keeps the dialog's rules under a name, and leads back into the dialog with them."""
    form = share_form.read(request)
    saved = presets.save(
        session(),
        viewer=viewer(),
        name=request.form.get("preset_name", ""),
        rules=form.wanted_preset(),
        for_everybody=request.form.get("for_everybody") == "yes",
        now=library().clock.now(),
    )
    flash(f"Kept as “{saved.name}”.", "good")
    if not form.assets:
        return redirect(url_for("share_preset.listed"), 303)
    back = url_for(
        "share.new",
        asset=form.assets,
        opportunity=form.opportunity or None,
        recipients=form.recipients or None,
        preset=saved.public_id,
    )
    return redirect(back, 303)


@bp.post("/<public_id>/removal")
@requires("share")
def remove(public_id: str) -> ResponseReturnValue:
    presets.remove(
        session(), viewer=viewer(), preset_public_id=public_id, now=library().clock.now()
    )
    flash("Removed. Links that were made with it stay as they are.", "good")
    return redirect(url_for("share_preset.listed"), 303)
