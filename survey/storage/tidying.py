"""No order of arrival survives below the tables: the last step of closing, and of every upkeep while a round is open.

Rows in key order may still lie on pages in order of arrival, and journals hold every commit. SQLite: VACUUM writes
the whole file anew in key order, and the journal is cut to nothing. PostgreSQL: partitions.py has written fresh
files; what is left is its write-ahead log.

Law: lifecycle.close_round ends with it, through BallotBox.forget_order; nobody has to remember it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from survey.errors import StoreUnavailable
from survey.storage.engines import BUSY_TIMEOUT_MS, is_sqlite
from survey.storage.write_ahead_log import empty_write_ahead_log
from survey.storage.writer_turn import turn_to_write

NOT_ALLOWED = "42501"
COARSE = 3600  # seconds


class OrderRemains(StoreUnavailable):
    """What came before is stored and stays; only the file could not be rewritten yet."""

    status = 500
    kind = "order-remains"
    title_zh = "已经截止，但数据文件还没有整理完。请重新整理。"
    title_en = "Collecting has ended, but the file has not been put in order yet. Please try that again."


def tidy(engine: Engine, *, patience_ms: int = BUSY_TIMEOUT_MS) -> None:
    """Put what lies below the tables in key order and empty the journals; SQLite needs as much free space again.

    Raises OrderRemains when it could not be done (disk full, somebody reading all the time, PostgreSQL's role may
    not); may be repeated. patience_ms: how long SQLite waits for readers, while writers wait behind it.
    """
    with turn_to_write(engine):
        reason = _tidy_sqlite(engine, patience_ms) if is_sqlite(engine) else empty_write_ahead_log(engine)
    if reason == NOT_ALLOWED:
        raise OrderRemains(
            "Everything is stored, but this database role may not empty the server's write-ahead log, which still"
            " shows an order of arrival; `survey doctor` says what to grant."
        )
    if reason is not None:
        raise OrderRemains(
            f"Everything is stored, but the file could not be rewritten ({reason}) and still shows an order of arrival."
        )


def _tidy_sqlite(engine: Engine, patience_ms: int) -> str | None:
    connection: Any = engine.raw_connection()
    [(usual,)] = connection.execute("PRAGMA busy_timeout").fetchall()
    try:
        connection.execute("VACUUM")  # while it waits for its turn, others go on
        patience = min(usual, patience_ms)
        connection.execute(f"PRAGMA busy_timeout = {patience}")  # while this waits for readers, writers wait too
        # Where somebody else is just emptying the journal, SQLite says "busy" at once, without any patience.
        deadline = time.monotonic() + min(10.0, patience / 100)
        while (is_busy := connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.02)
        reason = "SQLITE_BUSY" if is_busy else None
    except sqlite3.Error as error:
        reason = error.sqlite_errorname
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")  # back to the pool as it came
        connection.close()
    file = Path(str(engine.url.database))
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with suppress(OSError):
            coarsen_time(path)
    return reason


def coarsen_time(path: Path) -> None:
    """A file's times would tell to the microsecond when the last ballot came: from here they tell the hour.

    The time of access is set to the hour's end: while it is the latest of all, most systems do not renew it on reading.
    """
    hour = path.stat().st_mtime_ns // (COARSE * 10**9) * COARSE * 10**9
    os.utime(path, ns=(hour + COARSE * 10**9, hour))
