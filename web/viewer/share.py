"""Share links as a buyer meets them: pages, pictures and files, without account or cookie."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, send_file, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue

from contentlib.engagement import service as engagement
from contentlib.share.page_queries import ShownPage, shown_page
from contentlib.share.queries import SharedItem
from web.transaction import library, session
from web.viewer import guesses
from web.viewer.entry import Entry, enter
from web.viewer.recording import recorded
from web.viewer.tokens import new_view

bp = Blueprint("viewer", __name__, url_prefix="/s")
bp.record_once(lambda state: guesses.init_app(state.app))

_IMAGE_MAX_AGE_S = 600


def for_anybody(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view as open to the world (what `web.auth.public` does for members' pages)."""
    view.ability = None  # type: ignore[attr-defined]
    return view


def refused(status: int = 404) -> ResponseReturnValue:
    """One page for every refusal: it tells nobody whether the link ever opened anything."""
    return render_template("viewer/gone.html"), status


@bp.after_request
def _for_buyers_eyes_only(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    # the address is the key: no page that a buyer goes on to shall learn it
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/<token>", strict_slashes=False)
@for_anybody
def opened(token: str) -> ResponseReturnValue:
    """The link itself: the first page of its asset, or the list of several."""
    entry = enter(token, session())
    if entry is None:
        return refused(429 if _guessed_too_often(token) else 404)
    if len(entry.door.items) == 1:
        return _page(token, entry, entry.door.items[0], 1)
    _record(entry, "page")
    return render_template("viewer/list.html", token=token, door=entry.door, **_about(entry))


@bp.get("/<token>/<int:position>/<int:page>")
@for_anybody
def page(token: str, position: int, page: int) -> ResponseReturnValue:
    """One page of one asset. A page beyond the last leads to the last: versions get shorter."""
    entry = enter(token, session())
    item = entry.item(position) if entry else None
    if entry is None or item is None:
        return refused()
    last = max(1, item.page_count)
    if not 1 <= page <= last:
        nearest = min(max(1, page), last)
        return redirect(url_for("viewer.page", token=token, position=position, page=nearest))
    return _page(token, entry, item, page)


@bp.get("/<token>/<int:position>/pages/<int:page>.webp")
@for_anybody
def page_image(token: str, position: int, page: int) -> ResponseReturnValue:
    """The picture of a page of the version that the share shows now."""
    entry = enter(token, session())
    item = entry.item(position) if entry else None
    shown = shown_page(session(), item.version_id, page) if item else None
    if entry is None or item is None or shown is None or shown.image_sha256 is None:
        return refused()
    _record(entry, "image", item, page, wait=False)
    with library().files.local(shown.image_sha256) as path:
        answer = send_file(
            path, mimetype="image/webp", etag=shown.image_sha256, max_age=_IMAGE_MAX_AGE_S
        )
    answer.cache_control.private, answer.cache_control.public = True, False
    return answer


@bp.get("/<token>/<int:position>/file")
@for_anybody
def file(token: str, position: int) -> ResponseReturnValue:
    """The file, where the sender allows it; event `downloaded`."""
    entry = enter(token, session())
    item = entry.item(position) if entry else None
    if entry is None or item is None or not entry.door.rules.allows_download:
        return refused()
    _record(entry, "download", item, is_taken=_is_a_whole_taking())
    with library().files.local(item.file_sha256) as path:
        return send_file(
            path,
            mimetype=item.media_type,
            as_attachment=True,
            download_name=item.file_name,
            etag=item.file_sha256,
            max_age=0,
        )


def _is_a_whole_taking() -> bool:
    """A HEAD takes nothing, and of a download in pieces only the first piece counts."""
    begins = asked.range is None or asked.range.ranges[0][0] == 0
    return asked.method == "GET" and begins


def _page(token: str, entry: Entry, item: SharedItem, number: int) -> ResponseReturnValue:
    shown = shown_page(session(), item.version_id, number) or ShownPage(
        number, None, "", None, None, None
    )
    _record(entry, "page", item, number)
    view = new_view(
        key=library().signing_key,
        share_id=entry.door.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        page_count=max(1, item.page_count),
        now=entry.now,
    )
    return make_response(
        render_template(
            "viewer/page.html",
            token=token,
            door=entry.door,
            item=item,
            shown=shown,
            last=max(1, item.page_count),
            paragraphs=_paragraphs(shown.text),
            view=view,
            **_about(entry),
        )
    )


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _about(entry: Entry) -> dict[str, Any]:
    settings = library().settings
    return {"company": settings.company_name, "kept_days": settings.hit_retention_days}


def _guessed_too_often(token: str) -> bool:
    from contentlib.ids import read_token

    is_genuine = read_token(token, key=library().signing_key, purpose="share") is not None
    return not is_genuine and guesses.is_one_too_many()


def _record(
    entry: Entry,
    kind: str,
    item: SharedItem | None = None,
    page: int | None = None,
    *,
    is_taken: bool = False,
    wait: bool = True,
) -> None:
    of_item = {"asset_id": item.asset_id, "version_id": item.version_id} if item else {}
    row = engagement.hit_row(
        share_id=entry.door.share_id, kind=kind, page=page, now=entry.now, **of_item,
        **entry.visitor.hit(),
    )
    hits = library().hits
    writes = [lambda: engagement.record_hits(hits, [row])]
    if is_taken and item is not None:
        taken = engagement.download_row(
            share_id=entry.door.share_id,
            asset_id=item.asset_id,
            version_id=item.version_id,
            visitor_key=entry.visitor.key,
            by_colleague=entry.visitor.by_colleague,
            now=entry.now,
        )
        writes.append(lambda: engagement.record_download(hits, taken))
    recorded(*writes, wait=wait)
