"""Statements that custodians sign after the count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opening_statements",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_opening_statements_round"),
        sa.PrimaryKeyConstraint("round", "seat", name="pk_opening_statements"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would lose what custodians signed; restore a backup instead.")
