"""One asset: what it is, its pages and versions, and what publishers do with it."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.asset import file_queries, queries, rules, service
from contentlib.collection import queries as collections
from contentlib.engagement.counting import VisitCounts, visits_of_assets
from contentlib.engagement.link_queries import links_read
from contentlib.errors import InvalidInput
from contentlib.member import queries as members
from contentlib.search.queries import matches_in
from contentlib.search.similar import similar_to
from contentlib.sending.team_queries import TeamUse, used_by
from contentlib.taxonomy.queries import vocabulary
from web import asset_form, files, recording
from web.auth import requires, viewer
from web.transaction import library, session

bp = Blueprint("asset", __name__)

PAGES_AT_ONCE = 40
USED_WITHIN_DAYS = 90
STEPS = {
    "published": "is published: colleagues find it from now on.",
    "in_review": "is in review.",
    "draft": "is a draft again: colleagues no longer find it.",
    "archived": "is archived: it left search and every link that was sent.",
}


def _today() -> date:
    return library().clock.now().date()


@bp.get("/assets/<public_id>")
@requires("search")
def page(public_id: str) -> ResponseReturnValue:
    who, today = viewer(), _today()
    detail = queries.visible_asset(session(), who, public_id, today=today, pages=False)
    recording.opened(who, detail.line.id)
    words = request.args.get("q", "").strip()[:500]
    matches = matches_in(session(), library().index, detail.line.id, text=words) if words else ()
    first = _first_page(detail.line.page_count)
    current = detail.current
    own = collections.own(session(), who, today=today)
    return render_template(
        "asset.html",
        detail=detail,
        line=detail.line,
        words=words,
        # carried on to the share, which checks whose deal it is
        deal=request.args.get("opportunity"),
        matches=matches,
        pages=queries.pages_between(
            session(), current.id if current else None, first=first, last=first + PAGES_AT_ONCE - 1
        ),
        first=first,
        pages_at_once=PAGES_AT_ONCE,
        vocabulary=vocabulary(session()),
        history=queries.history(session(), detail.line.id) if who.can("see drafts") else (),
        next_states=rules.next_states(detail.line.state) if who.can("publish") else frozenset(),
        rights=asset_form.RIGHTS,
        similar=similar_to(
            session(), library().index, library().permitted, who, detail.line, today=today
        ),
        use=use_of(detail.line.id),
        visits=visits_to(detail.line.id) if who.can("see reports") else None,
        used_within_days=USED_WITHIN_DAYS,
        collections=own,
        holding=collections.holding(session(), who, detail.line.id, among=own),
        today=today,
        tomorrow=today + timedelta(days=1),
    )


def use_of(asset_id: int) -> TeamUse:
    """What the viewer's team did with the asset lately. Six statements."""
    since = library().clock.now() - timedelta(days=USED_WITHIN_DAYS)
    read = links_read(session(), asset_id, since=since)
    return used_by(session(), viewer(), asset_id, since=since, read=read)


def visits_to(asset_id: int) -> VisitCounts:
    """Visits through links lately, by class. Two statements."""
    now = library().clock.now()
    since = now - timedelta(days=USED_WITHIN_DAYS)
    return visits_of_assets(session(), [asset_id], since=since, until=now)[asset_id]


def _first_page(page_count: int) -> int:
    """The first page of the stretch that holds the page asked for."""
    wanted = min(max(request.args.get("at", 1, type=int), 1), max(page_count, 1))
    return (wanted - 1) // PAGES_AT_ONCE * PAGES_AT_ONCE + 1


@bp.get("/assets/<public_id>/thumbnail")
@requires("search")
def thumbnail(public_id: str) -> ResponseReturnValue:
    number = request.args.get("v", type=int)
    sha256 = file_queries.thumbnail(session(), viewer(), public_id, number, today=_today())
    return files.picture(sha256, keep=number is not None)


