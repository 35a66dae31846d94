"""what recommending needs"""

import sqlalchemy as sa
from alembic import op

import contentlib.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", contentlib.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_api_tokens_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_tokens_public_id")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_api_tokens_secret_sha256")),
    )
    op.create_index("ix_api_tokens_member_id", "api_tokens", ["member_id"], unique=False)

    op.create_table(
        "favourites",
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_favourites_asset_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_favourites_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "asset_id", name=op.f("pk_favourites")),
    )
    op.create_table(
        "recommendations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("surface", sa.String(length=80), nullable=False),
        sa.Column("deal", sa.JSON(), nullable=False),
        sa.Column(
            "opportunity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("shown", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confident", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_recommendations_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunities.id"], name=op.f("fk_recommendations_opportunity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recommendations_public_id")),
    )
    op.create_index("ix_recommendations_at", "recommendations", ["at"], unique=False)
    op.create_index(
        "ix_recommendations_opportunity_id",
        "recommendations",
        ["opportunity_id", "at"],
        unique=False,
    )

    op.create_table(
        "term_refusals",
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("term_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", contentlib.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], name=op.f("fk_term_refusals_asset_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_term_refusals_member_id")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_term_refusals_term_id")),
        sa.PrimaryKeyConstraint("asset_id", "term_id", name=op.f("pk_term_refusals")),
    )
    op.add_column(
        "assets",
        sa.Column("customer_competitors", sa.JSON(), server_default="[]", nullable=False),
    )
    op.add_column(
        "collections",
        sa.Column("is_shared", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index("ix_collections_owner_id", "collections", ["owner_id"], unique=False)

    op.add_column(
        "facets", sa.Column("is_ordered", sa.Boolean(), server_default=sa.false(), nullable=False)
    )

    # Stages and sizes follow each other in every library; other facets do where somebody says so.
    op.execute("UPDATE facets SET is_ordered = true WHERE key IN ('stage', 'size')")
    op.add_column(
        "terms",
        sa.Column(
            "from_employees", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
    )


def downgrade() -> None:
    op.drop_column("terms", "from_employees")

    op.drop_column("facets", "is_ordered")

    op.drop_column("assets", "customer_competitors")

    op.drop_index("ix_collections_owner_id", table_name="collections")
    op.drop_column("collections", "is_shared")

    op.drop_table("term_refusals")
    op.drop_index("ix_recommendations_opportunity_id", table_name="recommendations")
    op.drop_index("ix_recommendations_at", table_name="recommendations")

    op.drop_table("recommendations")
    op.drop_table("favourites")
    op.drop_index("ix_api_tokens_member_id", table_name="api_tokens")

    op.drop_table("api_tokens")
