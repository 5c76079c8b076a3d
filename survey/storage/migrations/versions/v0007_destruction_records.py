"""Records of what was destroyed at the end of a round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destruction_records",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_destruction_records_round"),
        sa.PrimaryKeyConstraint("round", name="pk_destruction_records"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would lose what was destroyed; restore a backup instead.")
