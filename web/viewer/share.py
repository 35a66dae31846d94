"""Share links as a buyer meets them: pages, pictures and files, without an account, and without
a cookie where there is no gate."""

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from contentlib.share.page_queries import ShownPage, shown_page
from contentlib.share.queries import SharedItem
from web.security import csrf
from web.transaction import library, session
from web.viewer import beats, gate, guesses, overview, watermark
from web.viewer.entry import Entry, Gated, Refused, enter, for_anybody
from web.viewer.showing import IMAGE_MAX_AGE_S, about
from web.viewer.tokens import new_view

bp = Blueprint("viewer", __name__, url_prefix="/s")
bp.record_once(lambda state: guesses.init_app(state.app.extensions))
bp.record_once(lambda state: watermark.init_app(state.app.extensions))
bp.register_blueprint(gate.bp)
bp.register_blueprint(overview.bp)

_PAGES = ("viewer.opened", "viewer.page", "viewer.overview.pages")


@bp.errorhandler(Refused)
def _refused(refusal: Refused) -> ResponseReturnValue:
    token = (request.view_args or {}).get("token", "")
    return gate.refusal(token, status=refusal.status)


@bp.errorhandler(Gated)
def _gated(gated: Gated) -> ResponseReturnValue:
    """The gate itself where a page was asked for; a picture or a file is merely refused."""
    token = (request.view_args or {}).get("token", "")
    return gate.page(token, gated.gate, status=200 if request.endpoint in _PAGES else 403)


@bp.after_request
def _for_this_buyer_alone(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    # the address is the key: no site that a buyer goes on to shall learn it
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    # said always: said only where a cookie was looked at, it would tell refusals apart
    response.vary.add("Cookie")
    return response


@bp.get("/<token>", strict_slashes=False)
@for_anybody
def opened(token: str) -> ResponseReturnValue:
    """The link itself: the first page of its asset, or the list of several."""
    entry = enter(library(), session(), token)
    if len(entry.door.items) == 1:
        return _page(token, entry, entry.door.items[0], 1)
    entry.record("page")
    return render_template("viewer/list.html", token=token, door=entry.door, **about())


@bp.get("/<token>/<int:position>/<int:page>")
@for_anybody
def page(token: str, position: int, page: int) -> ResponseReturnValue:
    """One page of one asset. A page beyond the last leads to the last: versions get shorter."""
    entry = enter(library(), session(), token)
    item = entry.item(position)
    last = max(1, item.page_count)
    if not 1 <= page <= last:
        nearest = min(max(1, page), last)
        return redirect(url_for("viewer.page", token=token, position=position, page=nearest))
    return _page(token, entry, item, page)


@bp.get("/<token>/<int:position>/pages/<int:page>.webp")
@for_anybody
def page_image(token: str, position: int, page: int) -> ResponseReturnValue:
    """The picture of a page of the version that the share shows now."""
    entry = enter(library(), session(), token)
    item = entry.item(position)
    shown = shown_page(session(), item.version_id, page)
    if shown is None or shown.image_sha256 is None:
        raise Refused
    entry.record("image", item, page, wait=False)
    with library().files.local(shown.image_sha256) as path:
        answer = send_file(
            path, mimetype="image/webp", etag=shown.image_sha256, max_age=IMAGE_MAX_AGE_S
        )
    answer.headers["Cache-Control"] = f"private, max-age={IMAGE_MAX_AGE_S}"
    return answer


@bp.get("/<token>/<int:position>/file")
@for_anybody
def file(token: str, position: int) -> ResponseReturnValue:
    """The file, or a watermarked copy, as the sender allows it; event `downloaded`."""
    entry = enter(library(), session(), token)
    item = entry.item(position)
    offered = entry.door.offered(item)
    if offered == "off":
        raise Refused
    if offered == "watermarked":
        guesses.count("download", token)
        copy = watermark.watermarked_file(entry, item, session())
        entry.record("download", item, is_taken=request.method == "GET")
        copy.headers["Cache-Control"] = "no-store"
        return copy
    entry.record("download", item, is_taken=_is_a_whole_taking())
    with library().files.local(item.file_sha256) as path:
        answer = send_file(
            path,
            mimetype=item.media_type,
            as_attachment=True,
            download_name=item.file_name,
            etag=item.file_sha256,
        )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<token>/beat")
@for_anybody
@csrf.exempt  # it speaks for no member and carries no cookie that counts
def beat(token: str) -> ResponseReturnValue:
    """What a page tells about being looked at: 204 once it is on disk, 503 when it is not."""
    request.max_content_length = beats.LONGEST_BODY
    # a reading session: the hit writer writes, and waits for the lock that ours would hold
    with library().database.reading() as reading:
        entry = enter(library(), reading, token)
    told = beats.read(request.get_data(cache=False), entry)
    if told is None:
        abort(400, "This beat is not believed.")
    if not beats.write(told, entry):
        abort(503)
    return "", 204


def _is_a_whole_taking() -> bool:
    """A HEAD takes nothing, and of a download in pieces only the first piece counts."""
    begins = request.range is None or request.range.ranges[0][0] == 0
    return request.method == "GET" and begins


def _page(token: str, entry: Entry, item: SharedItem, number: int) -> ResponseReturnValue:
    shown = shown_page(session(), item.version_id, number)
    entry.record("page", item, number)
    view = new_view(
        key=library().signing_key,
        share_id=entry.door.share_id,
        asset_id=item.asset_id,
        version_id=item.version_id,
        page_count=max(1, item.page_count),
        now=entry.now,
    )
    return render_template(
        "viewer/page.html",
        token=token,
        door=entry.door,
        item=item,
        shown=shown or ShownPage(number, None, "", None, None, None),
        last=max(1, item.page_count),
        offered=entry.door.offered(item),
        view=view,
        card=_card(token, item),
        **about(),
    )


def _card(token: str, item: SharedItem) -> str | None:
    """The whole address of the picture for chats; before it is drawn there is none."""
    if item.card_sha256 is None:
        return None
    path = url_for("viewer.overview.card", token=token, position=item.position)
    return f"{library().settings.base_url}{path}"
