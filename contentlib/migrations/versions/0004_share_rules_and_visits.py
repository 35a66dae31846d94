"""Share rules, gates and presets; visits made of requests; notifications"""

import sqlalchemy as sa
from alembic import op

import contentlib.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "writer_marks",
        sa.Column("writer", sa.String(length=80), nullable=False),
        sa.Column("direct", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drained", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_writer_marks")),
    )

    op.create_table(
        "machine_networks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cidr", sa.String(length=50), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("certainty", sa.String(length=10), nullable=False),
        sa.Column("added_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "certainty IN ('certain', 'probable')", name=op.f("ck_machine_networks_certainty")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_networks")),
    )

    op.create_table(
        "share_presets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("created_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_share_presets_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_presets")),
        sa.UniqueConstraint("member_id", "name", name=op.f("uq_share_presets_member_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_share_presets_public_id")),
    )

    op.create_table(
        "share_codes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("share_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_codes_share_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_codes")),
    )

    op.create_table(
        "unfurls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("share_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_unfurls_share_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_unfurls_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfurls")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_unfurls_visit_id")),
    )

    op.create_index(op.f("ix_machine_networks_cidr"), "machine_networks", ["cidr"], unique=False)
    op.create_index("ix_share_codes_share_id", "share_codes", ["share_id", "email", "created_at"])
    op.create_index("ix_unfurls_share_id", "unfurls", ["share_id", "at"])

    for name in ("hits", "beats", "downloads", "visits"):
        op.add_column(name, _reference(name, "code_id", "share_codes.id"), inline_references=True)
        op.add_column(name, _no("is_private"))
    op.add_column("visits", _no("frozen"))
    for name in ("hits", "downloads"):
        op.add_column(name, _reference(name, "visit_id", "visits.id"), inline_references=True)
        op.create_index(f"ix_{name}_visit_id", name, ["visit_id", "id"])
    unfolded = sa.text("visit_id IS NULL AND kind <> 'refused'")
    op.create_index(
        "ix_hits_unfolded", "hits", ["id"], sqlite_where=unfolded, postgresql_where=unfolded
    )
    op.drop_index("ix_visits_rule_version", table_name="visits")
    op.create_index("ix_visits_rule_version", "visits", ["frozen", "rule_version"])
    op.create_index("ix_visits_frozen", "visits", ["frozen", "started_at"])

    op.add_column("shares", sa.Column("batch", sa.String(length=40), nullable=True))
    op.add_column(
        "shares", sa.Column("notice", sa.String(length=80), server_default="each", nullable=False)
    )
    op.create_index("ix_shares_batch", "shares", ["batch"])

    op.add_column("asset_pages", sa.Column("small_sha256", sa.String(length=64), nullable=True))
    op.add_column("asset_versions", sa.Column("card_sha256", sa.String(length=64), nullable=True))

    # nothing wrote notifications before
    op.drop_index("ix_notifications_member_id", table_name="notifications")
    op.drop_table("notifications")
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("share_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("withdrawn_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("mail", sa.String(length=80), server_default="none", nullable=False),
        sa.Column("mailed_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mail IN ('each', 'digest', 'none')", name=op.f("ck_notifications_mail")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_notifications_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name=op.f("fk_notifications_share_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("member_id", "key", name=op.f("uq_notifications_member_id_key")),
    )
    op.create_index("ix_notifications_member_id", "notifications", ["member_id", "at"])
    op.create_index("ix_notifications_mailed_at", "notifications", ["mailed_at", "mail"])
    op.create_index("ix_notifications_share_id", "notifications", ["share_id"])
    op.create_index(op.f("ix_notifications_visit_id"), "notifications", ["visit_id"])
    op.create_index("ix_notifications_is_provisional", "notifications", ["is_provisional", "at"])


def downgrade() -> None:
    op.drop_table("writer_marks")
    op.drop_index("ix_notifications_is_provisional", table_name="notifications")
    op.drop_index(op.f("ix_notifications_visit_id"), table_name="notifications")
    op.drop_index("ix_notifications_share_id", table_name="notifications")
    op.drop_index("ix_notifications_mailed_at", table_name="notifications")
    op.drop_index("ix_notifications_member_id", table_name="notifications")
    op.drop_table("notifications")
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_notifications_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index("ix_notifications_member_id", "notifications", ["member_id", "at"])

    op.drop_column("asset_versions", "card_sha256")
    op.drop_column("asset_pages", "small_sha256")

    op.drop_index("ix_shares_batch", table_name="shares")
    op.drop_column("shares", "notice")
    op.drop_column("shares", "batch")

    op.drop_index("ix_visits_frozen", table_name="visits")
    op.drop_index("ix_visits_rule_version", table_name="visits")
    op.create_index("ix_visits_rule_version", "visits", ["rule_version"])
    op.drop_index("ix_hits_unfolded", table_name="hits")
    for name in ("hits", "downloads"):
        op.drop_index(f"ix_{name}_visit_id", table_name=name)
        op.drop_column(name, "visit_id")
    op.drop_column("visits", "frozen")
    for name in ("hits", "beats", "downloads", "visits"):
        op.drop_column(name, "is_private")
        op.drop_column(name, "code_id")

    op.drop_index("ix_unfurls_share_id", table_name="unfurls")
    op.drop_table("unfurls")
    op.drop_index("ix_share_codes_share_id", table_name="share_codes")
    op.drop_table("share_codes")
    op.drop_table("share_presets")
    op.drop_index(op.f("ix_machine_networks_cidr"), table_name="machine_networks")
    op.drop_table("machine_networks")


def _reference(table: str, name: str, to: str) -> sa.Column[int]:
    key = sa.ForeignKey(to, name=f"fk_{table}_{name}")
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), key, nullable=True)


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)
