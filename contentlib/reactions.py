"""What reacts to what: the one table of it, and the reactions.

A reaction is idempotent and exits quietly when the row it serves is gone. It reads in one
session, works outside any, and writes in another, so no lock is held while a file is parsed.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any

from contentlib.asset import drawing, importing, indexing
from contentlib.asset import service as assets
from contentlib.asset.models import AssetVersion
from contentlib.engagement import acts
from contentlib.engagement import service as engagement
from contentlib.engagement.models import Unfurl
from contentlib.errors import DeliveryFailed, InvalidInput
from contentlib.events import jobs
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.member.models import Member
from contentlib.notification import queries as notification_queries
from contentlib.notification import service as notifications
from contentlib.notification.letters import letter as notice_letter
from contentlib.ports import StoredFile
from contentlib.sending import service as sending
from contentlib.share import codes, letters
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
            stored = {path: _store(library, path) for path in rendering.files}
        with library.database.unit_of_work() as session:
            drawing.store_rendering(
                session, version_id=version_id, rendering=rendering, stored=stored
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
        message["Message-ID"] = f"<{payload['message_id']}@contentlib.invalid>"
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


def mail_share_code(library: Library, payloads: Sequence[Payload]) -> None:
    """Mails a one-time code to whoever asked for it, where the link's rules let them in."""
    if library.mailer is None:
        raise DeliveryFailed("No mail server is set up (CONTENTLIB_MAIL_URL).", permanent=True)
    for payload in payloads:
        with library.database.reading() as session:
            message = letters.code_letter(
                session,
                _letterhead(library),
                code_id=payload["code_id"],
                key=library.signing_key,
                now=library.clock.now(),
            )
        if message is not None:
            library.mailer.send(message)


def mail_asking(library: Library, payloads: Sequence[Payload]) -> None:
    """Passes a visitor's words on to the maker of a link, where mail is set up."""
    if library.mailer is None:
        return
    for payload in payloads:
        with library.database.reading() as session:
            message = letters.asking_letter(
                session, _letterhead(library), now=library.clock.now(), **payload
            )
        if message is not None:
            library.mailer.send(message)


def _letterhead(library: Library) -> letters.Letterhead:
    settings = library.settings
    return letters.Letterhead(
        company=settings.company_name,
        mail_from=settings.mail_from,
        link=lambda public_id: share_address(library, public_id),
        page=lambda public_id: f"{settings.base_url}/shares/{public_id}",
    )


def judge_listed(library: Library, payloads: Sequence[Payload]) -> None:
    """Judges past visits by a network that was put on a list."""
    for payload in payloads:
        acts.judge_network(library.database, **payload, is_listed=True, now=library.clock.now())


def judge_unlisted(library: Library, payloads: Sequence[Payload]) -> None:
    """Judges past visits without a network that was taken off its list."""
    for payload in payloads:
        acts.judge_network(library.database, **payload, is_listed=False, now=library.clock.now())


def judge_sent(library: Library, payloads: Sequence[Payload]) -> None:
    """Judges the visits of links anew, now that we know when they left."""
    sends = [(p["share_id"], datetime.fromisoformat(p["sent_at"])) for p in payloads]
    acts.judge_sent(library.database, sends, now=library.clock.now())


def tell_of_visit(library: Library, payloads: Sequence[Payload]) -> None:
    """Tells the makers of links of people's visits, and takes back what was a machine's."""
    now, policy = library.clock.now(), _policy(library)
    for visit_id in dict.fromkeys(payload["visit_id"] for payload in payloads):
        with library.database.unit_of_work() as session:
            notifications.tell_of_visit(session, visit_id=visit_id, policy=policy, now=now)


def follow_merged_visit(library: Library, payloads: Sequence[Payload]) -> None:
    """Lets what was told of a visit stand for the one that it turned out to be part of."""
    with library.database.unit_of_work() as session:
        for payload in payloads:
            notifications.follow_merge(session, **payload)


def tell_of_unfurl(library: Library, payloads: Sequence[Payload]) -> None:
    """Tells the makers of links where they were pasted."""
    now, policy = library.clock.now(), _policy(library)
    for payload in payloads:
        with library.database.unit_of_work() as session:
            unfurl = session.get(Unfurl, payload["unfurl_id"])
            if unfurl is not None:
                notifications.tell_of_unfurl(
                    session,
                    share_id=unfurl.share_id,
                    service=unfurl.service,
                    policy=policy,
                    now=now,
                )


