"""Collections: those of one's own and of colleagues, one of them, and adding to them."""

from datetime import date

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from contentlib.asset.candidate_queries import candidates
from contentlib.collection import queries, rules, service
from contentlib.collection.queries import CollectionDetail
from contentlib.errors import InvalidInput
from contentlib.share.service import MOST_ITEMS
from web.auth import requires, viewer
from web.errors import wants_json
from web.pages.sign_in import own_path
from web.transaction import library, session

bp = Blueprint("collection", __name__)

_PER_PAGE = 30


@bp.get("/collections")
@requires("search")
def listed() -> ResponseReturnValue:
    """One's own, and those that colleagues share."""
    return _list()


@bp.post("/collections")
@requires("search")
def create() -> ResponseReturnValue:
    try:
        made = service.create(
            session(),
            viewer=viewer(),
            name=request.form.get("name", ""),
            description=request.form.get("description", ""),
            now=library().clock.now(),
        )
    except InvalidInput as refusal:
        return _list(refusal), 422
    return redirect(_address(made.public_id), 303)


@bp.get("/collections/<public_id>")
@requires("search")
def page(public_id: str) -> ResponseReturnValue:
    return _page(public_id)


@bp.post("/collections/<public_id>")
@requires("search")
def describe(public_id: str) -> ResponseReturnValue:
    """Another name and description."""
    collection = service.for_change(session(), viewer(), public_id)
    try:
        service.describe(
            session(),
            collection=collection,
            name=request.form.get("name", ""),
            description=request.form.get("description", ""),
        )
    except InvalidInput as refusal:
        return _page(public_id, refusal), 422
    flash("Saved.", "good")
    return redirect(_address(public_id), 303)


@bp.post("/collections/<public_id>/sharing")
@requires("search")
def open_to_colleagues(public_id: str) -> ResponseReturnValue:
    is_shared = request.form.get("is_shared") == "yes"
    service.open_to_colleagues(
        session(),
        viewer=viewer(),
        collection=service.for_change(session(), viewer(), public_id),
        is_shared=is_shared,
        now=library().clock.now(),
    )
    flash("All colleagues see it now." if is_shared else "Only its owner sees it now.", "good")
    return redirect(_address(public_id), 303)


@bp.post("/collections/<public_id>/order")
@requires("search")
def move(public_id: str) -> ResponseReturnValue:
    """A field named first, up, down or last holds the asset that moves."""
    step = next((step for step in rules.STEPS if step in request.form), "")
    asset = request.form.get(step, "")
    place = service.move(
        session(),
        viewer=viewer(),
        collection=service.for_change(session(), viewer(), public_id),
        asset_public_id=asset,
        step=step,
        today=_today(),
    )
    if wants_json():
        return jsonify(place=place)
    return redirect(f"{_address(public_id)}#item-{asset}", 303)


@bp.post("/collections/<public_id>/removal")
@requires("search")
def remove(public_id: str) -> ResponseReturnValue:
    """Takes one asset out; without one, all that are no longer available."""
    collection = service.for_change(session(), viewer(), public_id)
    asset = request.form.get("asset", "")
    if asset:
        service.remove(session(), collection=collection, asset_public_id=asset)
    else:
        service.remove_unavailable(
            session(), viewer=viewer(), collection=collection, today=_today()
        )
    flash("Taken out of this collection; it stays in the library.", "good")
    return redirect(_address(public_id), 303)


@bp.get("/collections/<public_id>/delete")
@requires("search")
def confirm_deletion(public_id: str) -> ResponseReturnValue:
    service.for_change(session(), viewer(), public_id)
    detail = queries.visible_collection(session(), viewer(), public_id, today=_today())
    return render_template("collection_delete.html", line=detail.line, deal=_deal())


@bp.post("/collections/<public_id>/delete")
@requires("search")
def delete(public_id: str) -> ResponseReturnValue:
    collection = service.for_change(session(), viewer(), public_id)
    name = collection.name
    service.discard(session(), viewer=viewer(), collection=collection, now=library().clock.now())
    flash(f"“{name}” is deleted; its assets stay in the library.", "good")
    return redirect(url_for(".listed", opportunity=_deal()), 303)


@bp.get("/collections/add")
@requires("search")
def choose() -> ResponseReturnValue:
    """The collection for assets that were picked: one there is, or a new one."""
    return _choice()


@bp.post("/collections/add")
@requires("search")
def add() -> ResponseReturnValue:
    """Adds to the collection chosen, or to a new one of the name given."""
    assets = request.form.getlist("asset")
    try:
        public_id, told = _added(assets)
    except InvalidInput as refusal:
        if not assets:
            raise
        return _choice(refusal), 422
    flash(told, "good")
    return redirect(own_path(request.form.get("back", ""), home=_address(public_id)), 303)


def _added(assets: list[str]) -> tuple[str, str]:
    """The public id of the collection, and what to say of it."""
    chosen, now = request.form.get("collection", ""), library().clock.now()
    if chosen:
        collection = service.for_change(session(), viewer(), chosen)
    else:
        name = request.form.get("name", "")
        collection = service.create(session(), viewer=viewer(), name=name, now=now)
    added = service.add(
        session(),
        viewer=viewer(),
        collection=collection,
        asset_public_ids=assets,
        today=now.date(),
    )
    return collection.public_id, _told(added, collection.name)


def _told(added: service.Added, name: str) -> str:
    there = f" {added.already} stood there already." if added.already else ""
    if not added.new:
        return f"Nothing new for “{name}”:{there}"
    what = "1 asset" if added.new == 1 else f"{added.new} assets"
    return f"Added {what} to “{name}”.{there}"


def _list(refusal: InvalidInput | None = None) -> str:
    offset = max(0, request.args.get("offset", 0, type=int))
    shared = queries.shared_by_colleagues(
        session(), viewer(), today=_today(), offset=offset, limit=_PER_PAGE
    )
    kept = queries.favourites(session(), viewer(), today=_today(), limit=1)
    return render_template(
        "collections.html",
        own=queries.own(session(), viewer(), today=_today()),
        shared=shared,
        favourites=kept.total,
        offset=offset,
        limit=_PER_PAGE,
        deal=_deal(),
        refusal=refusal,
        typed=request.form,
    )


def _page(public_id: str, refusal: InvalidInput | None = None) -> str:
    detail = queries.visible_collection(session(), viewer(), public_id, today=_today())
    return render_template(
        "collection.html",
        detail=detail,
        line=detail.line,
        deal=_deal(),
        in_link=_in_link(detail),
        most_in_a_link=MOST_ITEMS,
        refusal=refusal,
        typed=request.form if refusal else None,
        today=_today(),
    )


def _in_link(detail: CollectionDetail) -> list[str]:
    """The assets that "share all" takes along, in order; the rest is told of and left out."""
    return [item.line.public_id for item in detail.sendable[:MOST_ITEMS]]


def _choice(refusal: InvalidInput | None = None) -> str:
    assets = request.values.getlist("asset")
    return render_template(
        "collection_add.html",
        chosen=candidates(session(), viewer(), assets, today=_today()) if assets else [],
        own=queries.own(session(), viewer(), today=_today()),
        deal=_deal(),
        refusal=refusal,
        typed=request.form,
    )


def _address(public_id: str) -> str:
    return url_for(".page", public_id=public_id, opportunity=_deal())


def _deal() -> str | None:
    """Carried on to the share, which checks whose deal it is."""
    return request.values.get("opportunity") or None


def _today() -> date:
    return library().clock.now().date()
