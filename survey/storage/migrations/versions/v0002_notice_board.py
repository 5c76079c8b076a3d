"""The notice board of key ceremonies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ceremonies",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("round", name="pk_ceremonies"),
    )
    op.create_table(
        "custodian_invitations",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("secret_digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round", "seat", name="pk_custodian_invitations"),
        sa.UniqueConstraint("secret_digest", name="uq_custodian_invitations_secret_digest"),
        sa.CheckConstraint("length(secret_digest) = 32", name="ck_custodian_invitations_secret_digest_length"),
    )
    op.create_table(
        "notices",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round", "attempt", "phase", "seat", name="pk_notices"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would lose what custodians said; restore a backup instead.")