def tell_of_asking(library: Library, payloads: Sequence[Payload]) -> None:
    """Tells the maker of a link in the app that somebody could not open it."""
    for payload in payloads:
        with library.database.unit_of_work() as session:
            notifications.tell_of_asking(
                session,
                share_id=payload["share_id"],
                email=payload["email"],
                text=payload["text"],
                policy=_policy(library),
                now=library.clock.now(),
            )


def _policy(library: Library) -> notifications.Policy:
    settings = library.settings
    return notifications.Policy(
        quiet=timedelta(hours=settings.return_after_hours),
        most_mails_an_hour=settings.notices_per_hour,
        can_mail=library.mailer is not None,
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
    "judge_listed": Reaction(judge_listed, lane="visits"),
    "judge_unlisted": Reaction(judge_unlisted, lane="visits"),
    "judge_sent": Reaction(judge_sent, lane="visits", batch=64),
    "mail_share_code": Reaction(mail_share_code, lane="mail"),
    "mail_asking": Reaction(mail_asking, lane="mail"),
    "tell_of_visit": Reaction(tell_of_visit, lane="visits", batch=64),
    "follow_merged_visit": Reaction(follow_merged_visit, lane="visits", batch=64),
    "tell_of_unfurl": Reaction(tell_of_unfurl, lane="visits", batch=64),
    "tell_of_asking": Reaction(tell_of_asking, lane="visits"),
}

WHAT_REACTS: dict[str, tuple[str, ...]] = {
    "ImportItemReceived": ("read_import_item",),
    "AssetContentChanged": ("index_assets",),
    "VersionAdded": ("render_version",),
    "AssetDeleted": ("index_assets",),
    "ShareMailed": ("mail_share",),
    "NetworkListed": ("judge_listed",),
    "NetworkUnlisted": ("judge_unlisted",),
    "ShareSent": ("judge_sent",),
    "CodeAskedFor": ("mail_share_code",),
    "LinkAskedFor": ("mail_asking", "tell_of_asking"),
    "VisitJudged": ("tell_of_visit",),
    "VisitMerged": ("follow_merged_visit",),
    "LinkUnfurled": ("tell_of_unfurl",),
}


def fold_beats(library: Library) -> None:
    """Makes visits and views of what was asked, seen and taken since the last time."""
    gap = timedelta(minutes=library.settings.visit_gap_minutes)
    acts.fold_what_is_new(library.database, gap=gap, now=library.clock.now())


def judge_again(library: Library) -> None:
    """Judges visits anew that older rules judged, as long as their raw requests are kept."""
    now = library.clock.now()
    acts.judge_outdated(library.database, since=now - _kept(library), now=now)


def _kept(library: Library) -> timedelta:
    return timedelta(days=library.settings.hit_retention_days)


def prepare_index(library: Library) -> None:
    """Derives the query model where it is missing; the worker does this once at its start."""
    library.index.prepare()


def notify(library: Library) -> None:
    """Keeps what is told of visits up to date, and mails it."""
    now, settings = library.clock.now(), library.settings
    with library.database.reading() as session:
        waits = notification_queries.has_work(session, now=now)
    if waits:
        with library.database.unit_of_work() as session:
            gap = timedelta(minutes=settings.visit_gap_minutes)
            notifications.settle(session, gap=gap, now=now)
    if library.mailer is None or not waits:
        return
    with library.database.reading() as session:
        waited_since = now - timedelta(hours=settings.digest_hours)
        letters = [
            *notification_queries.to_mail(session, now=now),
            *notification_queries.digests(session, now=now, waited_since=waited_since),
        ]
    for found in letters:
        message = notice_letter(
            found, base_url=settings.base_url, mail_from=settings.mail_from, now=now
        )
        library.mailer.send(message)
        # one commit a letter: what left is not sent again because the next one was refused
        with library.database.unit_of_work() as session:
            notifications.mark_mailed(session, found.ids, now=now)


def draw_again(library: Library) -> None:
    """Has pictures drawn that libraries from before lack."""
    with library.database.reading() as session:
        if not drawing.is_outdated(session):
            return
    with library.database.unit_of_work() as session:
        drawing.draw_again(session, now=library.clock.now())


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
        codes.forget_unused(session, before=now - timedelta(days=1))
        engagement.forget_old_salts(session, now=now)
    acts.forget_old_requests(library.database, before=now - _kept(library))


# What is done without a fact, and how often in seconds.
PERIODIC: tuple[tuple[Callable[[Library], None], float], ...] = (
    (fold_beats, 1.0),
    (judge_again, 600.0),
    (prepare_index, 3600.0),
    (notify, 15.0),
    (heal_index, 30.0),
    (draw_again, 600.0),
    (tidy, 3600.0),
)
