"""Sends, the central table of METRICS, and the reports and corrections they are made of."""

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contentlib.db import Base, Id, JsonList, Key, Moment, Name, PublicId, Sha256


class SendReport(Base):
    """Event `sent`: word of one message from one source. Append-only.

    Several sources tell of the same message: then their reports have the same `message_key`.
    `source_key` names the message within its source (the extension's name for it, a Message-ID),
    so that what is told twice is known by the unique constraint. Where the source knows better
    later (undone and sent again, scheduled and then seen leaving) that is another `turn`, and the
    one before is taken back. Of its recipients a report keeps their domains, and who of them is a
    contact.
    """

    __tablename__ = "send_reports"
    __table_args__ = (
        CheckConstraint(
            "source IN ('extension', 'mailbox', 'app', 'crm', 'declared')", name="source"
        ),
        CheckConstraint(
            "evidence IN ('mail_confirmed', 'mailbox', 'app_mail', 'crm', 'declared')",
            name="evidence",
        ),
        UniqueConstraint("member_id", "source", "source_key", "turn"),
        # merging: what else was told of a message
        Index("ix_send_reports_message_key", "message_key"),
        # merging: messages of a member about a moment
        Index("ix_send_reports_member_id", "member_id", "at"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    source: Mapped[str] = mapped_column(String(10))
    source_key: Mapped[str] = mapped_column(String(200))
    turn: Mapped[int]
    evidence: Mapped[Key]
    surface: Mapped[Key]
    message_key: Mapped[str] = mapped_column(String(200))
    at: Mapped[Moment]
    told_at: Mapped[Moment]
    taken_back_at: Mapped[Moment | None]
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    recipient_domains: Mapped[JsonList]
    contact_ids: Mapped[JsonList]

    items: Mapped[list["SendReportItem"]] = relationship(
        order_by="SendReportItem.id", cascade="all, delete-orphan"
    )


class SendReportItem(Base):
    """An asset in a reported message: by which way, and how it was recognised.

    `method`: share link, own address, same file, same text, edited copy, pages of, page
    pictures, declared. `score` is 1 where there is nothing to doubt.
    """

    __tablename__ = "send_report_items"
    __table_args__ = (
        CheckConstraint("channel IN ('link', 'attachment', 'other')", name="channel"),
        Index("ix_send_report_items_report_id", "report_id"),
        # merging: which messages a link went out with
        Index("ix_send_report_items_share_id", "share_id"),
    )

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(ForeignKey("send_reports.id"))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    share_id: Mapped[int | None] = mapped_column(ForeignKey("shares.id"))
    channel: Mapped[Key]
    method: Mapped[Key]
    score: Mapped[float] = mapped_column(Float)
    pages: Mapped[JsonList]


class SendCorrection(Base):
    """Event: a member said what their sends really were. Append-only; the newest holds.

    `asset_id` null: of the whole message.
    """

    __tablename__ = "send_corrections"
    __table_args__ = (
        CheckConstraint("kind IN ('not_sent', 'sent_after_all', 'of_deal')", name="kind"),
        Index("ix_send_corrections_message_key", "member_id", "message_key"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    message_key: Mapped[str] = mapped_column(String(200))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    kind: Mapped[Key]
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    at: Mapped[Moment]


class AttachmentReview(Base):
    """An attachment of which we are not sure: its sender says what it was.

    Nothing of its text is kept. `candidates` are the versions it may be, best first:
    {"version_id", "verdict", "score", "pages"}. Once decided it is a report, or nothing.
    """

    __tablename__ = "attachment_reviews"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'confirmed', 'dismissed')", name="state"),
        UniqueConstraint("member_id", "source_key", "file_sha256"),
        # "to be looked at", oldest first
        Index("ix_attachment_reviews_member_id", "member_id", "state", "at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    source: Mapped[str] = mapped_column(String(10))
    source_key: Mapped[str] = mapped_column(String(200))
    evidence: Mapped[Key]
    surface: Mapped[Key]
    at: Mapped[Moment]
    file_name: Mapped[Name]
    file_sha256: Mapped[Sha256]
    candidates: Mapped[JsonList]
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    recipient_domains: Mapped[JsonList]
    contact_ids: Mapped[JsonList]
    state: Mapped[str] = mapped_column(String(10))
    decided_at: Mapped[Moment | None]
    decided_version_id: Mapped[int | None] = mapped_column(ForeignKey("asset_versions.id"))


class Send(Base):
    """One rep x one asset x one message, with its strongest evidence.

    A roll-up of reports and corrections (`sending.merging`), made anew whenever one of its
    message comes in; `contentlib check` compares. `message_key` is the same for all assets of a
    message. What its sender said was not sent is not here.
    """

    __tablename__ = "sends"
    __table_args__ = (
        CheckConstraint(
            "evidence IN ('mail_confirmed', 'mailbox', 'app_mail', 'crm', 'declared')",
            name="evidence",
        ),
        CheckConstraint("channel IN ('link', 'attachment', 'other')", name="channel"),
        UniqueConstraint("member_id", "asset_id", "message_key"),
        # usage and unused: what was sent of an asset in a window
        Index("ix_sends_asset_id", "asset_id", "at"),
        Index("ix_sends_member_id", "member_id", "at"),
        Index("ix_sends_opportunity_id", "opportunity_id"),
        Index("ix_sends_share_id", "share_id"),
        # judging a visit: the other links of its message
        Index("ix_sends_message_key", "message_key"),
        # untracked use: what left as a file or a plain address
        Index("ix_sends_at", "at"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    role: Mapped[str] = mapped_column(String(10))
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("asset_versions.id"))
    share_id: Mapped[int | None] = mapped_column(ForeignKey("shares.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunities.id"))
    channel: Mapped[Key]
    evidence: Mapped[Key]
    method: Mapped[Key] = mapped_column(default="share link", server_default="share link")
    message_key: Mapped[str] = mapped_column(String(200))
    recipient_domains: Mapped[JsonList]
    at: Mapped[Moment]
