"""Who is asking: signing in, and the guard before each page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user

from contentlib.errors import NotPermitted
from contentlib.member import queries as members
from contentlib.member.rules import ABILITIES, Ability, Viewer
from web.errors import answer, wants_json
from web.transaction import library

_SEPARATOR = "."


class SignedInMember(UserMixin):
    """What Flask-Login carries: the viewer, and an id that changes with the password."""

    def __init__(self, public_id: str, stamp: str, viewer: Viewer) -> None:
        self._cookie_id = f"{public_id}{_SEPARATOR}{stamp}"
        self.public_id = public_id
        self.viewer = viewer

    def get_id(self) -> str:
        return self._cookie_id


def _load(cookie_id: str) -> SignedInMember | None:
    public_id, _, stamp = cookie_id.partition(_SEPARATOR)
    # its own short session: the request's may be a unit of work that waits for a lock
    with library().database.reading() as session:
        found = members.signed_in(session, public_id)
    if found is None or found.sign_in_stamp != stamp:
        return None
    return SignedInMember(public_id, stamp, found.viewer)


def viewer() -> Viewer:
    """The member asking. Only behind `requires`."""
    if not current_user.is_authenticated:
        abort(401)
    found: Viewer = current_user.viewer
    return found


def member_public_id() -> str:
    """Of the member asking. Only behind `requires`."""
    return str(current_user.public_id)


def requires(ability: Ability) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Lets only members with the ability in; anybody else is sent to sign in or told no."""
    if ability not in ABILITIES:
        raise ValueError(f"unknown ability {ability!r}")

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_to_sign_in()
            if not current_user.viewer.can(ability):
                raise NotPermitted("Your role does not include this.")
            return view(*args, **kwargs)

        guarded.ability = ability  # type: ignore[attr-defined]
        return guarded

    return guard


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view that anybody may call; what is not marked and not guarded is refused."""
    view.ability = None  # type: ignore[attr-defined]
    return view


def _ask_to_sign_in() -> ResponseReturnValue:
    if wants_json() or request.method != "GET":
        return answer(401, "sign_in", "Please sign in.")
    return redirect(url_for("sign_in.form", next=request.full_path.rstrip("?")))


def _deny_unmarked(app: Flask) -> Callable[[], ResponseReturnValue | None]:
    def check() -> ResponseReturnValue | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint.endswith("static"):
            return None
        if not hasattr(app.view_functions[endpoint], "ability"):
            return answer(403, "not_permitted", "This page is open to nobody.")
        return None

    return check


def init_app(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None  # the stamp in the cookie does its work
    manager.user_loader(_load)
    manager.init_app(app)
    app.before_request(_deny_unmarked(app))
