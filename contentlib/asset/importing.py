"""Files coming in: received in one transaction, read outside any, settled in another.

An item is settled once: by a conditional update of its state. So a worker killed at any
moment leaves an item either waiting, and it is read again, or done with its asset whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contentlib.asset import facts, rules, service
from contentlib.asset.manifest import Fields, facet_values, read_row
from contentlib.asset.models import Asset, AssetVersion, ImportBatch, ImportItem
from contentlib.db import rows_changed
from contentlib.errors import ContentlibError, InvalidInput, NotFound
from contentlib.events import record
from contentlib.ids import public_id
from contentlib.member.models import Member
from contentlib.ports import StoredFile
from contentlib.taxonomy import queries as taxonomy
from contentlib.taxonomy import service as vocabulary_service


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something to import: a stored file, or an address still to be fetched."""

    name: str
    row: Mapping[str, Any]
    file: StoredFile | None = None
    url: str | None = None


def open_batch(
    session: Session,
    *,
    member_id: int | None,
    source: str,
    publish: bool,
    rows: Sequence[Mapping[str, Any]] = (),
    now: datetime,
) -> ImportBatch:
    """A batch to receive into. The rows' facet values become terms of facets that have none."""
    batch = ImportBatch(
        public_id=public_id(),
        member_id=member_id,
        created_at=now,
        source=source[:300],
        publish=publish,
    )
    session.add(batch)
    session.flush()  # items refer to it by id
    if rows:
        vocabulary_service.ensure_starting_facets(session)
        for facet in taxonomy.vocabulary(session).facets:
            names = dict.fromkeys(n for row in rows for n in facet_values(row, facet.key))
            if names and not facet.terms:
                vocabulary_service.add_unknown_terms(
                    session, facet_key=facet.key, names=list(names), actor="import", now=now
                )
    return batch


def receive(
    session: Session, *, batch_id: int, position: int, incoming: Incoming, now: datetime
) -> ImportItem:
    """Notes one file or address to be read by a worker."""
    item = ImportItem(
        public_id=public_id(),
        batch_id=batch_id,
        position=position,
        name=incoming.name,
        url=incoming.url,
        sha256=incoming.file.sha256 if incoming.file else None,
        size=incoming.file.size if incoming.file else 0,
        row=dict(incoming.row),
        state="waiting",
        reason="",
        warnings=[],
    )
    session.add(item)
    session.flush()  # the fact carries the id
    record(session, facts.ImportItemReceived(item.id), now=now)
    return item


def note_refused(
    session: Session, *, batch_id: int, position: int, name: str, reason: str, now: datetime
) -> ImportItem:
    """Something that could not even be received (a missing path, an odd address)."""
    item = ImportItem(
        public_id=public_id(),
        batch_id=batch_id,
        position=position,
        name=name,
        size=0,
        row={},
        state="refused",
        reason=reason,
        warnings=[],
        finished_at=now,
    )
    session.add(item)
    return item


@dataclass(frozen=True, slots=True)
class ToRead:
    """A waiting item as values, for reading it outside any transaction.

    `text` is there when a manifest row gave the words themselves: then nothing is parsed.
    """

    item_id: int
    name: str
    url: str | None
    sha256: str | None
    size: int
    text: str | None


def waiting(session: Session, item_id: int) -> ToRead | None:
    """The item if it still waits. One statement."""
    item = session.get(ImportItem, item_id)
    if item is None or item.state != "waiting":
        return None
    text = item.row.get("text")
    return ToRead(
        item.id,
        item.name,
        item.url,
        item.sha256,
        item.size,
        text if isinstance(text, str) else None,
    )


def refuse(session: Session, *, item_id: int, reason: str, now: datetime) -> None:
    """Settles the item as refused; the original stays in the store for its uploader."""
    _settle(session, item_id, state="refused", reason=reason, now=now)


def admit(session: Session, *, item_id: int, content: service.NewContent, now: datetime) -> None:
    """Settles a read item: a new asset, a new version of one, or a twin to decide about.

    1. A row whose external id is known: unchanged bytes are a duplicate, others a new version.
    2. The uploader chose "make it a new version": so be it.
    3. Same bytes or same words as another asset, and nothing says it is another: shown as its
       twin, not taken in twice. A row with an external id of its own is another, with a warning.
    4. Otherwise a new asset.
    """
    service.raise_generation(session)
    item = session.get(ImportItem, item_id)
    if item is None or item.state != "waiting":
        return
    fields = read_row(item.row, taxonomy.vocabulary(session))
    warnings = [*content.document.warnings, *fields.warnings]
    known = _asset_with(session, external_id=fields.external_id)
    if known is None and item.row.get("version_of"):
        known = _asset_with(session, public_id=str(item.row["version_of"]))
    if known is not None:
        if _has_bytes(session, known, content.file.sha256):
            _apply(session, known, fields, item, now)
            _settle(
                session,
                item_id,
                state="duplicate",
                reason="Already in the library, unchanged.",
                asset_id=known.id,
                now=now,
            )
            return
        member_id = item.batch.member_id
        service.add_version(session, asset=known, content=content, member_id=member_id, now=now)
        _apply(session, known, fields, item, now)
        _settle(session, item_id, state="imported", warnings=warnings, asset_id=known.id, now=now)
        return
    twin = None if item.row.get("separate") else _twin(session, content)
    if twin is not None:
        if fields.external_id is None:
            _settle(
                session, item_id, state="duplicate", reason=twin.reason, asset_id=twin.id, now=now
            )
            return
        warnings.append(twin.reason)
    asset = _create(session, item, fields, content, now)
    _settle(session, item_id, state="imported", warnings=warnings, asset_id=asset.id, now=now)


