"""Assets, as a program reads them: in pages, and one with all its facts."""

from bisect import bisect_right
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint
from pydantic import Field

from contentlib.asset import queries as assets
from contentlib.asset.queries import AssetDetail, AssetLine, VersionLine
from contentlib.taxonomy.queries import Vocabulary, vocabulary
from web.api import cursors, narrowed
from web.api.bearer import viewer
from web.api.operation import operation
from web.api.shapes import Answer, FacetPair, Question, TermTag
from web.transaction import library, session

bp = Blueprint("assets", __name__)


class AssetsQuery(Question):
    """Which assets, and which page of them."""

    facet: list[FacetPair] = Field([], description="Narrow; repeatable")
    sendable: bool = Field(False, description="Only what may go to a buyer")
    limit: int = Field(50, ge=1, le=100, description="Assets a page")
    cursor: str | None = Field(None, description="`next_cursor` of the page before")


class AssetSummary(Answer):
    """An asset as lists show it."""

    id: str
    external_id: str | None
    title: str
    summary: str
    url: str = Field(description="Its page, for people")
    state: str
    audience: str = Field(description="external, or internal: never to be sent")
    sendable: bool
    format: str
    version: int = Field(description="0 while it has no file")
    page_count: int
    owner: str | None
    published_at: datetime | None
    review_by: date | None
    expires_on: date | None
    facets: dict[str, list[TermTag]] = Field(description="Facet key -> terms")


class AssetPage(Answer):
    """One page of a list, in the order in which the assets came into the library."""

    assets: list[AssetSummary]
    total: int
    next_cursor: str | None = Field(description="null on the last page")


class Version(Answer):
    """A version of an asset; its file is to be had on the asset's page."""

    number: int
    is_current: bool
    file_name: str
    media_type: str
    format: str
    size: int = Field(description="Bytes")
    sha256: str
    page_count: int
    added_at: datetime
    added_by: str | None


class PageExtent(Answer):
    """A page of the current version: how much text was read on it."""

    number: int
    label: str | None
    characters: int


class Asset(AssetSummary):
    """All the facts of an asset."""

    customer: str | None
    reference_rights: str
    rights_regions: list[str]
    rights_until: date | None
    refusal_to_send: str | None = Field(description="Why it must not go to a buyer")
    source_url: str | None
    production_cost: Decimal | None = Field(description="Only for members who publish")
    custom: dict[str, Any]
    created_at: datetime
    versions: list[Version] = Field(description="Newest first")
    pages: list[PageExtent]


@bp.get("/assets")
@operation("assets:read", query=AssetsQuery, answer=AssetPage)
def list_assets(query: AssetsQuery) -> AssetPage:
    """The assets that the token's member may see, page by page.

    A page never repeats or leaves out an asset because another one came or went meanwhile.
    """
    today = library().clock.now().date()
    words = vocabulary(session()) if query.facet else Vocabulary(())
    chosen = narrowed.chosen(query.facet, words, sendable=query.sendable)
    which = repr((sorted(set(query.facet)), query.sendable))
    behind = 0 if query.cursor is None else cursors.read(query.cursor, of=which)
    ids = (
        library()
        .permitted.permitted(session(), viewer(), today=today, narrowing=chosen.narrowing)
        .asset_ids
    )
    begins = bisect_right(ids, behind)
    wanted = ids[begins : begins + query.limit].tolist()
    lines = assets.lines_by_id(session(), wanted, today=today)
    has_more = begins + query.limit < len(ids)
    return AssetPage(
        assets=[AssetSummary(**summary(lines[i])) for i in wanted if i in lines],
        total=len(ids),
        next_cursor=cursors.after(wanted[-1], of=which) if has_more else None,
    )


@bp.get("/assets/<id>")
@operation("assets:read", answer=Asset, failures=(404,))
def get_asset(id: str) -> Asset:
    """One asset: facts, facets, versions, and how much text each page holds."""
    today = library().clock.now().date()
    return _asset(assets.visible_asset(session(), viewer(), id, today=today))


def summary(line: AssetLine) -> dict[str, Any]:
    """The fields of AssetSummary."""
    facets: dict[str, list[TermTag]] = {}
    for term in line.terms:
        facets.setdefault(term.facet, []).append(TermTag(key=term.key, label=term.label))
    return {
        "id": line.public_id,
        "external_id": line.external_id,
        "title": line.title,
        "summary": line.summary,
        "url": f"{library().settings.base_url}/assets/{line.public_id}",
        "state": line.state,
        "audience": line.audience,
        "sendable": line.sendable,
        "format": line.format,
        "version": line.version_number,
        "page_count": line.page_count,
        "owner": line.owner,
        "published_at": line.published_at,
        "review_by": line.review_by,
        "expires_on": line.expires_on,
        "facets": facets,
    }


def _asset(detail: AssetDetail) -> Asset:
    may_know_cost = viewer().can("publish")
    return Asset(
        **summary(detail.line),
        customer=detail.customer,
        reference_rights=detail.reference_rights,
        rights_regions=list(detail.rights_regions),
        rights_until=detail.rights_until,
        refusal_to_send=detail.refusal_to_send,
        source_url=detail.source_url,
        production_cost=detail.production_cost if may_know_cost else None,
        custom=detail.custom,
        created_at=detail.created_at,
        versions=[_version(version) for version in detail.versions],
        pages=[
            PageExtent(number=page.number, label=page.label, characters=len(page.text))
            for page in detail.pages
        ],
    )


def _version(version: VersionLine) -> Version:
    return Version(
        number=version.number,
        is_current=version.is_current,
        file_name=version.file_name,
        media_type=version.media_type,
        format=version.format,
        size=version.size,
        sha256=version.file_sha256,
        page_count=version.page_count,
        added_at=version.added_at,
        added_by=version.added_by,
    )
