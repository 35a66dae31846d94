"""why a visit counts"""

import sqlalchemy as sa
from alembic import op

import contentlib.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sends_message_key", "sends", ["message_key"], unique=False)

    op.add_column(
        "visits", sa.Column("rule", sa.String(length=80), server_default="", nullable=False)
    )
    op.add_column("visits", sa.Column("pasted_into", sa.String(length=60), nullable=True))
    op.create_index("ix_visits_rule_version", "visits", ["rule_version"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_visits_rule_version", table_name="visits")
    op.drop_column("visits", "pasted_into")
    op.drop_column("visits", "rule")

    op.drop_index("ix_sends_message_key", table_name="sends")
