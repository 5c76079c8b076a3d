"""Sessions, passkeys, start codes, counted tries, recusals; archives of the staff log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEFORE = {
    "sqlite": ("DROP TRIGGER audit_log_no_delete",),
    "postgresql": ("DROP TRIGGER audit_log_append_only ON audit_log",),
}
_AFTER = {
    "sqlite": (
        """CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        WHEN OLD.time >= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-12 months')
          OR OLD.id > coalesce((SELECT max(last) FROM log_archives), 0)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR TRUNCATE ON audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse()""",
        """CREATE FUNCTION audit_log_keep() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
          IF OLD.time >= to_char((now() - interval '12 months') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
            OR OLD.id > coalesce((SELECT max(last) FROM log_archives), 0)
          THEN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation'; END IF;
          RETURN OLD;
        END $$""",
        """CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log
        FOR EACH ROW EXECUTE FUNCTION audit_log_keep()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "account_starts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_account_starts"),
        sa.ForeignKeyConstraint(["name"], ["accounts.name"], name="fk_account_starts_name"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_passkeys_account"),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account"])
    op.create_table(
        "staff_sessions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(["account"], ["accounts.name"], name="fk_staff_sessions_account"),
    )
    op.create_index("ix_staff_sessions_account", "staff_sessions", ["account"])
    op.create_table(
        "login_tries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_tries"),
    )
    op.create_table(
        "recusals",
        sa.Column("round", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round", "name", name="pk_recusals"),
    )
    op.create_table(
        "log_archives",
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("last", name="pk_log_archives"),
        sa.CheckConstraint("length(hash) = 32", name="ck_log_archives_hash_length"),
        sa.CheckConstraint("length(file) = 32", name="ck_log_archives_file_length"),
    )
    for statement in (*_BEFORE[op.get_bind().dialect.name], *_AFTER[op.get_bind().dialect.name]):
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("Going back would lose second factors and who is kept out; restore a backup instead.")
