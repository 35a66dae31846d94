"""Reading assets, shaped for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from contentlib.asset import rules
from contentlib.asset.models import (
    Asset,
    AssetPage,
    AssetStateChange,
    AssetVersion,
    asset_terms,
)
from contentlib.asset.visibility import Narrowing, seen, visible_to
from contentlib.errors import NotFound
from contentlib.member.models import Member
from contentlib.member.rules import Viewer
from contentlib.taxonomy.models import Facet, Term


@dataclass(frozen=True, slots=True)
class TermLabel:
    """A term of an asset, for a chip."""

    id: int
    facet: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class AssetLine:
    """An asset as lists show it."""

    id: int
    public_id: str
    external_id: str | None
    title: str
    summary: str
    state: str
    audience: str
    format: str
    page_count: int
    thumbnail_sha256: str | None
    version_number: int
    owner: str | None
    published_at: datetime | None
    review_by: date | None
    expires_on: date | None
    sendable: bool
    terms: tuple[TermLabel, ...] = ()

    @property
    def content_type(self) -> str | None:
        return next((t.label for t in self.terms if t.facet == "content_type"), None)

    def labels(self, facet: str) -> tuple[str, ...]:
        return tuple(t.label for t in self.terms if t.facet == facet)


def standing(asset: Asset) -> rules.Standing:
    """What the rules judge an asset by."""
    return rules.Standing(
        state=asset.state,
        audience=asset.audience,
        has_version=asset.current_version_id is not None,
        expires_on=asset.expires_on,
        reference_rights=asset.reference_rights,
        rights_until=asset.rights_until,
    )


def _line_statement() -> Select[Asset, AssetVersion, str]:
    return (
        select(Asset, AssetVersion, Member.name)
        .outerjoin(AssetVersion, Asset.current_version_id == AssetVersion.id)
        .outerjoin(Member, Asset.owner_id == Member.id)
    )


def _lines(
    session: Session, statement: Select[Asset, AssetVersion, str], today: date
) -> list[AssetLine]:
    rows = session.execute(statement).all()
    terms = terms_of(session, [asset.id for asset, _, _ in rows])
    return [
        AssetLine(
            id=asset.id,
            public_id=asset.public_id,
            external_id=asset.external_id,
            title=asset.title,
            summary=asset.summary,
            state=asset.state,
            audience=asset.audience,
            format=version.format if version else "none",
            page_count=version.page_count if version else 0,
            thumbnail_sha256=version.thumbnail_sha256 if version else None,
            version_number=version.number if version else 0,
            owner=owner,
            published_at=asset.published_at,
            review_by=asset.review_by,
            expires_on=asset.expires_on,
            sendable=rules.refusal_to_send(standing(asset), today=today) is None,
            terms=terms.get(asset.id, ()),
        )
        for asset, version, owner in rows
    ]


def terms_of(session: Session, asset_ids: Sequence[int]) -> dict[int, tuple[TermLabel, ...]]:
    """The terms of each asset, in the vocabulary's order. One statement."""
    if not asset_ids:
        return {}
    rows = session.execute(
        select(asset_terms.c.asset_id, Term.id, Facet.key, Term.key, Term.label)
        .join(Term, Term.id == asset_terms.c.term_id)
        .join(Facet, Facet.id == Term.facet_id)
        .where(asset_terms.c.asset_id.in_(asset_ids))
        .order_by(asset_terms.c.asset_id, Facet.position, Term.position)
    )
    found: dict[int, list[TermLabel]] = {}
    for asset_id, term_id, facet, key, label in rows:
        found.setdefault(asset_id, []).append(TermLabel(term_id, facet, key, label))
    return {asset_id: tuple(labels) for asset_id, labels in found.items()}


def lines_by_id(session: Session, ids: Sequence[int], *, today: date) -> dict[int, AssetLine]:
    """Lines of these assets; the caller has already decided who may see them. Two statements."""
    if not ids:
        return {}
    return {
        line.id: line for line in _lines(session, _line_statement().where(Asset.id.in_(ids)), today)
    }


_ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": (Asset.published_at.desc().nulls_last(), Asset.id.desc()),
    "title": (func.lower(Asset.title), Asset.id),
    "review": (Asset.review_by.asc().nulls_last(), Asset.id),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list with the total."""

    lines: list[AssetLine]
    total: int


def browse(
    session: Session,
    viewer: Viewer,
    *,
    today: date,
    narrowing: Narrowing,
    order: str = "newest",
    offset: int = 0,
    limit: int = 30,
) -> Listing:
    """What the member may see, narrowed. Three statements."""
    condition = seen(viewer, narrowing, today=today)
    total = session.scalar(select(func.count()).select_from(Asset).where(condition)) or 0
    statement = _line_statement().where(condition).order_by(*_ORDERS.get(order, _ORDERS["newest"]))
    return Listing(_lines(session, statement.offset(offset).limit(limit), today), total)


@dataclass(frozen=True, slots=True)
class PageLine:
    """A page of a version, for previews."""

    number: int
    label: str | None
    text: str
    notes: str
    image_sha256: str | None
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in an asset's history."""

    id: int
    number: int
    file_name: str
    file_sha256: str
    size: int
    format: str
    media_type: str
    page_count: int
    warnings: tuple[str, ...]
    preview_problem: str | None
    thumbnail_sha256: str | None
    added_by: str | None
    added_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class AssetDetail:
    """All that the asset page shows."""

    line: AssetLine
    customer: str | None
    reference_rights: str
    rights_regions: tuple[str, ...]
    customer_competitors: tuple[str, ...]
    rights_until: date | None
    production_cost: Decimal | None
    source_url: str | None
    custom: dict[str, Any]
    owner_email: str | None
    created_at: datetime
    refusal_to_send: str | None
    versions: tuple[VersionLine, ...]
    pages: tuple[PageLine, ...]

    @property
    def current(self) -> VersionLine | None:
        return next((version for version in self.versions if version.is_current), None)


def visible_asset(
    session: Session, viewer: Viewer, public_id: str, *, today: date, pages: bool = True
) -> AssetDetail:
    """The asset, or NotFound when there is none or this member may not know of it.

    Five statements (four without pages).
    """
    asset = session.scalar(
        select(Asset).where(Asset.public_id == public_id, visible_to(viewer, today=today))
    )
    if asset is None:
        raise NotFound("There is no such asset, or it is not published.")
    line = lines_by_id(session, [asset.id], today=today)[asset.id]
    owner_email = session.scalar(select(Member.email).where(Member.id == asset.owner_id))
    shown = pages_of(session, asset.current_version_id) if pages else ()
    return AssetDetail(
        line=line,
        customer=asset.customer,
        reference_rights=asset.reference_rights,
        rights_regions=tuple(asset.rights_regions),
        customer_competitors=tuple(asset.customer_competitors),
        rights_until=asset.rights_until,
        production_cost=asset.production_cost,
        source_url=asset.source_url,
        custom=dict(asset.custom),
        owner_email=owner_email,
        created_at=asset.created_at,
        refusal_to_send=rules.refusal_to_send(standing(asset), today=today),
        versions=versions_of(session, asset),
        pages=shown,
    )


def versions_of(session: Session, asset: Asset) -> tuple[VersionLine, ...]:
    """Newest first. One statement."""
    rows = session.execute(
        select(AssetVersion, Member.name)
        .outerjoin(Member, AssetVersion.added_by_id == Member.id)
        .where(AssetVersion.asset_id == asset.id)
        .order_by(AssetVersion.number.desc())
    )
    return tuple(
        VersionLine(
            v.id,
            v.number,
            v.file_name,
            v.file_sha256,
            v.size,
            v.format,
            v.media_type,
            v.page_count,
            tuple(v.warnings),
            v.preview_problem,
            v.thumbnail_sha256,
            added_by,
            v.added_at,
            v.id == asset.current_version_id,
        )
        for v, added_by in rows
    )


def pages_of(session: Session, version_id: int | None) -> tuple[PageLine, ...]:
    """In order. One statement."""
    if version_id is None:
        return ()
    rows = session.scalars(
        select(AssetPage).where(AssetPage.version_id == version_id).order_by(AssetPage.number)
    )
    return tuple(_page_line(page) for page in rows)


def pages_between(
    session: Session, version_id: int | None, *, first: int, last: int
) -> tuple[PageLine, ...]:
    """Pages first to last, both included, in order. One statement."""
    if version_id is None:
        return ()
    rows = session.scalars(
        select(AssetPage)
        .where(AssetPage.version_id == version_id, AssetPage.number.between(first, last))
        .order_by(AssetPage.number)
    )
    return tuple(_page_line(page) for page in rows)


def _page_line(p: AssetPage) -> PageLine:
    return PageLine(p.number, p.label, p.text, p.notes, p.image_sha256, p.width, p.height)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A lifecycle event as the asset page shows it."""

    at: datetime
    who: str | None
    field: str
    before: str | None
    after: str | None


def history(session: Session, asset_id: int, *, limit: int = 50) -> list[ChangeLine]:
    """Newest first. One statement."""
    rows = session.execute(
        select(AssetStateChange, Member.name)
        .outerjoin(Member, AssetStateChange.member_id == Member.id)
        .where(AssetStateChange.asset_id == asset_id)
        .order_by(AssetStateChange.at.desc(), AssetStateChange.id.desc())
        .limit(limit)
    )
    return [ChangeLine(c.at, who, c.field, c.before, c.after) for c, who in rows]


def internal_names(session: Session) -> frozenset[str]:
    """How each asset for colleagues only is named outside: its external id, else ours.

    One statement.
    """
    rows = session.execute(
        select(Asset.external_id, Asset.public_id).where(Asset.audience == "internal")
    )
    return frozenset(row.external_id or row.public_id for row in rows)
