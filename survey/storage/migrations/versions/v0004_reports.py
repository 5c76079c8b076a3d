"""The report's way: stage, digest, entered scores, reviews of remarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_drafts",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("entered", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("round", name="pk_report_drafts"),
        sa.CheckConstraint("stage IN ('draft', 'approved', 'released')", name="ck_report_drafts_stage_known"),
    )
    op.create_table(
        "remark_reviews",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("round", "evaluation", "question", "position", name="pk_remark_reviews"),
        sa.CheckConstraint("kind IN ('keep', 'paraphrase', 'withhold')", name="ck_remark_reviews_kind_known"),
        sa.CheckConstraint("confirmed_by <> proposed_by", name="ck_remark_reviews_two_people"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would lose what was decided about remarks; restore a backup instead.")
