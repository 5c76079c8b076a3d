"""`survey doctor`: does anything outside this program keep an order of arrival, or let others read what is here?

Each rule names one setting of PostgreSQL, what it should be, and what its other values keep. SQLite has no settings
of its own; there is only the file.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from survey.storage.engines import is_sqlite, read


class Rule(NamedTuple):
    """good: the values with which nothing is kept; keeps: end of the sentence that says what the others keep."""

    setting: str
    good: tuple[str, ...]
    keeps: str


_ARCHIVE = "every archived segment shows the order in which ballots came, for as long as the archive is kept"
_STATEMENTS = "the server's log tells to the millisecond when each code was used and each ballot came"

RULES = (
    Rule("archive_mode", ("off",), _ARCHIVE),
    Rule("wal_level", ("minimal", "replica"), "logical decoding hands every change out in its order"),
    Rule("wal_keep_size", ("0",), "finished segments of the write-ahead log are kept and show the order of arrival"),
    Rule("summarize_wal", ("off",), "summaries of the write-ahead log are kept for incremental backups"),
    Rule("track_commit_timestamp", ("off",), "the server notes the exact time of every ballot"),
    Rule("log_statement", ("none", "ddl"), _STATEMENTS),
    Rule("log_min_duration_statement", ("-1",), _STATEMENTS),
    Rule("log_min_duration_sample", ("-1",), _STATEMENTS),
    Rule("log_transaction_sample_rate", ("0",), _STATEMENTS),
    Rule("log_duration", ("off",), _STATEMENTS),
    Rule("log_lock_waits", ("off",), "the server's log tells who waited for which row, and when"),
    Rule("log_error_verbosity", ("terse",), "a refused row stands in the server's log with its values"),
    Rule("fsync", ("on",), "an acknowledged ballot may be lost when the power goes"),
    Rule("full_page_writes", ("on",), "a ballot may be damaged when the power goes"),
)

GRANTS = (
    "GRANT pg_checkpoint, pg_monitor TO {role};",
    "GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {role};",
)

_OF_THE_REPOSITORY = frozenset({"README.md", ".gitignore"})  # instance/ as it is committed
STAFF_JOURNAL = 4 * 1024 * 1024  # bytes; what the office writes after closing is no order of arrival

_RIGHTS = """
SELECT current_user,
  has_function_privilege('pg_switch_wal()', 'EXECUTE') AND has_function_privilege('pg_ls_waldir()', 'EXECUTE')
  AND (current_setting('is_superuser') = 'on'
       OR EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'pg_checkpoint' AND pg_has_role(oid, 'USAGE')))
"""


def examine(engine: Engine) -> list[str]:
    """Each bad setting as one sentence; an empty list when closing can erase everything that this store keeps."""
    return [*(_examine_sqlite(engine) if is_sqlite(engine) else read(engine, _examine_postgresql))]


def examine_files(engine: Engine, instance: Path) -> list[str]:
    """Each file and folder of the instance, the database file too, that others than its owner may read or write."""
    found = [instance, *sorted(instance.rglob("*"))]
    if is_sqlite(engine):
        file = Path(str(engine.url.database))
        found += [path for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")) if path not in found]
    sentences = []
    for path in found:
        if path.name in _OF_THE_REPOSITORY or path.is_symlink():
            continue
        with suppress(FileNotFoundError):  # another process has finished with it
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                sentences.append(f"{path} has mode {mode:04o}, expected {mode & 0o700:04o}: others may read it.")
    return sentences


def _examine_postgresql(connection: Connection) -> list[str]:
    settings = {row.name: row.setting for row in connection.execute(text("SELECT name, setting FROM pg_settings"))}
    found = [
        f"{rule.setting} is {settings[rule.setting]}, expected {' or '.join(rule.good)}: {rule.keeps}."
        for rule in RULES
        if settings.get(rule.setting, rule.good[0]) not in rule.good
    ]
    loaded = (settings.get(f"{when}_preload_libraries", "") for when in ("shared", "session", "local"))
    if any("auto_explain" in names for names in loaded):
        found.append(f"auto_explain is loaded: {_STATEMENTS}.")
    for name in connection.scalars(text("SELECT slot_name FROM pg_replication_slots ORDER BY 1")):
        found.append(f"The replication slot {name} keeps the write-ahead log until somebody has read it.")
    for name in connection.scalars(text("SELECT application_name FROM pg_stat_replication ORDER BY 1")):
        found.append(f"The standby {name or 'without a name'} has its own copy of the write-ahead log.")
    role, may_empty = connection.execute(text(_RIGHTS)).one()
    if not may_empty:
        wanted = " ".join(GRANTS).format(role=role)
        found.append(f"The role {role} may not empty the write-ahead log, which shows the order of arrival: {wanted}")
    return found


def _examine_sqlite(engine: Engine) -> Iterator[str]:
    for pragma, good in (("secure_delete", "1"), ("journal_mode", "wal"), ("synchronous", "2")):
        found = str(read(engine, lambda connection, name=pragma: connection.scalar(text(f"PRAGMA {name}"))))  # type: ignore[misc]  # bound at once
        if found != good:
            yield f"SQLite's {pragma} is {found}, expected {good}: deleted rows or lost ballots could stay behind."
    is_open = read(engine, lambda connection: connection.scalar(text("SELECT count(*) FROM boxes WHERE is_open")))
    journal = Path(f"{engine.url.database}-wal")
    if not is_open and journal.exists() and journal.stat().st_size > STAFF_JOURNAL:
        yield f"{journal.name} has {journal.stat().st_size} bytes though no round is open: run `survey tidy`."