@bp.get("/assets/<public_id>/v<int:number>/pages/<int:page>.webp")
@requires("search")
def page_image(public_id: str, number: int, page: int) -> ResponseReturnValue:
    sha256 = file_queries.page_image(
        session(),
        viewer(),
        public_id,
        number,
        page,
        small=request.args.get("size") == "small",
        today=_today(),
    )
    return files.picture(sha256)


@bp.get("/assets/<public_id>/v<int:number>/file")
@requires("search")
def file(public_id: str, number: int) -> ResponseReturnValue:
    found = file_queries.version_file(session(), viewer(), public_id, number, today=_today())
    answer = files.attachment(found)
    recording.taken(viewer(), asset_id=found.asset_id, version_id=found.version_id)
    return answer


@bp.get("/assets/<public_id>/edit")
@requires("publish")
def edit(public_id: str) -> ResponseReturnValue:
    detail = queries.visible_asset(session(), viewer(), public_id, today=_today(), pages=False)
    return _form(detail, asset_form.of_detail(detail))


@bp.post("/assets/<public_id>/edit")
@requires("publish")
def save(public_id: str) -> ResponseReturnValue:
    # read before anything changes: a refused edit shows the asset as it is
    detail = queries.visible_asset(session(), viewer(), public_id, today=_today(), pages=False)
    filled = asset_form.of_form(request.form)
    asset = service.for_change(session(), viewer(), public_id, today=_today())
    try:
        service.edit(
            session(),
            asset=asset,
            change=asset_form.checked(filled, vocabulary(session())),
            member_id=viewer().member_id,
            now=library().clock.now(),
        )
    except InvalidInput as refusal:
        return _form(detail, filled, refusal), 422
    flash("Saved.", "good")
    return redirect(url_for(".page", public_id=public_id), 303)


def _form(
    detail: queries.AssetDetail, filled: asset_form.Filled, refusal: InvalidInput | None = None
) -> str:
    return render_template(
        "asset_edit.html",
        detail=detail,
        filled=filled,
        refusal=refusal,
        errors=refusal.fields if refusal else {},
        vocabulary=vocabulary(session()),
        publishers=members.publishers(session()),
        rights=asset_form.RIGHTS,
    )


@bp.post("/assets/<public_id>/state")
@requires("publish")
def move(public_id: str) -> ResponseReturnValue:
    to, now = request.form.get("to", ""), library().clock.now()
    if to not in STEPS:
        raise InvalidInput("An asset has no such state.", {"to": "Choose one."})
    asset = service.for_change(session(), viewer(), public_id, today=_today())
    who = viewer().member_id
    if to == "published":
        service.publish(session(), asset=asset, member_id=who, now=now)
    else:
        service.move(session(), asset=asset, to=to, member_id=who, now=now)
    flash(f"“{asset.title}” {STEPS[to]}", "good")
    return redirect(url_for(".page", public_id=public_id), 303)


@bp.post("/assets/<public_id>/reviewed")
@requires("publish")
def mark_reviewed(public_id: str) -> ResponseReturnValue:
    asset = service.for_change(session(), viewer(), public_id, today=_today())
    service.mark_reviewed(
        session(),
        asset=asset,
        review_by=asset_form.day("review_by", request.form.get("review_by", "")),
        member_id=viewer().member_id,
        now=library().clock.now(),
    )
    flash("Marked as reviewed.", "good")
    return redirect(url_for(".page", public_id=public_id), 303)


@bp.get("/assets/<public_id>/delete")
@requires("publish")
def confirm_deletion(public_id: str) -> ResponseReturnValue:
    detail = queries.visible_asset(session(), viewer(), public_id, today=_today(), pages=False)
    return render_template("asset_delete.html", detail=detail, line=detail.line)


@bp.post("/assets/<public_id>/delete")
@requires("publish")
def delete(public_id: str) -> ResponseReturnValue:
    asset = service.for_change(session(), viewer(), public_id, today=_today())
    title = asset.title
    service.delete_for_good(session(), actor=viewer(), asset=asset, now=library().clock.now())
    flash(f"“{title}” is deleted.", "good")
    return redirect(url_for("library.browse"), 303)
