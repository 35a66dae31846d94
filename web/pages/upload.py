"""Bringing content in: many files, addresses, a manifest; then editing and publishing."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage, MultiDict

from contentlib.asset import importing, manifest_rows, queries, upload_queries, uploading
from contentlib.asset.rules import AUDIENCES
from contentlib.asset.service import Edit
from contentlib.errors import InvalidInput
from contentlib.taxonomy.queries import FacetView, Vocabulary, vocabulary
from web.auth import requires, viewer
from web.errors import wants_json
from web.transaction import library, session

bp = Blueprint("upload", __name__)

# The facets worth setting before publishing; the rest is on the asset's own page.
EDITED_FACETS = ("content_type", "industry", "region", "product")
_SHOWN_FOR = timedelta(days=7)


@bp.get("/upload")
@requires("publish")
def page() -> ResponseReturnValue:
    replaced = request.args.get("version_of")
    asset = None
    if replaced:
        detail = queries.visible_asset(session(), viewer(), replaced, today=_today(), pages=False)
        asset = detail.line
    lines = upload_queries.uploads(
        session(),
        viewer(),
        source=uploading.SOURCE,
        today=_today(),
        since=library().clock.now() - _SHOWN_FOR,
    )
    awaiting = next((line.batch_public_id for line in lines if line.awaits_file), "")
    return render_template(
        "upload.html",
        lines=lines,
        facets=_edited(vocabulary(session())),
        replaced=asset,
        awaiting_batch=awaiting,
        upload_max_mb=library().settings.upload_max_mb,
    )


@bp.get("/upload/rows")
@requires("publish")
def rows() -> ResponseReturnValue:
    """The rows of some uploads as HTML, for the script to put in place."""
    lines = upload_queries.uploads(
        session(),
        viewer(),
        source=uploading.SOURCE,
        today=_today(),
        public_ids=request.args.getlist("id"),
    )
    return render_template("_upload_rows.html", lines=lines, facets=_edited(vocabulary(session())))


@bp.get("/upload/items")
@requires("publish")
def items() -> ResponseReturnValue:
    """How far some uploads are; cheap, for it is asked again and again."""
    found = upload_queries.states(session(), viewer(), public_ids=request.args.getlist("id"))
    return jsonify(
        items=[
            {"id": one.public_id, "state": one.state, "has_picture": one.has_picture}
            for one in found
        ]
    )


@bp.post("/upload/batches")
@requires("publish")
def open_batch() -> ResponseReturnValue:
    """A batch for the files that follow, each in a request of its own."""
    batch = uploading.open_batch(session(), viewer=viewer(), now=library().clock.now())
    return jsonify(batch=batch.public_id), 201


@bp.post("/upload/files")
@requires("publish")
def receive_files() -> ResponseReturnValue:
    """Stores files, and rows of a manifest, and answers before any of them is read."""
    manifest = request.files.get("manifest")
    # the content goes to the store before the session is begun: no write lock meanwhile
    incoming = [*_manifest(manifest), *map(_stored, _named(request.files.getlist("file")))]
    taken = uploading.receive(
        session(),
        viewer=viewer(),
        incoming=incoming,
        batch_public_id=request.form.get("batch"),
        version_of=request.form.get("version_of"),
        now=library().clock.now(),
    )
    return _received(taken)


@bp.post("/upload/addresses")
@requires("publish")
def receive_addresses() -> ResponseReturnValue:
    """Web pages to be fetched, one address a line."""
    addresses = list(dict.fromkeys(request.form.get("addresses", "").split()))
    if not addresses:
        raise InvalidInput("Give at least one address.", {"addresses": "One address a line."})
    taken = uploading.receive(
        session(),
        viewer=viewer(),
        incoming=[_address(given, {}) for given in addresses[:500]],
        now=library().clock.now(),
    )
    return _received(taken)


@bp.post("/upload/items/<public_id>/decision")
@requires("publish")
def decide(public_id: str) -> ResponseReturnValue:
    """A new version of its twin, or an asset of its own."""
    importing.decide_about_twin(
        session(),
        item_public_id=public_id,
        member_id=viewer().member_id,
        choice=request.form.get("choice", ""),
        now=library().clock.now(),
    )
    return _done("It is being read again.")


@bp.post("/upload/assets/<public_id>")
@requires("publish")
def edit_one(public_id: str) -> ResponseReturnValue:
    """Title, audience and facets of one draft, as the row's form states them all."""
    words = vocabulary(session())
    change = Edit(
        title=request.form.get("title", ""),
        audience=_audience(request.form),
        term_ids={f.key: _terms(f, request.form) for f in _edited(words)},
    )
    uploading.edit_all(
        session(),
        viewer=viewer(),
        asset_public_ids=[public_id],
        change=change,
        now=library().clock.now(),
    )
    return _done("Saved.")


