"""The catalogue as a browser needs it to know our files and pages by itself."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.asset.visibility import is_sendable, visible_to
from contentlib.member.rules import Viewer

# A browser compares with a prefix and asks us only about what matches. 64 bits: among ten million
# files one in a trillion matches by chance.
PREFIX = 16


@dataclass(frozen=True, slots=True)
class KnownAsset:
    """What the browser may say of an asset."""

    title: str
    current_version: int
    can_send: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`files`: (prefix of the bytes' hash, asset, version); `pages`: (prefix of the address's
    hash, asset). An asset that is not in `assets` was withdrawn: it is known again, by no title.
    """

    assets: dict[str, KnownAsset]
    files: tuple[tuple[str, str, int], ...]
    pages: tuple[tuple[str, str], ...]


def snapshot(session: Session, viewer: Viewer, *, today: date) -> Snapshot:
    """All that was ever published, without drafts and what is deleted. Three statements."""
    was_out = Asset.published_at.is_not(None) & (Asset.state != "deleted")
    known = session.execute(
        select(Asset.public_id, Asset.title, AssetVersion.number, is_sendable(today))
        .join(AssetVersion, Asset.current_version_id == AssetVersion.id)
        .where(was_out, visible_to(viewer, today=today))
        .order_by(Asset.public_id)
    )
    files = session.execute(
        select(AssetVersion.file_sha256, Asset.public_id, AssetVersion.number)
        .join(Asset, AssetVersion.asset_id == Asset.id)
        .where(was_out)
        .order_by(AssetVersion.file_sha256, Asset.public_id, AssetVersion.number)
    )
    pages = session.execute(
        select(Asset.source_key, Asset.public_id)
        .where(was_out, Asset.source_key.is_not(None))
        .order_by(Asset.source_key, Asset.public_id)
    )
    return Snapshot(
        assets={
            public_id: KnownAsset(title, number, bool(can_send))
            for public_id, title, number, can_send in known
        },
        files=tuple((sha256[:PREFIX], asset, number) for sha256, asset, number in files),
        pages=tuple((key[:PREFIX], asset) for key, asset in pages if key is not None),
    )
