"""The browser extension: getting it, pairing it, and the browsers that are paired."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from contentlib.member import device_queries, devices
from contentlib.reacting.mailboxes import address_for_copies
from web import extension_pack
from web.auth import member_public_id, requires, viewer
from web.transaction import library, session

bp = Blueprint("extension", __name__, url_prefix="/extension")

# As people call them; also the names of what the extension watches.
SITES = {
    "gmail": "Gmail",
    "outlook": "Outlook on the web",
    "linkedin": "LinkedIn",
    "salesforce": "Salesforce",
    "hubspot": "HubSpot",
}


@bp.get("")
@requires("share")
def page() -> ResponseReturnValue:
    return _page()


@bp.post("/codes")
@requires("share")
def offer_code() -> ResponseReturnValue:
    """A code that pairs one browser within ten minutes. It stands on this one page."""
    code = devices.offer_code(session(), viewer=viewer(), now=library().clock.now())
    return _page(code=code), 201


@bp.post("/devices/<public_id>/revocation")
@requires("share")
def unpair(public_id: str) -> ResponseReturnValue:
    browser = devices.unpair(
        session(), actor=viewer(), device_public_id=public_id, now=library().clock.now()
    )
    flash(f"{browser} is not paired any more.", "good")
    return redirect(url_for("extension.page"), 303)


@bp.get("/contentlib-<browser>.zip")
@requires("share")
def download(browser: str) -> ResponseReturnValue:
    """The extension, packed for a family of browsers."""
    if browser not in ("chromium", "firefox"):
        raise NotFound
    packed = extension_pack.pack(browser)  # type: ignore[arg-type]  # one of the two
    answer = Response(packed, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="contentlib-{browser}.zip"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


def _page(*, code: str = "") -> str:
    """Two reads."""
    lines = device_queries.listed(session(), viewer())
    return render_template(
        "extension.html",
        code=code,
        own=[line for line in lines if line.is_own],
        others=[line for line in lines if not line.is_own],
        blind=device_queries.blindness(session()) if viewer().can("manage tokens") else [],
        sites=SITES,
        address=library().settings.base_url,
        copies_address=address_for_copies(library(), member_public_id()),
    )
