"""Reading what became of a member's uploads, with the drafts they made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from contentlib.asset.models import Asset, AssetVersion, ImportBatch, ImportItem
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.member.rules import Viewer

Twin = Literal["", "file", "text"]


@dataclass(frozen=True, slots=True)
class UploadLine:
    """One file, address or row as the upload page shows it.

    `twin` is set while the uploader has to say what a duplicate shall be: of the same "file"
    (a new version of it would change nothing) or of the same "text". `awaits_file`: a manifest
    row whose file is still to come.
    """

    public_id: str
    batch_public_id: str
    name: str
    size: int
    state: str
    reason: str
    warnings: tuple[str, ...]
    twin: Twin
    awaits_file: bool
    received_at: datetime
    asset: AssetLine | None
    has_picture: bool

    @property
    def is_draft(self) -> bool:
        return self.state == "imported" and self.asset is not None and self.asset.state == "draft"


def uploads(
    session: Session,
    viewer: Viewer,
    *,
    source: str,
    today: date,
    since: datetime | None = None,
    public_ids: Sequence[str] | None = None,
    limit: int = 200,
) -> list[UploadLine]:
    """A member's own, newest first. Three statements."""
    current = aliased(AssetVersion)
    statement = (
        select(ImportItem, ImportBatch, current.file_sha256, current.preview_problem)
        .join(ImportBatch, ImportItem.batch_id == ImportBatch.id)
        .outerjoin(Asset, ImportItem.asset_id == Asset.id)
        .outerjoin(current, Asset.current_version_id == current.id)
        .where(ImportBatch.member_id == viewer.member_id, ImportBatch.source == source)
        .order_by(ImportBatch.id.desc(), ImportItem.position, ImportItem.id)
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(ImportBatch.created_at >= since)
    if public_ids is not None:
        statement = statement.where(ImportItem.public_id.in_(public_ids))
    rows = session.execute(statement).all()
    asset_ids = [item.asset_id for item, *_ in rows if item.asset_id is not None]
    assets = lines_by_id(session, asset_ids, today=today)
    return [
        UploadLine(
            public_id=item.public_id,
            batch_public_id=batch.public_id,
            name=item.name,
            size=item.size,
            state=item.state,
            reason=item.reason,
            warnings=tuple(item.warnings),
            twin=_twin(item, file_sha256),
            awaits_file=item.state == "refused" and item.sha256 is None and "path" in item.row,
            received_at=batch.created_at,
            asset=None if item.asset_id is None else assets.get(item.asset_id),
            has_picture=preview_problem is not None,
        )
        for item, batch, file_sha256, preview_problem in rows
    ]


def _twin(item: ImportItem, file_sha256: str | None) -> Twin:
    is_its_own = item.row.get("version_of") or item.row.get("external_id")
    if item.state != "duplicate" or is_its_own:
        return ""
    return "file" if item.sha256 == file_sha256 else "text"


@dataclass(frozen=True, slots=True)
class UploadState:
    """All that a poll asks: how far a file is, and whether its picture is drawn."""

    public_id: str
    state: str
    has_picture: bool


def states(
    session: Session, viewer: Viewer, *, public_ids: Sequence[str], limit: int = 200
) -> list[UploadState]:
    """How far these uploads of the member are. One statement."""
    current = aliased(AssetVersion)
    rows = session.execute(
        select(ImportItem.public_id, ImportItem.state, current.preview_problem)
        .join(ImportBatch, ImportItem.batch_id == ImportBatch.id)
        .outerjoin(Asset, ImportItem.asset_id == Asset.id)
        .outerjoin(current, Asset.current_version_id == current.id)
        .where(
            ImportItem.public_id.in_(public_ids[:limit]),
            ImportBatch.member_id == viewer.member_id,
        )
    )
    return [UploadState(p, state, problem is not None) for p, state, problem in rows]
