"""What of ours a message holds: share links, addresses of our pages, and files that are our assets.

Whoever saw the message, a browser or a mailbox, it is told from other material by the same rules.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.addresses import address_key
from contentlib.asset.models import Asset, AssetVersion
from contentlib.ids import read_token
from contentlib.recognition.rules import Recognition
from contentlib.sending.reports import Doubtful, Item
from contentlib.share.models import Share, ShareItem

_TOKEN = re.compile(r"/s/([A-Za-z0-9_-]{20,80})")


@dataclass(frozen=True, slots=True)
class Ours:
    """Where our share links are open, and the key that signs them."""

    base_url: str
    signing_key: bytes


def linked(
    session: Session, ours: Ours, addresses: Sequence[str], *, sent_at: datetime | None
) -> tuple[Item, ...]:
    """The assets behind these addresses: through our share links, whoever made them, and as pages
    of the library's own. Three statements at the most, none without addresses.
    """
    tokens = [share_of(ours, address) for address in addresses]
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


def share_of(ours: Ours, address: str) -> str | None:
    """The public id of the share that the address opens; None for any other address."""
    try:
        own, given = urlsplit(ours.base_url), urlsplit(address)
        same_place = (own.hostname, own.port) == (given.hostname, given.port)
    except ValueError:
        return None
    # behind a proxy the port of the one scheme or the other is usual, and not written
    if not same_place and (own.port or given.port or own.hostname != given.hostname):
        return None
    found = _TOKEN.match(given.path.removeprefix(own.path.rstrip("/")))
    return None if found is None else read_token(found[1], key=ours.signing_key, purpose="share")


def attached(found: Recognition) -> Item:
    """The asset of which we are sure that a file is it."""
    best = found.candidates[0]
    return Item(
        asset_id=best.asset_id,
        version_id=best.version_id,
        channel="attachment",
        method=best.verdict,
        score=best.score,
        pages=best.pages,
    )


def doubtful(found: Recognition, *, file_name: str, file_sha256: str) -> Doubtful:
    """A file that may be ours, to be looked at by its sender."""
    candidates: tuple[dict[str, object], ...] = tuple(
        {
            "version_id": each.version_id,
            "verdict": each.verdict,
            "score": each.score,
            "pages": list(each.pages),
        }
        for each in found.candidates
    )
    return Doubtful(file_name, file_sha256, candidates)


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