def _create(
    session: Session,
    item: ImportItem,
    fields: Fields,
    content: service.NewContent,
    now: datetime,
) -> Asset:
    title = fields.title or content.document.title or rules.title_from_file_name(item.name)
    asset = service.create(
        session, title=title, owner_id=item.batch.member_id, content=content, now=now
    )
    asset.external_id = fields.external_id
    if asset.source_url is None and (content.document.canonical_url or item.url):
        asset.source_url = content.document.canonical_url or item.url
    session.flush()  # the edit below reads the asset's terms
    _apply(session, asset, fields, item, now)
    if item.batch.publish:
        service.publish(
            session,
            asset=asset,
            member_id=item.batch.member_id,
            now=now,
            published_on=fields.published_on,
        )
    return asset


def _apply(session: Session, asset: Asset, fields: Fields, item: ImportItem, now: datetime) -> None:
    owner = fields.owner
    if owner is not None and not _is_publisher(session, owner):
        owner = None
    change = service.Edit(
        title=fields.title,
        summary=fields.summary,
        audience=fields.audience,
        owner_email=owner,
        review_by=fields.review_by,
        expires_on=fields.expires_on,
        source_url=fields.source_url,
        customer=fields.customer,
        reference_rights=fields.reference_rights,
        rights_regions=fields.rights_regions,
        customer_competitors=fields.customer_competitors,
        rights_until=fields.rights_until,
        production_cost=fields.production_cost,
        term_ids=fields.terms or None,
        custom=fields.custom or None,
    )
    service.edit(session, asset=asset, change=change, member_id=item.batch.member_id, now=now)


def _is_publisher(session: Session, email: str) -> bool:
    wanted = select(Member.id).where(
        Member.email == email.lower(), Member.role.in_(("marketer", "admin"))
    )
    return session.scalar(wanted) is not None


@dataclass(frozen=True, slots=True)
class _Twin:
    id: int
    reason: str


def _twin(session: Session, content: service.NewContent) -> _Twin | None:
    same_bytes = AssetVersion.file_sha256 == content.file.sha256
    found = _living(session, same_bytes)
    if found is not None:
        return _Twin(found.id, f"The same file is already here as “{found.title}”.")
    text_sha256 = content.text_sha256
    if text_sha256 is None:
        return None
    found = _living(session, AssetVersion.text_sha256 == text_sha256)
    if found is None:
        return None
    return _Twin(found.id, f"The same text is already here as “{found.title}”.")


def _living(session: Session, condition: Any) -> Asset | None:
    return session.scalar(
        select(Asset)
        .join(AssetVersion, AssetVersion.asset_id == Asset.id)
        .where(condition, Asset.state != "deleted")
        .order_by(Asset.id)
        .limit(1)
    )


def _asset_with(
    session: Session, *, external_id: str | None = None, public_id: str | None = None
) -> Asset | None:
    if external_id is None and public_id is None:
        return None
    wanted = Asset.external_id == external_id if external_id else Asset.public_id == public_id
    return session.scalar(select(Asset).where(wanted, Asset.state != "deleted"))


def _has_bytes(session: Session, asset: Asset, sha256: str) -> bool:
    return (
        session.scalar(
            select(AssetVersion.id).where(
                AssetVersion.id == asset.current_version_id, AssetVersion.file_sha256 == sha256
            )
        )
        is not None
    )


def _settle(
    session: Session,
    item_id: int,
    *,
    state: str,
    now: datetime,
    reason: str = "",
    warnings: Sequence[str] = (),
    asset_id: int | None = None,
) -> None:
    settled = rows_changed(
        session,
        update(ImportItem)
        .where(ImportItem.id == item_id, ImportItem.state == "waiting")
        .values(
            state=state,
            reason=reason,
            warnings=list(dict.fromkeys(warnings)),
            asset_id=asset_id,
            finished_at=now,
        ),
    )
    if settled != 1:
        raise AlreadySettled


class AlreadySettled(ContentlibError):
    """Another worker settled the item first; this transaction must leave no trace."""

    def __init__(self) -> None:
        super().__init__("This file was already dealt with.")


def decide_about_twin(
    session: Session, *, item_public_id: str, member_id: int, choice: str, now: datetime
) -> None:
    """The uploader's word on a duplicate: `version` of its twin, or a `separate` asset.

    The file is then read again. Raises InvalidInput, NotFound.
    """
    item = session.scalar(
        select(ImportItem)
        .join(ImportBatch)
        .where(
            ImportItem.public_id == item_public_id,
            ImportBatch.member_id == member_id,
            ImportItem.state == "duplicate",
        )
    )
    if item is None:
        raise NotFound("There is no such file waiting for a decision.")
    twin = session.get(Asset, item.asset_id)
    if choice == "version" and twin is not None:
        item.row = {**item.row, "version_of": twin.public_id}
    elif choice == "separate":
        item.row = {**item.row, "separate": True}
    else:
        raise InvalidInput("Choose 'version' or 'separate'.", {"choice": "Choose one."})
    item.state, item.reason, item.asset_id, item.finished_at = "waiting", "", None, None
    record(session, facts.ImportItemReceived(item.id), now=now)