@bp.post("/upload/edit")
@requires("publish")
def edit_selected() -> ResponseReturnValue:
    """The same facets for all selected drafts; a facet left open stays as it is."""
    chosen = {f.key: _terms(f, request.form) for f in _edited(vocabulary(session()))}
    change = Edit(
        audience=_audience(request.form),
        term_ids={key: ids for key, ids in chosen.items() if ids} or None,
    )
    if change == Edit():
        raise InvalidInput("Choose what to set: a content type, a facet or the audience.")
    count = uploading.edit_all(
        session(),
        viewer=viewer(),
        asset_public_ids=request.form.getlist("asset"),
        change=change,
        now=library().clock.now(),
    )
    return _done(f"{count} {'draft' if count == 1 else 'drafts'} changed.")


@bp.post("/upload/publish")
@requires("publish")
def publish_selected() -> ResponseReturnValue:
    count = uploading.publish_all(
        session(),
        viewer=viewer(),
        asset_public_ids=request.form.getlist("asset"),
        now=library().clock.now(),
    )
    return _done(f"{count} {'asset' if count == 1 else 'assets'} published.")


def _named(files: list[FileStorage]) -> list[FileStorage]:
    # a form without a chosen file sends one part without a name
    return [file for file in files if file.filename]


def _stored(file: FileStorage) -> importing.Incoming:
    name = uploading.base_name(file.filename or "file")[:300]
    return importing.Incoming(name, {}, library().files.put(cast(BinaryIO, file.stream)))


def _manifest(file: FileStorage | None) -> list[importing.Incoming]:
    if file is None or not file.filename:
        return []
    told = manifest_rows.rows_of(file.stream.read(), file_name=uploading.base_name(file.filename))
    return [_of_row(number, row) for number, row in enumerate(told, start=1)]


def _of_row(number: int, row: dict[str, Any]) -> importing.Incoming:
    title = str(row.get("title") or row.get("external_id") or f"Row {number}")
    if row.get("path"):
        return importing.Incoming(uploading.base_name(str(row["path"])) or title, row)
    if row.get("url"):
        return _address(str(row["url"]).strip(), row)
    if row.get("text"):
        stored = library().files.put(BytesIO(str(row["text"]).encode("utf-8", "replace")))
        return importing.Incoming(f"{title}.txt", row, stored)
    return importing.Incoming(title, row)


def _address(given: str, row: dict[str, Any]) -> importing.Incoming:
    try:
        is_web = urlsplit(given).scheme in ("http", "https")
    except ValueError:
        is_web = False
    return importing.Incoming(given[:1000], row, url=given if is_web else None)


def _received(taken: uploading.Received) -> ResponseReturnValue:
    if wants_json():
        items = [{"id": public_id, "name": name} for public_id, name in taken.items]
        return jsonify(batch=taken.batch_public_id, items=items), 201
    flash("Received. Each file is being read; this page shows what becomes of it.", "good")
    return redirect(url_for("upload.page"), 303)


def _done(sentence: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=sentence)
    flash(sentence, "good")
    return redirect(url_for("upload.page"), 303)


def _edited(words: Vocabulary) -> list[FacetView]:
    facets = (words.facet(key) for key in EDITED_FACETS)
    return [facet for facet in facets if facet is not None and facet.terms]


def _terms(facet: FacetView, form: MultiDict[str, str]) -> tuple[int, ...]:
    wanted = set(form.getlist(facet.key))
    return tuple(term.id for term in facet.terms if str(term.id) in wanted)


def _audience(form: MultiDict[str, str]) -> str | None:
    audience = form.get("audience")
    return audience if audience in AUDIENCES else None


def _today() -> date:
    return library().clock.now().date()
