"""What our versions are known by: distinctive runs of words, and pictures of wordless pages"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "version_fingerprints",
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "rule_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("every", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "shingle_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("pictures", sa.LargeBinary(), nullable=True),
        sa.Column("picture_pages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["asset_versions.id"],
            name=op.f("fk_version_fingerprints_version_id"),
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_version_fingerprints")),
    )

    op.create_table(
        "distinctive_shingles",
        sa.Column("shingle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "shingle", "version_id", "page", name=op.f("pk_distinctive_shingles")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_distinctive_shingles_version_id", "distinctive_shingles", ["version_id", "page"]
    )

    op.create_table(
        "common_shingles",
        sa.Column("shingle", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("shingle", name=op.f("pk_common_shingles")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("common_shingles")

    op.drop_index("ix_distinctive_shingles_version_id", table_name="distinctive_shingles")

    op.drop_table("distinctive_shingles")
    op.drop_table("version_fingerprints")
