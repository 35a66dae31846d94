"""What reacts to what: the one table of it, and the reactions.

A reaction is idempotent and exits quietly when the row it serves is gone. It reads in one
session, works outside any, and writes in another, so no lock is held while a file is parsed.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any

from contentlib.asset import importing, indexing
from contentlib.asset import service as assets
from contentlib.asset.models import AssetVersion
from contentlib.engagement import folding
from contentlib.engagement import queries as engagement_queries
from contentlib.engagement import service as engagement
from contentlib.errors import DeliveryFailed, InvalidInput
from contentlib.events import jobs
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.member.models import Member
from contentlib.ports import StoredFile
from contentlib.sending import service as sending
from contentlib.share.models import Share

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reaction:
    """`run` is given up to `batch` payloads at once; `lane` names the worker thread it runs in."""

    run: Callable[[Library, Sequence[Payload]], None]
    lane: str
    batch: int = 1


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
            images = {page.number: _store(library, page.path) for page in rendering.pages}
            thumbnail = _store(library, rendering.thumbnail) if rendering.thumbnail else None
        with library.database.unit_of_work() as session:
            assets.store_rendering(
                session,
                version_id=version_id,
                rendering=rendering,
                images=images,
                thumbnail_sha256=thumbnail,
            )


def _store(library: Library, path: Path) -> str:
    with path.open("rb") as image:
        return library.files.put(image).sha256


def mail_share(library: Library, payloads: Sequence[Payload]) -> None:
    """Mails a link to its recipients, then records the sends.

    1. The message id is fixed in the payload: should we die between the server's acceptance
       and our commit, the mail goes out again, and a mail program shows it once.
    2. Only acceptance by the server makes it a send.
    """
    for payload in payloads:
        if library.mailer is None:
            raise DeliveryFailed("No mail server is set up (CONTENTLIB_MAIL_URL).", permanent=True)
        with library.database.reading() as session:
            share = session.get(Share, payload["share_id"])
            if share is None:
                continue
            sender = session.get_one(Member, share.member_id)
            recipients = [r.email for r in share.recipients]
            public_id = share.public_id
        message = EmailMessage()
        message["Subject"] = payload["subject"]
        message["From"] = formataddr((sender.name, library.settings.mail_from))
        message["Reply-To"] = formataddr((sender.name, sender.email))
        message["To"] = ", ".join(recipients)
        message["Date"] = formatdate(library.clock.now().timestamp())
        message["Message-ID"] = make_msgid(payload["message_id"], domain="contentlib.invalid")
        message.set_content(f"{payload['body']}\n\n{share_address(library, public_id)}\n")
        library.mailer.send(message)
        with library.database.unit_of_work() as session:
            sending.record_share_sent(
                session,
                share=session.get_one(Share, payload["share_id"]),
                evidence="app_mail",
                message_key=f"app_mail:{payload['message_id']}",
                now=library.clock.now(),
            )


def share_address(library: Library, share_public_id: str) -> str:
    """The whole address of a share link."""
    token = sign_token(share_public_id, key=library.signing_key, purpose="share")
    return f"{library.settings.base_url}/s/{token}"


REACTIONS: dict[str, Reaction] = {
    "read_import_item": Reaction(read_import_item, lane="documents"),
    "index_assets": Reaction(index_assets, lane="index", batch=64),
    "render_version": Reaction(render_version, lane="pictures"),
    "mail_share": Reaction(mail_share, lane="mail"),
}

WHAT_REACTS: dict[str, tuple[str, ...]] = {
    "ImportItemReceived": ("read_import_item",),
    "AssetContentChanged": ("index_assets",),
    "VersionAdded": ("render_version",),
    "AssetDeleted": ("index_assets",),
    "ShareMailed": ("mail_share",),
}


def fold_beats(library: Library) -> None:
    """Makes visits and views of what the viewers told since the last time."""
    gap = timedelta(minutes=library.settings.visit_gap_minutes)
    while True:
        with library.database.reading() as session:
            if not engagement_queries.unfolded(session):
                return
        with library.database.unit_of_work() as session:
            folding.fold_beats(session, gap=gap)


def judge_again(library: Library) -> None:
    """Judges visits anew that older rules judged, as long as their raw requests are kept."""
    gap = timedelta(minutes=library.settings.visit_gap_minutes)
    since = library.clock.now() - timedelta(days=library.settings.hit_retention_days)
    while True:
        with library.database.unit_of_work() as session:
            if not folding.judge_again(session, gap=gap, since=since):
                return


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


def tidy(library: Library) -> None:
    """Forgets what need not be kept: old jobs, salts, and raw requests past their retention."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        jobs.prune_done(session, before=now - timedelta(days=7))
        engagement.forget_old_salts(session, now=now)
        kept = timedelta(days=library.settings.hit_retention_days)
        engagement.forget_old_hits(session, before=now - kept)


# What is done without a fact, and how often in seconds.
PERIODIC: tuple[tuple[Callable[[Library], None], float], ...] = (
    (fold_beats, 1.0),
    (judge_again, 600.0),
    (prepare_index, 3600.0),
    (heal_index, 30.0),
    (tidy, 3600.0),
)
