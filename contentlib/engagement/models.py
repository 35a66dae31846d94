"""Raw requests and beats on share links, and the visits and views made of them."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from contentlib.db import Base, Id, JsonList, JsonValue, Key, Moment, Name, Prose, Sha256

# Said in the same words by the index and by who uses it.
UNFOLDED = "visit_id IS NULL AND kind <> 'refused'"


class Hit(Base):
    """Event: any HTTP request on a share link. Raw; never shown as a view. Append-only.

    `visit_id` is filled when the request is folded into a visit; a refused one founds none, for
    nobody was let in. `by_colleague` tells of a member who was signed in; `network_ids` names the
    listed ranges and the own offices that the whole address lay in. `code_id` is the one-time code
    that its sender entered; `is_private` says that their browser asked not to be followed.
    """

    __tablename__ = "hits"
    __table_args__ = (
        # a share's requests in order; the end of retention
        Index("ix_hits_share_id", "share_id", "at"),
        Index("ix_hits_at", "at"),
        # the requests of a visit
        Index("ix_hits_visit_id", "visit_id", "id"),
        # folding: those that belong to no visit yet. Refused requests never will, and must not
        # be looked through every second
        Index(
            "ix_hits_unfolded",
            "id",
            sqlite_where=text(UNFOLDED),
            postgresql_where=text(UNFOLDED),
        ),
    )

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("asset_versions.id"))
    page: Mapped[int | None]
    kind: Mapped[Key]
    method: Mapped[str] = mapped_column(String(10))
    user_agent: Mapped[Prose]
    network: Mapped[str] = mapped_column(String(50))
    network_ids: Mapped[JsonList]
    referrer_origin: Mapped[Name | None]
    prefetch: Mapped[JsonValue]
    visitor_key: Mapped[Sha256]
    by_colleague: Mapped[bool]
    at: Mapped[Moment]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("share_codes.id"))
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))


class Beat(Base):
    """A page telling how long it was looked at so far; bounded by our clock. Append-only.

    `attention_ms` is cumulative for the page within its view key (one loading of the
    viewer), so a lost beat loses nothing and a repeated one adds nothing. `visit_id` is
    filled when the beat is folded into a visit.
    """

    __tablename__ = "beats"
    __table_args__ = (
        # folding: those that belong to no visit yet; the beats of a visit
        Index("ix_beats_visit_id", "visit_id", "id"),
        UniqueConstraint("view_key", "page", "ordinal"),
    )

    id: Mapped[Id]
    view_key: Mapped[str] = mapped_column(String(60))
    ordinal: Mapped[int]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    page: Mapped[int]
    attention_ms: Mapped[int]
    trusted_input: Mapped[bool]
    signals: Mapped[JsonValue]
    visitor_key: Mapped[Sha256]
    by_colleague: Mapped[bool]
    at: Mapped[Moment]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("share_codes.id"))
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))


class Visit(Base):
    """One sitting of one visitor on one share, with its class and the reasons for it.

    `code_id` is the one-time code by which the reader proved an address. A visit `is_private`
    counts in the totals of its assets and stands in no timeline, under no name. One that is
    `frozen` keeps its class: its raw requests are forgotten.
    """

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint(
            "visitor_class IN ('verified', 'human', 'unclear', 'machine', 'colleague')",
            name="visitor_class",
        ),
        # sittings of a share; open sitting of a visitor
        Index("ix_visits_share_id", "share_id", "visitor_key", "last_at"),
        Index("ix_visits_started_at", "started_at"),
        # re-judging: those judged by older rules; freezing: those at the end of retention
        Index("ix_visits_rule_version", "frozen", "rule_version"),
        Index("ix_visits_frozen", "frozen", "started_at"),
    )

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    visitor_key: Mapped[Sha256]
    started_at: Mapped[Moment]
    last_at: Mapped[Moment]
    visitor_class: Mapped[str] = mapped_column(String(10))
    rule: Mapped[Key] = mapped_column(server_default="")
    reasons: Mapped[JsonList]
    # the service in which the link was pasted, where that is what fetched it
    pasted_into: Mapped[str | None] = mapped_column(String(60))
    rule_version: Mapped[int]
    device: Mapped[Key | None]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("share_codes.id"))
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    frozen: Mapped[bool] = mapped_column(default=False, server_default=false())


class View(Base):
    """One page of one asset version seen in one visit, with its attention time."""

    __tablename__ = "views"
    __table_args__ = (
        UniqueConstraint("visit_id", "version_id", "page"),
        # read-through of an asset
        Index("ix_views_asset_id", "asset_id", "started_at"),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    page: Mapped[int]
    started_at: Mapped[Moment]
    last_at: Mapped[Moment]
    attention_ms: Mapped[int]


class Download(Base):
    """Event `downloaded`: the file was taken; by whom, its visit says. Append-only."""

    __tablename__ = "downloads"
    __table_args__ = (
        Index("ix_downloads_share_id", "share_id", "at"),
        # folding: those that belong to no visit yet; the downloads of a visit
        Index("ix_downloads_visit_id", "visit_id", "id"),
    )

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    visitor_key: Mapped[Sha256]
    by_colleague: Mapped[bool]
    at: Mapped[Moment]
    code_id: Mapped[int | None] = mapped_column(ForeignKey("share_codes.id"))
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))


class Unfurl(Base):
    """Event `unfurled`: a service fetched a preview, so the link was pasted there. One a visit."""

    __tablename__ = "unfurls"
    __table_args__ = (
        UniqueConstraint("visit_id"),
        Index("ix_unfurls_share_id", "share_id", "at"),
    )

    id: Mapped[Id]
    share_id: Mapped[int] = mapped_column(ForeignKey("shares.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"))
    service: Mapped[str] = mapped_column(String(60))
    at: Mapped[Moment]


class VisitorSalt(Base):
    """The secret of one day that visitor keys are made with; deleted after 48 hours."""

    __tablename__ = "visitor_salts"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Moment]
