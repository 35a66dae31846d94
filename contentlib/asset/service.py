"""Changing assets: new ones and new versions, editing, the lifecycle, deleting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from contentlib.asset import facts, rules
from contentlib.asset.models import (
    Asset,
    AssetPage,
    AssetStateChange,
    AssetVersion,
    Catalogue,
    Passage,
    asset_terms,
)
from contentlib.asset.visibility import visible_to
from contentlib.audit import service as audit
from contentlib.db import rows_changed
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.events import record
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.ports import ExtractedDocument, PassageText, StoredFile
from contentlib.taxonomy.models import Term


@dataclass(frozen=True, slots=True)
class NewContent:
    """A file that was read, ready to become a version."""

    file_name: str
    file: StoredFile
    document: ExtractedDocument
    passages: Sequence[PassageText]

    @property
    def text_sha256(self) -> str | None:
        return rules.normalised_text_hash(page.text for page in self.document.pages)


def raise_generation(session: Session) -> None:
    """Tells every process that what may be found has changed.

    It is also the lock under which twins are looked for: on PostgreSQL the row stays locked
    until the transaction ends, so two imports of the same bytes see each other.
    """
    raised = rows_changed(session, update(Catalogue).values(generation=Catalogue.generation + 1))
    if raised == 0:
        session.execute(insert(Catalogue).values(id=1, generation=1))


def create(
    session: Session, *, title: str, owner_id: int | None, content: NewContent, now: datetime
) -> Asset:
    """A draft with its first version."""
    asset = Asset.drafted(title=title, owner_id=owner_id, now=now)
    asset.summary = (content.document.description or "")[:2000]
    session.add(asset)
    session.flush()  # the version needs the asset's id
    add_version(session, asset=asset, content=content, member_id=owner_id, now=now)
    _note_change(session, asset, "state", None, "draft", owner_id, now)
    return asset


def add_version(
    session: Session,
    *,
    asset: Asset,
    content: NewContent,
    member_id: int | None,
    now: datetime,
    make_current: bool = True,
) -> AssetVersion:
    """Adds the next version; shares that follow the current version show it at once."""
    last = session.scalar(
        select(AssetVersion.number)
        .where(AssetVersion.asset_id == asset.id)
        .order_by(AssetVersion.number.desc())
    )
    document = content.document
    version = AssetVersion(
        asset_id=asset.id,
        number=(last or 0) + 1,
        file_name=content.file_name[:300],
        file_sha256=content.file.sha256,
        size=content.file.size,
        format=document.format,
        media_type=document.media_type[:300],
        text_sha256=content.text_sha256,
        page_count=len(document.pages),
        warnings=list(document.warnings),
        added_by_id=member_id,
        added_at=now,
    )
    session.add(version)
    session.flush()  # pages and passages are inserted in bulk by its id
    _insert_pages(session, version.id, document)
    _insert_passages(session, version.id, content.passages)
    if make_current:
        asset.current_version_id = version.id
    raise_generation(session)
    record(session, facts.AssetContentChanged(asset.id), now=now)
    record(session, facts.VersionAdded(version.id), now=now)
    return version


def _insert_pages(session: Session, version_id: int, document: ExtractedDocument) -> None:
    if not document.pages:
        return
    session.execute(
        insert(AssetPage),
        [
            {
                "version_id": version_id,
                "number": page.number,
                "label": page.label[:300] if page.label else None,
                "text": page.text,
                "notes": page.notes,
            }
            for page in document.pages
        ],
    )


def _insert_passages(session: Session, version_id: int, passages: Sequence[PassageText]) -> None:
    if not passages:
        return
    session.execute(
        insert(Passage),
        [
            {
                "version_id": version_id,
                "ordinal": passage.ordinal,
                "page": passage.page,
                "start": passage.start,
                "is_notes": passage.is_notes,
                "text": passage.text,
            }
            for passage in passages
        ],
    )


@dataclass(frozen=True, slots=True)
class Edit:
    """New values of an asset; None leaves a value alone, CLEAR is written by `clear`."""

    title: str | None = None
    summary: str | None = None
    audience: str | None = None
    owner_email: str | None = None
    review_by: date | None = None
    expires_on: date | None = None
    source_url: str | None = None
    customer: str | None = None
    reference_rights: str | None = None
    rights_regions: list[str] | None = None
    rights_until: date | None = None
    customer_competitors: list[str] | None = None
    production_cost: Decimal | None = None
    term_ids: Mapping[str, tuple[int, ...]] | None = None
    custom: Mapping[str, Any] | None = None
    clear: frozenset[str] = frozenset()


_PLAIN = (
    "summary",
    "source_url",
    "customer",
    "reference_rights",
    "rights_regions",
    "customer_competitors",
    "rights_until",
    "production_cost",
    "review_by",
    "expires_on",
    "audience",
)
_LIFECYCLE = ("audience", "owner_id", "review_by", "expires_on")


def edit(
    session: Session, *, asset: Asset, change: Edit, member_id: int | None, now: datetime
) -> None:
    """Applies an edit; lifecycle differences become events, searched ones reach the index.

    Raises InvalidInput for an empty title, an unknown audience or owner.
    """
    before = {name: getattr(asset, name) for name in _LIFECYCLE}
    if change.title is not None:
        asset.title = _checked_title(change.title)
    if change.audience is not None and change.audience not in rules.AUDIENCES:
        raise InvalidInput("An asset is external or internal.", {"audience": "Choose one."})
    rights = change.reference_rights
    if rights is not None and rights not in rules.REFERENCE_RIGHTS:
        raise InvalidInput("Unknown reference right.", {"reference_rights": "Choose one."})
    for name in _PLAIN:
        value = getattr(change, name)
        if value is not None:
            setattr(asset, name, value)
    for name in change.clear:
        setattr(asset, name, None)
    if change.custom:
        asset.custom = {**asset.custom, **change.custom}
    if change.owner_email is not None:
        asset.owner_id = _owner(session, change.owner_email)
    if change.term_ids is not None:
        _set_terms(session, asset, change.term_ids)
    for name in _LIFECYCLE:
        after = getattr(asset, name)
        if after != before[name]:
            _note_change(session, asset, name, before[name], after, member_id, now)
    raise_generation(session)
    record(session, facts.AssetContentChanged(asset.id), now=now)


def _checked_title(title: str) -> str:
    words = " ".join(title.split())
    if not words:
        raise InvalidInput("An asset needs a title.", {"title": "Give it a title."})
    return words[:300]


def _owner(session: Session, email: str) -> int:
    owner = session.scalar(
        select(Member.id).where(
            Member.email == email.strip().lower(), Member.role.in_(("marketer", "admin"))
        )
    )
    if owner is None:
        raise InvalidInput(
            f"{email} is no marketer or admin here.", {"owner": "Choose a marketer."}
        )
    return owner


def _set_terms(session: Session, asset: Asset, term_ids: Mapping[str, tuple[int, ...]]) -> None:
    """Replaces the asset's terms of the facets named, and only of those."""
    wanted = [term_id for ids in term_ids.values() for term_id in ids]
    terms = list(session.scalars(select(Term).where(Term.id.in_(wanted)))) if wanted else []
    kept = [term for term in asset.terms if term.facet.key not in term_ids]
    asset.terms = kept + terms
    makes_internal = [t for t in terms if t.facet.key == "content_type" and t.internal]
    if makes_internal:
        asset.audience = "internal"


