"""What a report gives to a trend, fixed with its approval; and the entered counts of paper forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD = "round, record, stage, entered, digest"


def upgrade() -> None:
    added = (
        sa.Column("paper", sa.Text(), server_default="{}", nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("point", sa.Text(), nullable=True),
    )
    if op.get_bind().dialect.name != "sqlite":
        for column in added:
            op.add_column("report_drafts", column)
        return
    # SQLite keeps the words of a definition: a table with added columns would differ from a new one.
    op.rename_table("report_drafts", "report_drafts_before")
    op.create_table(
        "report_drafts",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("entered", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        *added,
        sa.PrimaryKeyConstraint("round", name="pk_report_drafts"),
        sa.CheckConstraint("stage IN ('draft', 'approved', 'released')", name="ck_report_drafts_stage_known"),
    )
    op.execute(f"INSERT INTO report_drafts ({OLD}) SELECT {OLD} FROM report_drafts_before")  # noqa: S608  # constants
    op.drop_table("report_drafts_before")


def downgrade() -> None:
    raise NotImplementedError("Going back would lose what approved reports compare; restore a backup instead.")
