"""Opening records, and the replacement of a lost custodian."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "custodian_replacements",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round", name="pk_custodian_replacements"),
    )
    op.create_table(
        "opening_records",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round", name="pk_opening_records"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would lose who opened a round; restore a backup instead.")
