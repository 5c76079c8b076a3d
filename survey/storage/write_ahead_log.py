"""Emptying PostgreSQL's write-ahead log: it lies in the data directory and holds every change in order of arrival.

A finished segment is not deleted but renamed for later use, with its old contents inside, and the server keeps at
least min_wal_size of them. So every segment that is there is written over: a switch fills the rest of a segment with
empty pages. Sources: PostgreSQL 15, chapters 30.4-30.5 (WAL) and 9.27 (pg_switch_wal, pg_ls_waldir); the function
CopyXLogRecordToWAL for what a switch writes.

What leaves the data directory (archives, standbys, replication slots) is out of reach: storage/doctor.py names it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, exc, text

_FILES = text("SELECT count(*) FROM pg_ls_waldir()")
# A switch on an empty segment does nothing, so each gets one empty record first.
_NEXT_SEGMENT = text("SELECT pg_logical_emit_message(false, 'survey', '')::text, pg_switch_wal()::text")
_ONE_AT_A_TIME = 0x53757277616C  # any constant of our own
MOST_SEGMENTS = 4096  # 64 GB: whoever keeps more has another problem


def empty_write_ahead_log(engine: Engine) -> str | None:
    """Overwrite every segment that is not needed for recovery. Returns what went wrong (a code), or None.

    Harmless to repeat and to run while others write: what they write meanwhile is simply newer. Needs the rights
    that doctor.GRANTS gives. Returns None without doing anything when another process is just doing it.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _ONE_AT_A_TIME}):
                try:
                    _overwrite_all(connection)
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _ONE_AT_A_TIME})
    except exc.DBAPIError as error:
        orig: Any = error.orig
        return str(getattr(orig, "sqlstate", None) or type(orig).__name__)
    return None


def _overwrite_all(connection: Connection) -> None:
    # What was written so far goes behind the redo point; the checkpoint then renames it to be used later.
    connection.execute(_NEXT_SEGMENT)
    connection.execute(text("CHECKPOINT"))
    for _ in range(min(connection.scalar(_FILES) or 0, MOST_SEGMENTS)):
        connection.execute(_NEXT_SEGMENT)
    connection.execute(text("CHECKPOINT"))
