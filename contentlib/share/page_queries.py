"""The pages that a visitor of a share may see: their text and picture, never speaker notes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import AssetPage


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page as a buyer meets it. `width` and `height` are those of the picture, in pixels."""

    number: int
    label: str | None
    text: str
    image_sha256: str | None
    width: int | None
    height: int | None


def shown_page(session: Session, version_id: int, number: int) -> ShownPage | None:
    """A page of a version that `door` let through; None where it has no such page.

    One statement.
    """
    row = session.execute(
        select(
            AssetPage.number,
            AssetPage.label,
            AssetPage.text,
            AssetPage.image_sha256,
            AssetPage.width,
            AssetPage.height,
        ).where(AssetPage.version_id == version_id, AssetPage.number == number)
    ).first()
    return None if row is None else ShownPage(*row)
