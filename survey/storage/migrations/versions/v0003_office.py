"""The office in the browser: snapshots of turnout, long steps, locked accounts, second factors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "turnout_snapshots",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round", name="pk_turnout_snapshots"),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_turnout_snapshots_round"),
    )
    op.create_table(
        "office_work",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round", name="pk_office_work"),
    )
    op.create_table(
        "account_locks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_locked", sa.Integer(), nullable=False),
        sa.Column("second_factor", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("recovery", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_account_locks"),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name="fk_account_locks_name"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would open accounts that have a second factor; restore a backup instead.")
