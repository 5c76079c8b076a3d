"""The version of the tables: brought up by Alembic, checked at every start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from survey.errors import SettingsError
from survey.storage.engines import is_sqlite, read, write

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where it is used: a command that touches no schema need not load it.

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x5375727665  # any constant of our own


def migrate(engine: Engine) -> None:
    """Bring the schema to what this program needs, in one transaction; harmless to repeat and to run twice at once."""

    def work(connection: Connection) -> None:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        command.upgrade(_config(connection=connection), "head")

    from alembic import command

    logging.getLogger("alembic").setLevel(logging.WARNING)
    write(engine, work)


def check_schema(engine: Engine) -> None:
    """Raises SettingsError unless the schema is exactly what this program needs."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    needed = ScriptDirectory.from_config(_config()).get_current_head()
    found = read(engine, lambda connection: MigrationContext.configure(connection).get_current_revision())
    if found != needed:
        raise SettingsError(
            f"The store has schema {found or 'none'}; this program needs {needed}. Run the migration, or restore."
        )


def _config(**attributes: object) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes.update(attributes)
    return config
