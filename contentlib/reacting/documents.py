"""Reading files, drawing them, and keeping the index up to the truth."""

import tempfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path, PurePath

from contentlib.asset import drawing, importing, indexing
from contentlib.asset import service as assets
from contentlib.asset.models import AssetVersion
from contentlib.errors import DeliveryFailed, InvalidInput
from contentlib.events.jobs import Payload
from contentlib.library import Library
from contentlib.ports import StoredFile


def read_import_item(library: Library, payloads: Sequence[Payload]) -> None:
    """Reads a received file in its sandbox and settles the item."""
    for payload in payloads:
        with library.database.reading() as session:
            item = importing.waiting(session, payload["item_id"])
        if item is None:
            continue
        try:
            content = _read(library, item)
        except InvalidInput as refusal:
            with library.database.unit_of_work() as session:
                importing.refuse(
                    session,
                    item_id=item.item_id,
                    reason=refusal.sentence,
                    now=library.clock.now(),
                )
            continue
        except DeliveryFailed as failure:
            if failure.retryable:
                raise
            with library.database.unit_of_work() as session:
                importing.refuse(
                    session, item_id=item.item_id, reason=str(failure), now=library.clock.now()
                )
            continue
        with library.database.unit_of_work() as session:
            importing.admit(session, item_id=item.item_id, content=content, now=library.clock.now())


def _read(library: Library, item: importing.ToRead) -> assets.NewContent:
    limits = library.settings.limits
    # an import by path is listed by its path; the file itself is known by its name alone
    name = PurePath(item.name).name
    if item.sha256 is None:
        page = library.fetcher.fetch(item.url or "", max_bytes=limits.file_mb * 1_000_000)
        stored = library.files.put(BytesIO(page.body))
        name = _name_of_page(page.url, page.media_type)
    else:
        stored = StoredFile(item.sha256, item.size)
    if item.text is not None:
        document = library.reader.of_text(item.text)
        return assets.NewContent(name, stored, document, library.reader.split(document.pages))
    with library.files.local(stored.sha256) as path:
        document = library.reader.read(path, file_name=name, limits=limits)
    return assets.NewContent(name, stored, document, library.reader.split(document.pages))


def _name_of_page(url: str, media_type: str) -> str:
    last = url.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1] or "page"
    if "html" in media_type and not last.lower().endswith((".html", ".htm")):
        return f"{last}.html"
    return last


def index_assets(library: Library, payloads: Sequence[Payload]) -> None:
    """Brings the index's copy of some assets up to the truth."""
    ids = sorted({payload["asset_id"] for payload in payloads})
    with library.database.reading() as session:
        current = indexing.indexed_assets(session, ids)
    gone = set(ids) - {asset.asset_id for asset in current}
    if gone:
        library.index.remove(gone)
    if current:
        library.index.replace(current)


def render_version(library: Library, payloads: Sequence[Payload]) -> None:
    """Draws the pages of a version and stores the images."""
    for payload in payloads:
        version_id = payload["version_id"]
        with library.database.reading() as session:
            version = session.get(AssetVersion, version_id)
        if version is None or version.preview_problem is not None:
            continue
        with (
            tempfile.TemporaryDirectory(prefix="contentlib-pages-") as folder,
            library.files.local(version.file_sha256) as path,
        ):
            rendering = library.reader.render(
                path, format=version.format, limits=library.settings.limits, into=Path(folder)
            )
            stored = {path: _store(library, path) for path in rendering.files}
        with library.database.unit_of_work() as session:
            drawing.store_rendering(
                session, version_id=version_id, rendering=rendering, stored=stored
            )


def _store(library: Library, path: Path) -> str:
    with path.open("rb") as image:
        return library.files.put(image).sha256


def draw_again(library: Library) -> None:
    """Has pictures drawn that libraries from before lack."""
    with library.database.reading() as session:
        if not drawing.is_outdated(session):
            return
    with library.database.unit_of_work() as session:
        drawing.draw_again(session, now=library.clock.now())


def prepare_index(library: Library) -> None:
    """Derives the query model where it is missing; the worker does this once at its start."""
    library.index.prepare()


def heal_index(library: Library) -> None:
    """Rebuilds a damaged or missing index from the truth."""
    if library.index.state().problem is None:
        return
    with library.database.reading() as session:
        everything = indexing.indexed_assets(session)
    library.index.rebuild(everything)