def publish(
    session: Session,
    *,
    asset: Asset,
    member_id: int | None,
    now: datetime,
    published_on: date | None = None,
) -> Asset:
    """Makes the asset findable for reps; a review date comes from its content type.

    `published_on` backdates an import. Raises Conflict without a file.
    """
    if asset.current_version_id is None:
        raise Conflict("This asset has no file yet; upload one first.")
    rules.checked_step(asset.state, "published")
    asset.published_at = (
        now if published_on is None else datetime.combine(published_on, time(), tzinfo=UTC)
    )
    _step(session, asset, "published", member_id, asset.published_at)
    if asset.review_by is None:
        months = next((t.review_months for t in asset.terms if t.review_months is not None), None)
        if months is not None:
            asset.review_by = rules.add_months(asset.published_at.date(), months)
    return asset


def move(session: Session, *, asset: Asset, to: str, member_id: int | None, now: datetime) -> Asset:
    """Any other step of the lifecycle: back to draft, into review, archive."""
    rules.checked_step(asset.state, to)
    _step(session, asset, to, member_id, now)
    return asset


def mark_reviewed(
    session: Session, *, asset: Asset, review_by: date, member_id: int, now: datetime
) -> None:
    """Event `asset_reviewed`: somebody looked and it is still right, until the new date."""
    if review_by <= now.date():
        raise InvalidInput("The next review must be in the future.", {"review_by": "A later day."})
    _note_change(session, asset, "reviewed", asset.review_by, review_by, member_id, now)
    asset.review_by = review_by
    raise_generation(session)


def delete_for_good(session: Session, *, actor: Viewer, asset: Asset, now: datetime) -> None:
    """Removes text, passages and facets; the bare row stays so that history still adds up."""
    rules.checked_step(asset.state, "deleted")
    version_ids = select(AssetVersion.id).where(AssetVersion.asset_id == asset.id)
    session.execute(delete(Passage).where(Passage.version_id.in_(version_ids)))
    session.execute(delete(AssetPage).where(AssetPage.version_id.in_(version_ids)))
    session.execute(delete(asset_terms).where(asset_terms.c.asset_id == asset.id))
    audit.note(session, actor=actor.email, act="asset deleted", subject=asset.title, now=now)
    _step(session, asset, "deleted", actor.member_id, now)
    asset.external_id = None
    record(session, facts.AssetDeleted(asset.id), now=now)


def _step(session: Session, asset: Asset, to: str, member_id: int | None, now: datetime) -> None:
    _note_change(session, asset, "state", asset.state, to, member_id, now)
    asset.state = to
    raise_generation(session)


def for_change(session: Session, viewer: Viewer, public_id: str, *, today: date) -> Asset:
    """The asset to be changed by this member; NotFound when they may not know of it."""
    asset = session.scalar(
        select(Asset).where(Asset.public_id == public_id, visible_to(viewer, today=today))
    )
    if asset is None:
        raise NotFound("There is no such asset.")
    return asset


def _note_change(
    session: Session,
    asset: Asset,
    field: str,
    before: object,
    after: object,
    member_id: int | None,
    now: datetime,
) -> None:
    session.add(
        AssetStateChange(
            asset_id=asset.id,
            at=now,
            member_id=member_id,
            field=field,
            before=None if before is None else str(before)[:300],
            after=None if after is None else str(after)[:300],
        )
    )
