"""Members and their teams. For admins."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.errors import Conflict, InvalidInput
from contentlib.member import queries, service
from contentlib.member.rules import ROLES
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("member", __name__, url_prefix="/members")


@bp.get("")
@requires("manage members")
def listed() -> ResponseReturnValue:
    """Everybody, by name."""
    return _page()


@bp.post("")
@requires("manage members")
def add() -> ResponseReturnValue:
    """A new member with an initial password."""
    form = request.form
    try:
        member = service.add(
            session(),
            actor=viewer().email,
            email=form.get("email", ""),
            role=form.get("role", ""),
            name=form.get("name", ""),
            team=form.get("team", "").strip() or None,
            password=form.get("password", ""),
            now=library().clock.now(),
        )
    except (InvalidInput, Conflict) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidInput) else {}
        return _page(refusal=refusal.sentence, fields=fields), 422
    return _done(f"{member.name} may sign in now.")


@bp.post("/<public_id>")
@requires("manage members")
def change(public_id: str) -> ResponseReturnValue:
    """Role, team and whether they are active."""
    team = request.form.get("team", "").strip()
    member = service.change(
        session(),
        actor=viewer(),
        member_public_id=public_id,
        role=request.form.get("role", ""),
        team_id=service.team_named(session(), team).id if team else None,
        active=request.form.get("active") == "1",
        now=library().clock.now(),
    )
    return _done(f"{member.name} was changed.")


@bp.post("/<public_id>/password")
@requires("manage members")
def set_password(public_id: str) -> ResponseReturnValue:
    """A new password; whoever is signed in with the old one is signed out."""
    service.set_password(
        session(),
        actor=viewer().email,
        member_public_id=public_id,
        password=request.form.get("password", ""),
        now=library().clock.now(),
    )
    return _done("The new password holds from now on.")


def _done(sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return redirect(url_for("member.listed"), 303)


def _page(*, refusal: str = "", fields: dict[str, str] | None = None) -> str:
    """Two reads."""
    return render_template(
        "members.html",
        members=queries.listed(session()),
        teams=[name for _, name in queries.teams(session())],
        roles=ROLES,
        refusal=refusal,
        wrong=fields or {},
        given=request.form if refusal else {},
        now=library().clock.now(),
    )
