"""Reading what became of imported files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from contentlib.asset.models import Asset, AssetVersion, ImportBatch, ImportItem


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One file of a batch, as the upload page and `import --json` tell it."""

    public_id: str
    source: str
    state: str
    reason: str
    warnings: tuple[str, ...]
    asset_public_id: str | None
    asset_title: str | None
    asset_state: str | None
    thumbnail_sha256: str | None
    batch_public_id: str
    finished_at: datetime | None


def import_lines(
    session: Session,
    *,
    batch_id: int | None = None,
    member_id: int | None = None,
    public_ids: Sequence[str] | None = None,
    limit: int = 500,
) -> list[ImportLine]:
    """The items of a batch in order, or a member's newest. One statement."""
    current = aliased(AssetVersion)
    statement = (
        select(ImportItem, ImportBatch.public_id, Asset, current.thumbnail_sha256)
        .join(ImportBatch, ImportItem.batch_id == ImportBatch.id)
        .outerjoin(Asset, ImportItem.asset_id == Asset.id)
        .outerjoin(current, Asset.current_version_id == current.id)
    )
    if batch_id is not None:
        statement = statement.where(ImportItem.batch_id == batch_id).order_by(ImportItem.position)
    else:
        statement = statement.order_by(ImportItem.id.desc())
    if member_id is not None:
        statement = statement.where(ImportBatch.member_id == member_id)
    if public_ids is not None:
        statement = statement.where(ImportItem.public_id.in_(public_ids))
    return [
        ImportLine(
            item.public_id,
            item.name,
            item.state,
            item.reason,
            tuple(item.warnings),
            asset.public_id if asset else None,
            asset.title if asset else None,
            asset.state if asset else None,
            thumbnail,
            batch_public_id,
            item.finished_at,
        )
        for item, batch_public_id, asset, thumbnail in session.execute(statement.limit(limit))
    ]


def unsettled(session: Session, batch_id: int) -> int:
    """How many items of a batch still wait. One statement."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ImportItem)
            .where(ImportItem.batch_id == batch_id, ImportItem.state == "waiting")
        )
        or 0
    )
