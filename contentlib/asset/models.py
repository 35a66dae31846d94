"""Assets behind a stable identity, their versions, pages and passages."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Numeric,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from contentlib.asset.addresses import address_key
from contentlib.db import (
    Base,
    BigId,
    Id,
    JsonList,
    JsonValue,
    Key,
    Moment,
    Name,
    Prose,
    PublicId,
    Sha256,
)
from contentlib.ids import public_id
from contentlib.taxonomy.models import Term

asset_terms = Table(
    "asset_terms",
    Base.metadata,
    Column("asset_id", BigId, ForeignKey("assets.id"), primary_key=True),
    Column("term_id", BigId, ForeignKey("terms.id"), primary_key=True),
    # facet counts: the assets of a term
    Index("ix_asset_terms_term_id", "term_id", "asset_id"),
)


class Asset(Base):
    """A piece of content with one address, whatever its file is this month."""

    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'in_review', 'published', 'archived', 'deleted')", name="state"
        ),
        CheckConstraint("audience IN ('external', 'internal')", name="audience"),
        CheckConstraint(
            "reference_rights IN ('named', 'anonymous', 'on_request', 'none')",
            name="reference_rights",
        ),
        # visible_to(): what is out there now
        Index("ix_assets_state", "state", "audience"),
        # browse: newest first
        Index("ix_assets_published_at", "published_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    external_id: Mapped[str | None] = mapped_column(String(300), unique=True)
    title: Mapped[Name]
    summary: Mapped[Prose] = mapped_column(default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    audience: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[Moment]
    published_at: Mapped[Moment | None]
    review_by: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    source_url: Mapped[Prose | None]
    # hash of the canonical address: every variant of the page's address leads here
    source_key: Mapped[Sha256 | None] = mapped_column(index=True)
    customer: Mapped[Name | None]
    reference_rights: Mapped[str] = mapped_column(String(12), default="named")
    rights_regions: Mapped[JsonList] = mapped_column(default=list)
    rights_until: Mapped[date | None] = mapped_column(Date)
    # a story is never suggested to those whom its customer names as competitors
    customer_competitors: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    production_cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    custom: Mapped[JsonValue] = mapped_column(default=dict)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("asset_versions.id", use_alter=True, name="fk_assets_current_version_id")
    )

    terms: Mapped[list[Term]] = relationship(secondary=asset_terms, order_by=Term.position)
    versions: Mapped[list["AssetVersion"]] = relationship(
        back_populates="asset",
        foreign_keys="AssetVersion.asset_id",
        order_by="AssetVersion.number",
    )
    current_version: Mapped["AssetVersion | None"] = relationship(
        foreign_keys=[current_version_id], post_update=True
    )

    @validates("source_url")
    def _key_of_source(self, _name: str, address: str | None) -> str | None:
        self.source_key = address_key(address)
        return address

    @classmethod
    def drafted(cls, *, title: str, owner_id: int | None, now: datetime) -> "Asset":
        return cls(
            public_id=public_id(),
            title=title[:300],
            summary="",
            owner_id=owner_id,
            state="draft",
            audience="external",
            reference_rights="named",
            rights_regions=[],
            customer_competitors=[],
            custom={},
            created_at=now,
        )


class AssetVersion(Base):
    """One file of an asset, as it was uploaded. Immutable but for what rendering adds."""

    __tablename__ = "asset_versions"
    __table_args__ = (
        UniqueConstraint("asset_id", "number"),
        # twins: same bytes, same text
        Index("ix_asset_versions_file_sha256", "file_sha256"),
        Index("ix_asset_versions_text_sha256", "text_sha256"),
    )

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    number: Mapped[int]
    file_name: Mapped[Name]
    file_sha256: Mapped[Sha256]
    size: Mapped[int] = mapped_column(BigId)
    format: Mapped[str] = mapped_column(String(12))
    media_type: Mapped[Name]
    text_sha256: Mapped[Sha256 | None]
    page_count: Mapped[int]
    warnings: Mapped[JsonList]
    thumbnail_sha256: Mapped[Sha256 | None]
    card_sha256: Mapped[Sha256 | None]
    # None until rendering was tried; "" once images are there; else why there are none
    preview_problem: Mapped[Prose | None]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    added_at: Mapped[Moment]

    asset: Mapped[Asset] = relationship(back_populates="versions", foreign_keys=[asset_id])
    pages: Mapped[list["AssetPage"]] = relationship(
        order_by="AssetPage.number", cascade="all, delete-orphan"
    )
    passages: Mapped[list["Passage"]] = relationship(
        order_by="Passage.ordinal", cascade="all, delete-orphan"
    )


class AssetPage(Base):
    """A page of a version: what buyers may read, and speaker notes kept apart."""

    __tablename__ = "asset_pages"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    number: Mapped[int]
    label: Mapped[Name | None]
    text: Mapped[Prose]
    notes: Mapped[Prose]
    image_sha256: Mapped[Sha256 | None]
    small_sha256: Mapped[Sha256 | None]
    width: Mapped[int | None]
    height: Mapped[int | None]


class Passage(Base):
    """The unit of indexing; its id is what the index knows it by."""

    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("version_id", "ordinal"),)

    id: Mapped[Id]
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    ordinal: Mapped[int]
    page: Mapped[int]
    start: Mapped[int]
    is_notes: Mapped[bool]
    text: Mapped[Prose]


class Catalogue(Base):
    """One row: a generation that every change of what may be found raises by one."""

    __tablename__ = "catalogue"

    id: Mapped[Id]
    generation: Mapped[int] = mapped_column(BigId)


class AssetStateChange(Base):
    """Event `asset_state_changed` / `asset_reviewed`: a lifecycle field changed. Append-only."""

    __tablename__ = "asset_state_changes"
    # eligibility: when was it published
    __table_args__ = (Index("ix_asset_state_changes_asset_id", "asset_id", "at"),)

    id: Mapped[Id]
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    at: Mapped[Moment]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    field: Mapped[Key]
    before: Mapped[str | None] = mapped_column(String(300))
    after: Mapped[str | None] = mapped_column(String(300))


class TermRefusal(Base):
    """A publisher's word that a term suggested for an asset does not fit; never suggested again."""

    __tablename__ = "term_refusals"

    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    at: Mapped[Moment]


class ImportBatch(Base):
    """Files brought in together."""

    __tablename__ = "import_batches"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    created_at: Mapped[Moment]
    source: Mapped[Name]
    publish: Mapped[bool]


class ImportItem(Base):
    """One file or address of a batch and what became of it."""

    __tablename__ = "import_items"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'imported', 'duplicate', 'refused')", name="state"),
        UniqueConstraint("batch_id", "position"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"))
    position: Mapped[int]
    name: Mapped[Prose]
    url: Mapped[Prose | None]
    sha256: Mapped[Sha256 | None]
    size: Mapped[int] = mapped_column(BigId)
    row: Mapped[JsonValue]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[Prose]
    warnings: Mapped[JsonList]
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    finished_at: Mapped[Moment | None]

    batch: Mapped[ImportBatch] = relationship()
