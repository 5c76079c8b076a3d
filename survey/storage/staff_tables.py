"""Tables of the staff plane: accounts with their sessions and keys, and the append-only audit log.

Law: nobody who answers ever appears here. The database itself refuses to change a log entry, and to remove one that is
younger than twelve months or stands in no archive. Times are whole seconds since 1970 where nothing else is said.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)

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

# Accounts whose password somebody else set: it is good for choosing the own one, until `ends` where that is given.
account_starts = Table(
    "account_starts",
    metadata,
    Column("name", Text, ForeignKey("accounts.name"), primary_key=True),
    Column("ends", BigInteger),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # as the authenticator gave it
    Column("account", Text, ForeignKey("accounts.name"), nullable=False),
    Column("name", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),  # milliseconds: when the challenge answered last was made
    Index("ix_passkeys_account", "account"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("key", Text, primary_key=True),  # SHA-256 of the cookie's secret: a copy of the table opens no session
    Column("account", Text, ForeignKey("accounts.name"), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("browser", Text, nullable=False),
    Index("ix_staff_sessions_account", "account"),
)

# key: a keyed hash, for people type their password into the field for the name.
login_tries = Table(
    "login_tries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# Who has no role in a round (回避). No foreign key: rounds are the registry's.
recusals = Table(
    "recusals",
    metadata,
    Column("round", Text, primary_key=True),
    Column("name", Text, primary_key=True),
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

# Older entries that were moved to a file: the chain of those that are left begins after the last archive.
log_archives = Table(
    "log_archives",
    metadata,
    Column("last", Integer, primary_key=True, autoincrement=False),  # id of the last entry in the file
    Column("first", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # of the last entry
    Column("file", LargeBinary, nullable=False),  # SHA-256 of the file
    CheckConstraint("length(hash) = 32", name="hash_length"),
    CheckConstraint("length(file) = 32", name="file_length"),
)

# Kept by the database, because a program with a mistake (or a person with the program's rights) comes this way. The
# database asks its own clock for the twelve months, not the program's.
APPEND_ONLY = {
    "sqlite": (
        """CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
        """CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        WHEN OLD.time >= strftime('%Y-%m-%dT%H:%M:%S', 'now', '-12 months')
          OR OLD.id > coalesce((SELECT max(last) FROM log_archives), 0)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation'; END $$""",
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

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _ddl = DDL(_statement.replace("%", "%%"))  # which would stand for a name of the table
        event.listen(audit_log, "after_create", _ddl.execute_if(dialect=_dialect))
