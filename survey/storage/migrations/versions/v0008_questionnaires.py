"""The library of questionnaires."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questionnaires",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_archived", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaires"),
        sa.UniqueConstraint("form_id", name="uq_questionnaires_form_id"),
    )
    op.create_table(
        "questionnaire_versions",
        sa.Column("questionnaire", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("is_ready", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.CheckConstraint("is_ready IN (0, 1)", name="ck_questionnaire_versions_is_ready_known"),
        sa.ForeignKeyConstraint(
            ["questionnaire"], ["questionnaires.id"], name="fk_questionnaire_versions_questionnaire"
        ),
        sa.PrimaryKeyConstraint("questionnaire", "number", name="pk_questionnaire_versions"),
    )


def downgrade() -> None:
    raise NotImplementedError("Going back would lose the library of questionnaires; restore a backup instead.")
