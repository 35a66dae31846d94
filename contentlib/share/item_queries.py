"""Reading what stands in a share, for its maker."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from contentlib.asset.models import Asset, AssetVersion
from contentlib.asset.visibility import is_sendable
from contentlib.share.models import ShareItem


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An asset of a share. `is_shown` is False where a visitor no longer gets to see it."""

    public_id: str
    title: str
    format: str
    thumbnail_sha256: str | None
    version_id: int
    version_number: int
    current_number: int
    page_count: int
    is_pinned: bool
    is_shown: bool


def items_of(session: Session, share_id: int, *, today: date) -> list[ItemLine]:
    """All assets of the share, also those that may no longer be sent. One statement."""
    current = aliased(AssetVersion)
    shown = func.coalesce(ShareItem.pinned_version_id, Asset.current_version_id)
    rows = session.execute(
        select(ShareItem, Asset, AssetVersion, current.number, is_sendable(today))
        .join(Asset, ShareItem.asset_id == Asset.id)
        .join(AssetVersion, AssetVersion.id == shown)
        .join(current, current.id == Asset.current_version_id)
        .where(ShareItem.share_id == share_id)
        .order_by(ShareItem.position)
    )
    return [
        ItemLine(
            public_id=asset.public_id,
            title=asset.title,
            format=version.format,
            thumbnail_sha256=version.thumbnail_sha256,
            version_id=version.id,
            version_number=version.number,
            current_number=current_number,
            page_count=version.page_count,
            is_pinned=item.pinned_version_id is not None,
            is_shown=bool(sendable),
        )
        for item, asset, version, current_number, sendable in rows
    ]
