"""First tables.

Law of every revision: it says in full what it makes and imports no table module, because those change later.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

AUDIT_LOG_IS_APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
        """CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation'; END $$""",
        """CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("boxes_digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_rounds"),
        sa.UniqueConstraint("number", name="uq_rounds_number"),
        sa.CheckConstraint("length(boxes_digest) = 32", name="ck_rounds_boxes_digest_length"),
    )
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("root", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_evaluations_round"),
        sa.CheckConstraint("length(root) = 32", name="ck_evaluations_root_length"),
    )
    op.create_index("ix_evaluations_round", "evaluations", ["round"])
    op.create_table(
        "tally_records",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round", name="pk_tally_records"),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_tally_records_round"),
    )
    op.create_table(
        "invitations",
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("code_mac", sa.LargeBinary(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation", "code_mac", name="pk_invitations"),
        sa.ForeignKeyConstraint(["evaluation"], ["evaluations.id"], name="fk_invitations_evaluation"),
        sa.CheckConstraint("length(code_mac) = 32", name="ck_invitations_code_mac_length"),
        sa.CheckConstraint("length(request_digest) = 32", name="ck_invitations_request_digest_length"),
        sa.CheckConstraint("state IN (0, 1, 2)", name="ck_invitations_state_known"),
        sqlite_with_rowid=False,
        postgresql_partition_by="LIST (evaluation)",
    )
    op.create_table(
        "boxes",
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation", name="pk_boxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballots",
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("enc", sa.LargeBinary(), nullable=False),
        sa.Column("ct", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation", "token_digest", name="pk_ballots"),
        sa.ForeignKeyConstraint(["evaluation"], ["boxes.evaluation"], name="fk_ballots_evaluation"),
        sa.UniqueConstraint("evaluation", "receipt", name="uq_ballots_evaluation_receipt"),
        sa.CheckConstraint("length(token_digest) = 32", name="ck_ballots_token_digest_length"),
        sa.CheckConstraint("length(token) = 354", name="ck_ballots_token_length"),
        sa.CheckConstraint("length(enc) = 65", name="ck_ballots_enc_length"),
        sa.CheckConstraint("length(receipt) = 32", name="ck_ballots_receipt_length"),
        sqlite_with_rowid=False,
        postgresql_partition_by="LIST (evaluation)",
    )
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_accounts"),
        sa.CheckConstraint(
            "role IN ('office', 'custodian', 'reader', 'auditor', 'system-admin', 'security-admin')",
            name="ck_accounts_role_known",
        ),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
        sa.CheckConstraint("length(hash) = 32", name="ck_audit_log_hash_length"),
    )
    for statement in AUDIT_LOG_IS_APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Going back to an empty store would lose everything; restore a backup instead.")
