"""What of ours a mail holds: share links, addresses of our pages, and files that are our assets."""

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.addresses import address_key
from contentlib.asset.models import Asset, AssetVersion
from contentlib.ids import read_token
from contentlib.library import Library
from contentlib.ports import MailAttachment
from contentlib.reacting.recognition import recognise_attachment
from contentlib.recognition.rules import Recognition
from contentlib.sending.reports import Doubtful, Item
from contentlib.share.models import Share, ShareItem

Recognise = Callable[[MailAttachment, str], Recognition]

_TOKEN = re.compile(r"/s/([A-Za-z0-9_-]{20,80})")
# Signatures, keys, business cards and dates come with letters; no asset is one of these.
_NEVER_OURS = frozenset(
    (
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-keys",
        "application/pgp-encrypted",
        "application/ics",
        "text/calendar",
        "text/vcard",
        "text/x-vcard",
    )
)
# A logo or a face in a signature; a page that somebody sends as a picture is far larger.
_TINY_PICTURE_BYTES = 20_000
_REMEMBERED = 2_000


def linked(
    session: Session, library: Library, addresses: Sequence[str], *, sent_at: datetime | None
) -> tuple[Item, ...]:
    """The assets behind these addresses: through our share links, whoever made them, and as pages
    of the library's own. Three statements at the most, none without addresses.
    """
    tokens = [_share_of(library, address) for address in addresses]
    public_ids = [public_id for public_id in dict.fromkeys(tokens) if public_id is not None]
    others = [a for a, public_id in zip(addresses, tokens, strict=True) if public_id is None]
    found = [*_shared(session, public_ids), *_pages(session, others)]
    versions = _versions_then(session, {each.asset_id for each in found}, sent_at)
    return tuple(
        Item(
            asset_id=each.asset_id,
            version_id=version_id,
            channel="link",
            method="own address" if each.share_id is None else "share link",
            share_id=each.share_id,
        )
        for each in found
        for version_id in (each.pinned_id or versions.get(each.asset_id, each.current_id),)
        if version_id is not None
    )


@dataclass(frozen=True, slots=True)
class _Linked:
    asset_id: int
    current_id: int | None
    share_id: int | None = None
    pinned_id: int | None = None


def _shared(session: Session, public_ids: Sequence[str]) -> list[_Linked]:
    if not public_ids:
        return []
    rows = session.execute(
        select(ShareItem.asset_id, Asset.current_version_id, Share.id, ShareItem.pinned_version_id)
        .join(ShareItem, ShareItem.share_id == Share.id)
        .join(Asset, ShareItem.asset_id == Asset.id)
        .where(Share.public_id.in_(public_ids))
        .order_by(Share.id, ShareItem.position)
    )
    return [_Linked(*row) for row in rows]


def _pages(session: Session, addresses: Iterable[str]) -> list[_Linked]:
    keys = {key for key in map(address_key, addresses) if key is not None}
    if not keys:
        return []
    rows = session.execute(
        select(Asset.source_key, Asset.id, Asset.current_version_id)
        .where(Asset.source_key.in_(keys), Asset.state != "deleted")
        # of two assets with one address the published one is meant
        .order_by(Asset.state == "published", Asset.id)
    )
    by_address = {key: _Linked(asset_id, version_id) for key, asset_id, version_id in rows}
    return list(by_address.values())


def _versions_then(
    session: Session, asset_ids: set[int], sent_at: datetime | None
) -> dict[int, int]:
    """asset id -> the version that was current when the mail left, where one was there yet."""
    if not asset_ids or sent_at is None:
        return {}
    rows = session.execute(
        select(AssetVersion.asset_id, AssetVersion.id)
        .where(AssetVersion.asset_id.in_(asset_ids), AssetVersion.added_at <= sent_at)
        .order_by(AssetVersion.number)
    )
    return {row.asset_id: row.id for row in rows}


def _share_of(library: Library, address: str) -> str | None:
    """The public id of the share that the address opens; None for any other address."""
    try:
        ours, given = urlsplit(library.settings.base_url), urlsplit(address)
        same_place = (ours.hostname, ours.port) == (given.hostname, given.port)
    except ValueError:
        return None
    # behind a proxy the port of the one scheme or the other is usual, and not written
    if not same_place and (ours.port or given.port or ours.hostname != given.hostname):
        return None
    path = given.path.removeprefix(ours.path.rstrip("/"))
    found = _TOKEN.match(path)
    if found is None:
        return None
    return read_token(found[1], key=library.signing_key, purpose="share")


def may_be_ours(attachment: MailAttachment) -> bool:
    """Whether an attachment is worth a look: no signature, no logo, no picture in the text."""
    if not attachment.body or attachment.media_type in _NEVER_OURS:
        return False
    is_picture = attachment.media_type.startswith("image/")
    return not (is_picture and (attachment.is_inline or len(attachment.body) < _TINY_PICTURE_BYTES))


def attached(
    recognise: Recognise, attachments: Iterable[MailAttachment]
) -> tuple[tuple[Item, ...], tuple[Doubtful, ...]]:
    """The assets we are sure of among the files, and the files that somebody must look at."""
    items: list[Item] = []
    doubtful: list[Doubtful] = []
    for attachment in attachments:
        fingerprint = sha256(attachment.body).hexdigest()
        found = recognise(attachment, fingerprint)
        if not found.candidates:
            continue
        if found.is_certain:
            best = found.candidates[0]
            items.append(
                Item(
                    asset_id=best.asset_id,
                    version_id=best.version_id,
                    channel="attachment",
                    method=best.verdict,
                    score=best.score,
                    pages=best.pages,
                )
            )
        else:
            candidates: tuple[dict[str, object], ...] = tuple(
                {
                    "version_id": each.version_id,
                    "verdict": each.verdict,
                    "score": each.score,
                    "pages": list(each.pages),
                }
                for each in found.candidates
            )
            doubtful.append(Doubtful(attachment.file_name, fingerprint, candidates))
    return tuple(items), tuple(doubtful)


class Recogniser:
    """Recognises attachments; one that comes with many messages is read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[str, Recognition] = {}

    def __call__(self, attachment: MailAttachment, fingerprint: str) -> Recognition:
        if fingerprint not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[fingerprint] = self._read(attachment, fingerprint)
        return self._known[fingerprint]

    def _read(self, attachment: MailAttachment, fingerprint: str) -> Recognition:
        with tempfile.TemporaryDirectory(prefix="contentlib-mail-") as folder:
            path = Path(folder) / "attachment"
            path.write_bytes(attachment.body)
            return recognise_attachment(
                self._library, path, file_name=attachment.file_name, file_sha256=fingerprint
            )
