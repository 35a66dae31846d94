"""Signing in and out."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from contentlib.member import queries, service
from web import transaction
from web.auth import SignedInMember, public
from web.transaction import library, session

bp = Blueprint("sign_in", __name__)

_REFUSAL = (
    "That address and password do not match. "
    "After several wrong tries an account rests for a while."
)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def form() -> ResponseReturnValue:
    if request.method == "POST":
        return _enter()
    return redirect(_way_on()) if current_user.is_authenticated else _page()


def _enter() -> ResponseReturnValue:
    settings = library().settings
    with library().database.reading() as before:
        proof = service.prove(
            before,
            email=request.form.get("email", ""),
            password=request.form.get("password", ""),
        )
    member = service.sign_in(
        session(),
        proof,
        allowed_failures=settings.lockout_attempts,
        rest=timedelta(minutes=settings.lockout_minutes),
        now=library().clock.now(),
    )
    if member is None:
        transaction.keep()  # the failure counts
        return _page(_REFUSAL), 401
    viewer = queries.viewer_of(session(), member)
    cookie.clear()  # nothing that was put there before signing in survives it
    cookie.permanent = True
    login_user(SignedInMember(member.public_id, member.sign_in_stamp, viewer))
    return redirect(_way_on(), 303)


@bp.post("/sign-out")
@public
def leave() -> ResponseReturnValue:
    logout_user()
    cookie.clear()
    flash("You are signed out.", "good")
    return redirect(url_for("sign_in.form"), 303)


def _way_on() -> str:
    return own_path(request.values.get("next", ""), home=url_for("search.home"))


def own_path(wanted: str, *, home: str) -> str:
    """The path to go on to: only one of our own, else `home`.

    Browsers read a backslash as a slash and skip control characters, so those lead away too.
    """
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return home
    if any(ord(letter) < 33 or letter == "\\" for letter in wanted):
        return home
    parts = urlsplit(wanted)
    return home if parts.scheme or parts.netloc else wanted


def _page(refusal: str = "") -> str:
    return render_template(
        "sign_in.html",
        refusal=refusal,
        email=request.form.get("email", ""),
        next=request.values.get("next", ""),
        has_members=queries.anybody(session()),
        company_name=library().settings.company_name,
    )
