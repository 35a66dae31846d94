"""API tokens: a member's own, for an admin everybody's."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.errors import Conflict, InvalidInput, NotPermitted
from contentlib.member import token_queries, tokens
from contentlib.member.rules import OFFERED_SCOPES
from contentlib.member.tokens import Issued
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("token", __name__, url_prefix="/tokens")

# How the page says what a scope opens.
_ABOUT_SCOPES = {
    "assets:read": "read assets and the vocabulary",
    "search": "search",
    "recommend": "ask what fits a deal",
    "requests:write": "ask marketing for content",
}
_DURATIONS = {"30": "30 days", "90": "90 days", "365": "a year", "": "no end"}


@bp.get("")
@requires("hold tokens")
def listed() -> ResponseReturnValue:
    return _page()


@bp.post("")
@requires("hold tokens")
def issue() -> ResponseReturnValue:
    """A token of the member's own. Its secret stands on this one page and is kept nowhere."""
    form = request.form
    try:
        issued = tokens.issue(
            session(),
            actor=viewer().email,
            email=viewer().email,
            name=form.get("name", ""),
            scopes=form.getlist("scope"),
            days=_days(form.get("days", "")),
            now=library().clock.now(),
        )
    except (InvalidInput, Conflict, NotPermitted) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidInput) else {}
        return _page(refusal=refusal.sentence, fields=fields), 422
    return _page(issued=issued), 201


@bp.post("/<public_id>/revoke")
@requires("hold tokens")
def revoke(public_id: str) -> ResponseReturnValue:
    name = tokens.revoke(
        session(), actor=viewer(), token_public_id=public_id, now=library().clock.now()
    )
    flash(f"“{name}” opens nothing any more.", "good")
    return redirect(url_for("token.listed"), 303)


def _days(text: str) -> int | None:
    if text not in _DURATIONS:
        raise InvalidInput("Choose how long it lasts.", {"days": "Choose from the list."})
    return int(text) if text else None


def _page(
    *, issued: Issued | None = None, refusal: str = "", fields: dict[str, str] | None = None
) -> str:
    """One read."""
    lines = token_queries.listed(session(), viewer(), now=library().clock.now())
    return render_template(
        "tokens.html",
        own=[line for line in lines if line.is_own],
        others=[line for line in lines if not line.is_own],
        scopes={scope: _ABOUT_SCOPES[scope] for scope in OFFERED_SCOPES},
        durations=_DURATIONS,
        issued=issued,
        refusal=refusal,
        wrong=fields or {},
        given=request.form if refusal else None,
        api_address=f"{library().settings.base_url}/api/v1",
    )
