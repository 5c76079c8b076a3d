"""No order of arrival survives below the tables: the last step of closing, and of every upkeep while a round is open.

Rows in key order may still lie on pages in order of arrival, and journals hold every commit. SQLite: VACUUM writes
the whole file anew in key order, and the journal is cut to nothing, its index with it. PostgreSQL: partitions.py has
written fresh files; what is left is its write-ahead log.

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
    """What went wrong, as SQLite names it, or None.

    The journal is emptied three times, because of its index (the file -shm): that keeps the page number of every frame
    until another frame is written in its place, and page numbers in order of arrival tell who came after whom.
    Emptied before, so that VACUUM's frames, which are in key order, cover those of arrivals; after, so that one commit
    of nothing covers the first of those that came meanwhile; and once more, of that commit.
    """
    file = Path(str(engine.url.database))
    connection: Any = engine.raw_connection()
    settings = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _CHANGED}
    patience = min(settings["busy_timeout"], patience_ms)
    reason = None
    try:
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # or VACUUM's frames would not follow one another
        _empty_journal(connection, patience)
        connection.execute(f"PRAGMA busy_timeout = {settings['busy_timeout']}")
        for _ in range(_MOST_TIMES):  # once, but for a journal that was longer than the store itself
            connection.execute("VACUUM")  # while it waits for its turn, others go on
            if _covers_index(file, connection):
                break
        _empty_journal(connection, patience)
        connection.execute("BEGIN IMMEDIATE")
        [(version,)] = connection.execute("PRAGMA user_version").fetchall()
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
        _empty_journal(connection, patience)
    except sqlite3.Error as error:
        reason = error.sqlite_errorname
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    finally:
        for name, usual in settings.items():  # back to the pool as it came
            connection.execute(f"PRAGMA {name} = {usual}")
        connection.close()
    for path in (file, _beside(file, "-wal"), _beside(file, "-shm")):
        with suppress(OSError):
            coarsen_time(path)
    return reason


_CHANGED = ("busy_timeout", "wal_autocheckpoint")
_MOST_TIMES = 50
_FRAME_HEAD = 24  # bytes before each page in the journal
_INDEX_BLOCK, _FRAMES_IN_BLOCK = 32 * 1024, 4096  # of the index: bytes, and frames that one block remembers at most


def _empty_journal(connection: Any, patience: int) -> None:
    """Raises sqlite3.OperationalError (SQLITE_BUSY) when readers or writers stood in the way all the time."""
    connection.execute(f"PRAGMA busy_timeout = {patience}")  # while this waits for readers, writers wait too
    # Where somebody else is just emptying the journal, SQLite says "busy" at once, without any patience.
    deadline = time.monotonic() + min(10.0, patience / 100)
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() >= deadline:
            error = sqlite3.OperationalError("the journal is in use")
            error.sqlite_errorname = "SQLITE_BUSY"
            raise error
        time.sleep(0.02)


def _covers_index(file: Path, connection: Any) -> bool:
    """Whether so many frames follow one another that nothing older is left in any block of the index."""
    [(page,)] = connection.execute("PRAGMA page_size").fetchall()
    frames = _beside(file, "-wal").stat().st_size // (page + _FRAME_HEAD)
    blocks = _beside(file, "-shm").stat().st_size // _INDEX_BLOCK
    return frames > (blocks - 1) * _FRAMES_IN_BLOCK


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def coarsen_time(path: Path) -> None:
    """A file's times would tell to the microsecond when the last ballot came: from here they tell the hour.

    The time of access is set to the hour's end: while it is the latest of all, most systems do not renew it on reading.
    """
    hour = path.stat().st_mtime_ns // (COARSE * 10**9) * COARSE * 10**9
    os.utime(path, ns=(hour + COARSE * 10**9, hour))
