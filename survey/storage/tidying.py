"""After closing: no order of arrival survives below the tables either.

Rows in key order may still lie on pages in order of arrival, and SQLite's journal holds every commit since the last
checkpoint. PostgreSQL needs nothing here: partitions.py has written fresh files; the server's own write-ahead log is
its administrator's to recycle, and the README says so.

Law: whoever closes a round calls tidy() after its last step.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine

from survey.errors import StoreUnavailable
from survey.storage.engines import is_sqlite


class OrderRemains(StoreUnavailable):
    """What came before is stored and stays; only the file could not be rewritten yet."""

    status = 500
    kind = "order-remains"
    title_zh = "已经截止，但数据文件还没有整理完。请重新整理。"
    title_en = "Collecting has ended, but the file has not been put in order yet. Please try that again."


def tidy(engine: Engine) -> None:
    """Rewrite the SQLite file in key order and empty its journal; needs as much free space again.

    Raises OrderRemains when it could not be done (disk full, somebody reading all the time); may be repeated.
    """
    if not is_sqlite(engine):
        return
    connection: Any = engine.raw_connection()
    try:
        connection.execute("VACUUM")
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        reason = "SQLITE_BUSY" if is_busy else None
    except sqlite3.Error as error:
        reason = error.sqlite_errorname
    finally:
        connection.close()
    if reason is not None:
        raise OrderRemains(
            f"Everything is stored, but the file could not be rewritten ({reason}) and still shows an order of arrival."
        )
