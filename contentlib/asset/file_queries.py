"""Which stored file an address stands for, and whether this member may have it.

A rep gets the current file and the pictures of the versions that were current so far; who sees
drafts gets every version.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session, aliased

from contentlib.asset.models import Asset, AssetPage, AssetVersion
from contentlib.asset.visibility import visible_to
from contentlib.errors import NotFound
from contentlib.member.rules import Viewer

_Current = aliased(AssetVersion)


@dataclass(frozen=True, slots=True)
class VersionFile:
    """The uploaded file of a version."""

    asset_id: int
    version_id: int
    sha256: str
    file_name: str
    media_type: str
    size: int


def version_file(
    session: Session, viewer: Viewer, public_id: str, number: int, *, today: date
) -> VersionFile:
    """Raises NotFound where there is none for this member. One statement."""
    row = session.execute(
        select(AssetVersion)
        .join(Asset, AssetVersion.asset_id == Asset.id)
        .where(
            Asset.public_id == public_id,
            AssetVersion.number == number,
            visible_to(viewer, today=today),
            _is_drafts_viewer(viewer) | (AssetVersion.id == Asset.current_version_id),
        )
    ).scalar()
    if row is None:
        raise NotFound("There is no such file.")
    return VersionFile(
        row.asset_id, row.id, row.file_sha256, row.file_name, row.media_type, row.size
    )


def page_image(
    session: Session,
    viewer: Viewer,
    public_id: str,
    number: int,
    page: int,
    *,
    small: bool = False,
    today: date,
) -> str:
    """SHA-256 of the picture of a page, or of its small one where there is one. One statement.

    Raises NotFound.
    """
    whole = AssetPage.image_sha256
    found = session.scalar(
        select(func.coalesce(AssetPage.small_sha256, whole) if small else whole)
        .join(AssetVersion, AssetPage.version_id == AssetVersion.id)
        .join(Asset, AssetVersion.asset_id == Asset.id)
        .join(_Current, _Current.id == Asset.current_version_id)
        .where(
            Asset.public_id == public_id,
            AssetVersion.number == number,
            AssetPage.number == page,
            _may_see_pictures(viewer, today),
        )
    )
    if found is None:
        raise NotFound("There is no picture of that page.")
    return found


def thumbnail(
    session: Session, viewer: Viewer, public_id: str, number: int | None, *, today: date
) -> str:
    """SHA-256 of a version's thumbnail, by default the current one's. Raises NotFound.

    One statement.
    """
    wanted = AssetVersion.id == Asset.current_version_id
    if number is not None:
        wanted = AssetVersion.number == number
    found = session.scalar(
        select(AssetVersion.thumbnail_sha256)
        .join(Asset, AssetVersion.asset_id == Asset.id)
        .join(_Current, _Current.id == Asset.current_version_id)
        .where(Asset.public_id == public_id, wanted, _may_see_pictures(viewer, today))
    )
    if found is None:
        raise NotFound("There is no thumbnail.")
    return found


def _may_see_pictures(viewer: Viewer, today: date) -> ColumnElement[bool]:
    was_current = AssetVersion.number <= _Current.number
    return visible_to(viewer, today=today) & (_is_drafts_viewer(viewer) | was_current)


def _is_drafts_viewer(viewer: Viewer) -> ColumnElement[bool]:
    return true() if viewer.can("see drafts") else false()
