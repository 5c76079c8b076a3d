"""Looking after the store: order of pages, invariants, backup.

Law: nothing here reads a code, a token or a ballot for its content.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine

from survey.errors import StoreUnavailable
from survey.storage.database import is_sqlite


def tidy(engine: Engine) -> None:
    """Run after closing: order the pages of the SQLite file by key and empty its journal.

    Rows in key order may still lie on pages in order of arrival, and the journal holds every commit since the last
    checkpoint. PostgreSQL: the box was rewritten into fresh files when it was closed; the server's own write-ahead
    log is its administrator's to recycle, and is named so in the README.
    Raises StoreUnavailable when the file could not be rewritten (needs as much free space again); try again later.
    """
    if not is_sqlite(engine):
        return
    connection: Any = engine.raw_connection()
    try:
        connection.execute("VACUUM")
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"The file could not be rewritten ({error.sqlite_errorname}).") from None
    finally:
        connection.close()
    if busy:
        raise StoreUnavailable("The journal could not be emptied: someone is reading. Try again.")
