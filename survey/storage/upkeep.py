"""Looking after the store: schema, order of pages.

Law: nothing here reads a code, a token or a ballot for its content.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from survey.errors import SettingsError, StoreUnavailable
from survey.storage.database import is_sqlite, read, write

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x5375727665  # any constant of our own


def migrate(engine: Engine) -> None:
    """Bring the schema to what this program needs, in one transaction; harmless to repeat and to run twice at once."""

    def work(connection: Connection) -> None:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        command.upgrade(_config(connection=connection), "head")

    logging.getLogger("alembic").setLevel(logging.WARNING)
    write(engine, work)


def check_schema(engine: Engine) -> None:
    """Raises SettingsError unless the schema is exactly what this program needs."""
    needed = ScriptDirectory.from_config(_config()).get_current_head()
    found = read(engine, lambda connection: MigrationContext.configure(connection).get_current_revision())
    if found != needed:
        raise SettingsError(
            f"The store has schema {found or 'none'}; this program needs {needed}. Run the migration, or restore."
        )


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


def _config(**attributes: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes.update(attributes)
    return config
