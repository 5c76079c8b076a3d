"""Tables of the staff plane: accounts and the append-only audit log.

Law: nobody who answers ever appears here. The database itself refuses to change or remove a log entry.
"""

from __future__ import annotations

from sqlalchemy import DDL, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text, event

from survey.domain.staff import ROLES
from survey.storage.database import NAMING

metadata = MetaData(naming_convention=NAMING)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in ROLES)), name="role_known"),
)

account_locks = Table(
    "account_locks",
    metadata,
    Column("name", Text, ForeignKey("accounts.name"), primary_key=True),
    Column("is_locked", Integer, nullable=False),
    Column("second_factor", LargeBinary),  # locked by the caller
    Column("last_step", Integer, nullable=False),  # of the one-time code used last
    Column("recovery", Text, nullable=False),  # digests, separated by spaces
)

# What long steps of rounds are doing; whoever asks may be in another process than the one that does it.
office_work = Table(
    "office_work",
    metadata,
    Column("round", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("sentence", Text, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 ... without gaps
    Column("time", Text, nullable=False),  # ISO 8601, UTC, as hashed
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("length(hash) = 32", name="hash_length"),
)

# Kept by the database, because a program with a mistake (or a person with the program's rights) comes this way.
APPEND_ONLY = {
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

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(audit_log, "after_create", DDL(_statement).execute_if(dialect=_dialect))
