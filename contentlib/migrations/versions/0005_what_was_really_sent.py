"""What was really sent: devices, reports of sends and their corrections, attachments to look at"""

import sqlalchemy as sa
from alembic import op

import contentlib.db
from contentlib.asset.addresses import address_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pairing_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_pairing_codes_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_codes")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_pairing_codes_code_sha256")),
    )
    op.create_index(op.f("ix_pairing_codes_member_id"), "pairing_codes", ["member_id"])

    op.create_table(
        "reporting_days",
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "source IN ('extension', 'mailbox')", name=op.f("ck_reporting_days_source")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_reporting_days_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "source", "day", name=op.f("pk_reporting_days")),
    )
    op.create_index("ix_reporting_days_day", "reporting_days", ["day"])

    op.create_table(
        "devices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("token_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("browser", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("paired_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_devices_member_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_tokens.id"], name=op.f("fk_devices_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("public_id", name=op.f("uq_devices_public_id")),
        sa.UniqueConstraint("token_id", name=op.f("uq_devices_token_id")),
    )
    op.create_index(op.f("ix_devices_member_id"), "devices", ["member_id"])

    op.create_table(
        "send_corrections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_key", sa.String(length=200), nullable=False),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column(
            "opportunity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('not_sent', 'sent_after_all', 'of_deal')",
            name=op.f("ck_send_corrections_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], name=op.f("fk_send_corrections_asset_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["members.id"], name=op.f("fk_send_corrections_by_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_send_corrections_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunities.id"],
            name=op.f("fk_send_corrections_opportunity_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_corrections")),
    )
    op.create_index(
        "ix_send_corrections_message_key", "send_corrections", ["member_id", "message_key"]
    )

    op.create_table(
        "send_reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("source_key", sa.String(length=200), nullable=False),
        sa.Column("turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=False),
        sa.Column("surface", sa.String(length=80), nullable=False),
        sa.Column("message_key", sa.String(length=200), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "opportunity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("recipient_domains", sa.JSON(), nullable=False),
        sa.Column("contact_ids", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "evidence IN ('mail_confirmed', 'mailbox', 'app_mail', 'crm', 'declared')",
            name=op.f("ck_send_reports_evidence"),
        ),
        sa.CheckConstraint(
            "source IN ('extension', 'mailbox', 'app', 'crm', 'declared')",
            name=op.f("ck_send_reports_source"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_send_reports_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_send_reports_opportunity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_reports")),
        sa.UniqueConstraint(
            "member_id",
            "source",
            "source_key",
            "turn",
            name=op.f("uq_send_reports_member_id_source_source_key_turn"),
        ),
    )
    op.create_index("ix_send_reports_member_id", "send_reports", ["member_id", "at"])
    op.create_index("ix_send_reports_message_key", "send_reports", ["message_key"])

    op.create_table(
        "attachment_reviews",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("source_key", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=False),
        sa.Column("surface", sa.String(length=80), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column(
            "opportunity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("recipient_domains", sa.JSON(), nullable=False),
        sa.Column("contact_ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'dismissed')", name=op.f("ck_attachment_reviews_state")
        ),
        sa.ForeignKeyConstraint(
            ["decided_version_id"],
            ["asset_versions.id"],
            name=op.f("fk_attachment_reviews_decided_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_attachment_reviews_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["opportunities.id"],
            name=op.f("fk_attachment_reviews_opportunity_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment_reviews")),
        sa.UniqueConstraint(
            "member_id",
            "source_key",
            "file_sha256",
            name=op.f("uq_attachment_reviews_member_id_source_key_file_sha256"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachment_reviews_public_id")),
    )
    op.create_index(
        "ix_attachment_reviews_member_id", "attachment_reviews", ["member_id", "state", "at"]
    )

    op.create_table(
        "send_report_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("share_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('link', 'attachment', 'other')", name=op.f("ck_send_report_items_channel")
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], name=op.f("fk_send_report_items_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["send_reports.id"], name=op.f("fk_send_report_items_report_id")
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name=op.f("fk_send_report_items_share_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["asset_versions.id"], name=op.f("fk_send_report_items_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_report_items")),
    )
    op.create_index("ix_send_report_items_report_id", "send_report_items", ["report_id"])
    op.create_index("ix_send_report_items_share_id", "send_report_items", ["share_id"])

    op.add_column("assets", sa.Column("source_key", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_assets_source_key"), "assets", ["source_key"])

    op.add_column(
        "sends",
        sa.Column("method", sa.String(length=80), server_default="share link", nullable=False),
    )
    op.create_index("ix_sends_at", "sends", ["at"])

    _give_assets_their_keys()
    _make_reports_of_sends()


def downgrade() -> None:
    op.drop_index("ix_sends_at", table_name="sends")
    op.drop_column("sends", "method")

    op.drop_index(op.f("ix_assets_source_key"), table_name="assets")
    op.drop_column("assets", "source_key")

    op.drop_index("ix_send_report_items_share_id", table_name="send_report_items")
    op.drop_index("ix_send_report_items_report_id", table_name="send_report_items")

    op.drop_table("send_report_items")
    op.drop_index("ix_attachment_reviews_member_id", table_name="attachment_reviews")

    op.drop_table("attachment_reviews")
    op.drop_index("ix_send_reports_message_key", table_name="send_reports")
    op.drop_index("ix_send_reports_member_id", table_name="send_reports")

    op.drop_table("send_reports")
    op.drop_index("ix_send_corrections_message_key", table_name="send_corrections")

    op.drop_table("send_corrections")
    op.drop_index(op.f("ix_devices_member_id"), table_name="devices")

    op.drop_table("devices")
    op.drop_index("ix_reporting_days_day", table_name="reporting_days")

    op.drop_table("reporting_days")
    op.drop_index(op.f("ix_pairing_codes_member_id"), table_name="pairing_codes")

    op.drop_table("pairing_codes")


def _give_assets_their_keys() -> None:
    bind = op.get_bind()
    assets = sa.table("assets", sa.column("id"), sa.column("source_url"), sa.column("source_key"))
    rows = bind.execute(
        sa.select(assets.c.id, assets.c.source_url).where(assets.c.source_url.is_not(None))
    ).all()
    for asset_id, address in rows:
        bind.execute(
            assets.update().where(assets.c.id == asset_id).values(source_key=address_key(address))
        )


def _make_reports_of_sends() -> None:
    """Sends are a roll-up of reports from here on: what was known becomes a report a message."""
    bind = op.get_bind()
    for statement in (_REPORTS, _ITEMS):
        bind.execute(sa.text(statement))


_REPORTS = """
INSERT INTO send_reports (member_id, source, source_key, turn, evidence, surface, message_key, at,
                          told_at, opportunity_id, recipient_domains, contact_ids)
SELECT member_id,
       CASE evidence WHEN 'mail_confirmed' THEN 'extension' WHEN 'app_mail' THEN 'app'
                     ELSE evidence END,
       message_key, 1, evidence, 'app', message_key, at, at, opportunity_id, recipient_domains, '[]'
FROM sends
WHERE id IN (SELECT min(id) FROM sends GROUP BY member_id, message_key, evidence)
"""

_ITEMS = """
INSERT INTO send_report_items (report_id, asset_id, version_id, share_id, channel, method, score,
                               pages)
SELECT r.id, s.asset_id, s.version_id, s.share_id, s.channel,
       CASE WHEN s.evidence = 'declared' THEN 'declared'
            WHEN s.share_id IS NOT NULL THEN 'share link' ELSE 'same file' END, 1.0, '[]'
FROM sends s
JOIN send_reports r ON r.member_id = s.member_id AND r.message_key = s.message_key
                    AND r.evidence = s.evidence
"""
