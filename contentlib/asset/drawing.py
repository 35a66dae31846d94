"""The pictures of a version's pages: putting them on, and asking for those that are missing."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from contentlib.asset.facts import VersionAdded
from contentlib.asset.models import Asset, AssetPage, AssetVersion
from contentlib.events import record
from contentlib.ports import Rendering


def store_rendering(
    session: Session, *, version_id: int, rendering: Rendering, stored: Mapping[Path, str]
) -> None:
    """Puts the stored pictures (path in the rendering -> SHA-256) on the version; idempotent.

    A document drawn into more pages than its text has gets empty pages for the rest. One that
    could not be drawn this time keeps the pictures that it has.
    """
    version = session.get(AssetVersion, version_id)
    if version is None:
        return
    by_number = {page.number: page for page in version.pages}
    for drawn in rendering.pages:
        page = by_number.get(drawn.number)
        if page is None:
            page = AssetPage(version_id=version_id, number=drawn.number, text="", notes="")
            version.pages.append(page)
        page.image_sha256 = stored[drawn.path]
        page.small_sha256 = stored[drawn.small] if drawn.small else None
        page.width, page.height = drawn.width, drawn.height
    version.page_count = max(version.page_count, len(rendering.pages))
    if rendering.thumbnail is not None:
        version.thumbnail_sha256 = stored[rendering.thumbnail]
    if rendering.card is not None:
        version.card_sha256 = stored[rendering.card]
    version.preview_problem = rendering.reason or ""


def draw_again(session: Session, *, now: datetime, limit: int = 50) -> int:
    """Has current versions drawn anew whose pictures are from before cards were; how many.

    One statement to find them, and one job a version.
    """
    outdated = session.scalars(_outdated().order_by(AssetVersion.id).limit(limit)).all()
    for version in outdated:
        # what marks it as not drawn yet, so that it is asked for once
        version.preview_problem = None
        record(session, VersionAdded(version.id), now=now)
    return len(outdated)


def is_outdated(session: Session) -> bool:
    """Whether any are left for `draw_again`. One statement."""
    return session.scalar(_outdated().limit(1)) is not None


def _outdated() -> Select[AssetVersion]:
    return (
        select(AssetVersion)
        .join(Asset, Asset.current_version_id == AssetVersion.id)
        .where(
            AssetVersion.thumbnail_sha256.is_not(None),
            AssetVersion.card_sha256.is_(None),
            AssetVersion.preview_problem == "",
        )
    )
