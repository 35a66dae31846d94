"""What a member brings in through the web: batches that grow file by file, and what is
done to the drafts that come of them.

A manifest row that names a path waits in the batch as refused, with its values: the file of
that name, uploaded into the same batch, takes its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contentlib.asset import facts, importing, service
from contentlib.asset.models import ImportBatch, ImportItem
from contentlib.errors import InvalidInput, NotFound
from contentlib.events import record
from contentlib.member.rules import Viewer

SOURCE = "upload"
_MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Received:
    """What was taken into a batch: (public id, name) of each item, in order."""

    batch_public_id: str
    items: tuple[tuple[str, str], ...]


def open_batch(
    session: Session, *, viewer: Viewer, rows: Sequence[Mapping[str, Any]] = (), now: datetime
) -> ImportBatch:
    """A batch of this member whose assets stay drafts until they publish them."""
    return importing.open_batch(
        session, member_id=viewer.member_id, source=SOURCE, publish=False, rows=rows, now=now
    )


def receive(
    session: Session,
    *,
    viewer: Viewer,
    incoming: Sequence[importing.Incoming],
    batch_public_id: str | None = None,
    version_of: str | None = None,
    now: datetime,
) -> Received:
    """Puts files, addresses and manifest rows into a batch: a new one where none is named.

    An `Incoming` with neither file nor url is noted as refused, or waits for its file when
    its row names a path. `version_of` (an asset's public id) makes each file a new version.
    Raises NotFound for a batch or an asset that is not there for this member, InvalidInput
    when there is nothing.
    """
    if not incoming:
        raise InvalidInput("Choose at least one file.", {"file": "Choose a file."})
    if version_of:
        service.for_change(session, viewer, version_of, today=now.date())
        incoming = [replace(one, row={**one.row, "version_of": version_of}) for one in incoming]
    batch = (
        _own_batch(session, viewer, batch_public_id)
        if batch_public_id
        else open_batch(session, viewer=viewer, rows=[one.row for one in incoming], now=now)
    )
    position = _next_position(session, batch)
    taken = [
        _take(session, batch, position + offset, one, now) for offset, one in enumerate(incoming)
    ]
    return Received(batch.public_id, tuple((item.public_id, item.name) for item in taken))


def _own_batch(session: Session, viewer: Viewer, batch_public_id: str) -> ImportBatch:
    # the row stays locked on PostgreSQL, so that two requests of one batch take turns
    batch = session.scalar(
        select(ImportBatch)
        .where(ImportBatch.public_id == batch_public_id, ImportBatch.member_id == viewer.member_id)
        .with_for_update()
    )
    if batch is None:
        raise NotFound("There is no such batch of yours; load the page again.")
    return batch


def _next_position(session: Session, batch: ImportBatch) -> int:
    last = session.scalar(
        select(func.max(ImportItem.position)).where(ImportItem.batch_id == batch.id)
    )
    return 0 if last is None else last + 1


def _take(
    session: Session, batch: ImportBatch, position: int, one: importing.Incoming, now: datetime
) -> ImportItem:
    if one.file is not None:
        awaiting = _row_awaiting(session, batch, one.name)
        if awaiting is not None:
            return _fill(session, awaiting, one, now)
    if one.file is not None or one.url is not None:
        return importing.receive(
            session, batch_id=batch.id, position=position, incoming=one, now=now
        )
    item = importing.note_refused(
        session,
        batch_id=batch.id,
        position=position,
        name=one.name,
        reason=_why_not(one),
        now=now,
    )
    item.row = dict(one.row)
    session.flush()  # the file that fills the row may come in this very request
    return item


def _why_not(one: importing.Incoming) -> str:
    path = one.row.get("path")
    if path:
        return (
            f"Over the web there are no paths: upload the file {base_name(str(path))} "
            "here and this row will be applied to it."
        )
    return "This is not a web address (http or https), and the row has neither url nor text."


def base_name(path: str) -> str:
    """A file's name without its folders, whichever slash parts them.

    >>> base_name("cases\\\\2026/acme.pdf")
    'acme.pdf'
    """
    return PureWindowsPath(PurePosixPath(path).name).name


def _row_awaiting(session: Session, batch: ImportBatch, name: str) -> ImportItem | None:
    refused = session.scalars(
        select(ImportItem)
        .where(
            ImportItem.batch_id == batch.id,
            ImportItem.state == "refused",
            ImportItem.sha256.is_(None),
        )
        .order_by(ImportItem.position)
    )
    wanted = base_name(name).casefold()
    return next(
        (i for i in refused if base_name(str(i.row.get("path") or "")).casefold() == wanted), None
    )


def _fill(session: Session, item: ImportItem, one: importing.Incoming, now: datetime) -> ImportItem:
    assert one.file is not None
    item.name, item.sha256, item.size = one.name, one.file.sha256, one.file.size
    item.row = {**item.row, **one.row}
    item.state, item.reason, item.finished_at = "waiting", "", None
    record(session, facts.ImportItemReceived(item.id), now=now)
    return item


def edit_all(
    session: Session,
    *,
    viewer: Viewer,
    asset_public_ids: Sequence[str],
    change: service.Edit,
    now: datetime,
) -> int:
    """The same edit to each asset; returns to how many. All or none.

    Raises NotFound, and InvalidInput as `service.edit` does or when nothing is chosen.
    """
    chosen = _chosen(asset_public_ids)
    for public_id in chosen:
        asset = service.for_change(session, viewer, public_id, today=now.date())
        service.edit(session, asset=asset, change=change, member_id=viewer.member_id, now=now)
    return len(chosen)


def publish_all(
    session: Session,
    *,
    viewer: Viewer,
    asset_public_ids: Sequence[str],
    now: datetime,
) -> int:
    """Publishes those that are not yet published; returns how many. All or none."""
    published = 0
    for public_id in _chosen(asset_public_ids):
        asset = service.for_change(session, viewer, public_id, today=now.date())
        if asset.state == "published":
            continue
        service.publish(session, asset=asset, member_id=viewer.member_id, now=now)
        published += 1
    return published


def _chosen(public_ids: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(public_ids))
    if not chosen:
        raise InvalidInput("Select at least one draft first.", {"asset": "Select a draft."})
    if len(chosen) > _MOST_AT_ONCE:
        raise InvalidInput(f"Select at most {_MOST_AT_ONCE} at once.")
    return chosen
