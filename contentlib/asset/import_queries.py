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


@dataclass(frozen=True, slots=True)
class BatchLine:
    """Files brought in together, and what became of them; `refusals` are (file, reason)."""

    public_id: str
    source: str
    created_at: datetime
    counts: dict[str, int]
    refusals: tuple[tuple[str, str], ...]


def recent_batches(session: Session, *, limit: int) -> list[BatchLine]:
    """The newest first, each with at most a hundred refusals. Three statements."""
    batches = list(
        session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit))
    )
    ids = [batch.id for batch in batches]
    counts: dict[int, dict[str, int]] = {}
    for batch_id, state, count in session.execute(
        select(ImportItem.batch_id, ImportItem.state, func.count())
        .where(ImportItem.batch_id.in_(ids))
        .group_by(ImportItem.batch_id, ImportItem.state)
    ):
        counts.setdefault(batch_id, {})[state] = count
    refusals: dict[int, list[tuple[str, str]]] = {}
    for batch_id, name, reason in session.execute(
        select(ImportItem.batch_id, ImportItem.name, ImportItem.reason)
        .where(ImportItem.batch_id.in_(ids), ImportItem.state == "refused")
        .order_by(ImportItem.batch_id.desc(), ImportItem.position)
        .limit(100 * limit)
    ):
        refusals.setdefault(batch_id, []).append((name, reason))
    return [
        BatchLine(
            batch.public_id,
            batch.source,
            batch.created_at,
            counts.get(batch.id, {}),
            tuple(refusals.get(batch.id, ())[:100]),
        )
        for batch in batches
    ]
