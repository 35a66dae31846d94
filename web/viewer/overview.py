"""The pages of a shared document at a glance, the search inside it, and the card for chats."""

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from contentlib.share import finding, page_queries
from web.transaction import library, session
from web.viewer.entry import Refused, enter, for_anybody
from web.viewer.showing import IMAGE_MAX_AGE_S, about

bp = Blueprint("overview", __name__)


@bp.get("/<token>/<int:position>/pages")
@for_anybody
def pages(token: str, position: int) -> ResponseReturnValue:
    """All pages, or with `q` those that hold its words. What was looked for is not recorded."""
    entry = enter(library(), session(), token)
    item = entry.item(position)
    typed = request.args.get("q", "").strip()
    words = finding.wanted_words(typed)
    entry.record("find" if words else "overview", item)
    return render_template(
        "viewer/overview.html",
        token=token,
        door=entry.door,
        item=item,
        found=page_queries.overview(session(), item.version_id, words),
        typed=typed,
        now_at=request.args.get("at", 0, type=int),
        **about(),
    )


@bp.get("/<token>/<int:position>/pages/<int:page>.small.webp")
@for_anybody
def small_image(token: str, position: int, page: int) -> ResponseReturnValue:
    entry = enter(library(), session(), token)
    item = entry.item(position)
    entry.record("image", item, page, wait=False)
    return _picture(page_queries.small_picture(session(), item.version_id, page), "image/webp")


@bp.get("/<token>/<int:position>/card.jpg")
@for_anybody
def card(token: str, position: int) -> ResponseReturnValue:
    """What a chat program shows beside the link: a preview, not a view."""
    entry = enter(library(), session(), token)
    item = entry.item(position)
    entry.record("card", item, wait=False)
    return _picture(page_queries.card_of(session(), item.version_id), "image/jpeg")


def _picture(sha256: str | None, kind: str) -> ResponseReturnValue:
    if sha256 is None:
        raise Refused
    with library().files.local(sha256) as path:
        answer = send_file(path, mimetype=kind, etag=sha256, max_age=IMAGE_MAX_AGE_S)
    answer.headers["Cache-Control"] = f"private, max-age={IMAGE_MAX_AGE_S}"
    return answer
