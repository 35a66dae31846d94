"""The pages that a visitor of a share may see: their text and picture, never speaker notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Executable, bindparam, func, literal, select
from sqlalchemy.orm import Session

from contentlib.asset.models import AssetPage, AssetVersion
from contentlib.share.finding import Bit, bits_of


@dataclass(frozen=True, slots=True)
class PageInBrief:
    """A page as the overview shows it; `bits` are where the words looked for stand, if any were."""

    number: int
    label: str | None
    has_picture: bool
    width: int | None
    height: int | None
    bits: tuple[Bit, ...] = ()


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
    asked = {"version_id": version_id, "number": number}
    row = session.connection().execute(_shown_page_statement(), asked).first()
    return None if row is None else ShownPage(*row)


@cache
def _shown_page_statement() -> Executable:
    # built once: each page a buyer turns runs it
    return select(
        AssetPage.number,
        AssetPage.label,
        AssetPage.text,
        AssetPage.image_sha256,
        AssetPage.width,
        AssetPage.height,
    ).where(
        AssetPage.version_id == bindparam("version_id"), AssetPage.number == bindparam("number")
    )


def pictures(session: Session, version_id: int) -> tuple[str, ...]:
    """The files of a version's page pictures, in order; a page without one is left out.

    One statement.
    """
    found = session.scalars(
        select(AssetPage.image_sha256)
        .where(AssetPage.version_id == version_id, AssetPage.image_sha256.is_not(None))
        .order_by(AssetPage.number)
    )
    return tuple(sha256 for sha256 in found if sha256 is not None)


def small_picture(session: Session, version_id: int, number: int) -> str | None:
    """The file of a page's small picture, or of its large one where there is none yet.

    One statement.
    """
    return session.scalar(
        select(func.coalesce(AssetPage.small_sha256, AssetPage.image_sha256)).where(
            AssetPage.version_id == version_id, AssetPage.number == number
        )
    )


def card_of(session: Session, version_id: int) -> str | None:
    """The file of the picture that chat programs unfold beside a link. One statement."""
    return session.scalar(select(AssetVersion.card_sha256).where(AssetVersion.id == version_id))


def overview(session: Session, version_id: int, words: Sequence[str] = ()) -> list[PageInBrief]:
    """All pages of a version, or those that hold all the words, in order. One statement."""
    rows = session.execute(
        select(
            AssetPage.number,
            AssetPage.label,
            AssetPage.image_sha256.is_not(None).label("has_picture"),
            AssetPage.width,
            AssetPage.height,
            # only a search reads the texts: a document may have two thousand pages
            AssetPage.text if words else literal("").label("text"),
        )
        .where(AssetPage.version_id == version_id)
        .order_by(AssetPage.number)
    )
    found = []
    for row in rows:
        bits = bits_of(" ".join(row.text.split()), words) if words else ()
        if bits is not None:
            found.append(
                PageInBrief(
                    row.number, row.label, bool(row.has_picture), row.width, row.height, bits
                )
            )
    return found
