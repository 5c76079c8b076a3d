"""Engines, transactions, and what a failing store becomes.

Law: no statement's values in any message or log (hide_parameters, echo off): they are codes and ballots.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Executable, create_engine, event, exc, make_url

from survey.errors import InvalidInput, SettingsError, StoreUnavailable
from survey.storage.writer_turn import turn_to_write

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
ATTEMPTS = 6

# PostgreSQL: serialization failure, deadlock. The transaction is rolled back whole and may simply run again.
_RUN_AGAIN = frozenset({"40001", "40P01"})


def open_database(url: str) -> Engine:
    """The engine for sqlite:///FILE or postgresql://...; raises SettingsError for anything else.

    Makes the SQLite file (readable by its owner only) but no table: see schema.migrate.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise SettingsError("database_url is not a URL; expected sqlite:///FILE or postgresql://...") from None
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    if parsed.drivername in ("sqlite", "sqlite+pysqlite") and parsed.database not in (None, "", ":memory:"):
        return _open_sqlite(parsed)
    raise SettingsError(f"database_url names {parsed.drivername}; expected sqlite:///FILE or postgresql://...")


def is_sqlite(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "sqlite"


def read(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run work in a transaction that only reads; raises StoreUnavailable when the store fails.

    Both raise InvalidInput for a text that the store cannot hold.
    """
    return _run(engine, work, writes=False, may_repeat=True)


def write(engine: Engine, work: Callable[[Connection], T], *, may_repeat: bool = False) -> T:
    """Run work in a transaction that is durable on return; raises StoreUnavailable when nothing was stored.

    work may run more than once (deadlock, serialization failure). may_repeat: it may also run again after a lost
    connection, when nobody knows whether the commit arrived, because doing it twice is the same as once.
    """
    return _run(engine, work, writes=True, may_repeat=may_repeat)


def write_each(engine: Engine, statement: Executable, values: Sequence[dict[str, Any]]) -> bool:
    """Run the statement once for each of the values, in one transaction that is durable on return.

    False when any of them did not change exactly one row; nothing is changed then. Takes less time than one by one:
    the statement is prepared once, and PostgreSQL is sent all of them together. It needs preserve_rowcount.
    """

    def work(connection: Connection) -> None:
        if connection.execute(statement, values).rowcount != len(values):
            raise _NotEach

    try:
        write(engine, work, may_repeat=True)
    except _NotEach:
        return False
    return True


class _NotEach(Exception):  # no error: rolls the transaction back
    pass


def _run(engine: Engine, work: Callable[[Connection], T], *, writes: bool, may_repeat: bool) -> T:
    attempt = 1
    while True:
        try:
            with engine.connect() as connection:
                if not writes:
                    with connection.begin():
                        return work(connection)
                connection = connection.execution_options(survey_writes=True)
                with turn_to_write(engine), connection.begin():
                    return work(connection)
        except exc.DBAPIError as error:
            is_lost = error.connection_invalidated and may_repeat
            if attempt < ATTEMPTS and (is_lost or _code(error) in _RUN_AGAIN):
                attempt += 1
            elif isinstance(error, exc.DataError) and "NUL" in str(error.orig):  # psycopg's own words; no value in it
                raise InvalidInput("A text holds the character NUL, which no store takes.") from None
            elif _is_operational(error):
                code = _what_failed(error)
                raise StoreUnavailable(
                    f"The store failed ({code}); nothing was recorded.", why="store-code", code=code
                ) from None
            else:
                raise
        except UnicodeEncodeError:
            raise InvalidInput("A text holds half a character (a lone surrogate), which no store takes.") from None
        except exc.TimeoutError:
            raise StoreUnavailable("The store is too busy (no free connection); nothing was recorded.") from None


def _is_operational(error: exc.DBAPIError) -> bool:
    """Locked, full, read-only, lost or damaged: the world's fault; a broken constraint or statement is ours."""
    ours = (exc.IntegrityError, exc.DataError, exc.ProgrammingError, exc.NotSupportedError)
    return isinstance(error, exc.DatabaseError | exc.InterfaceError) and not isinstance(error, ours)


def _code(error: exc.DBAPIError) -> str:
    """SQLITE_FULL, 53100 and so on: says what happened and holds no value."""
    orig: Any = error.orig
    code = getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None)
    return str(code or type(orig).__name__)


_WORDS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk fails, or a limit on file sizes is reached",
    "SQLITE_READONLY": "the database file may not be written",
    "SQLITE_CANTOPEN": "the database file cannot be opened",
    "SQLITE_BUSY": "another program keeps the database file locked",
    "SQLITE_CORRUPT": "the database file is damaged; stop, and restore the backup",
    "SQLITE_NOTADB": "the database file is damaged; stop, and restore the backup",
    "53100": "the disk of PostgreSQL is full",
    "53300": "PostgreSQL has no connection left",
    "25006": "PostgreSQL only allows reading",
    "OperationalError": "PostgreSQL cannot be reached",
    "57P01": "PostgreSQL is being stopped",
    "57P02": "PostgreSQL is repairing itself after a crash",
    "57P03": "PostgreSQL is starting or stopping",
}


def _what_failed(error: exc.DBAPIError) -> str:
    """The code, and what it means to whoever looks after the server."""
    code = _code(error)
    words = _WORDS.get(code) or next((words for name, words in _WORDS.items() if code.startswith(name + "_")), "")
    return f"{code}: {words}" if words else code


def _open_sqlite(url: URL) -> Engine:
    file = Path(str(url.database))
    try:
        # Made here, because the journal files take their mode from this one. A file that is there is not touched:
        # closing it once would drop the locks of every other connection of this process (POSIX), and another
        # process would then take the journal away from under them.
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not os.access(file, os.R_OK | os.W_OK):
            raise SettingsError(f"The database file {file} cannot be opened for reading and writing.") from None
    except OSError as error:
        raise SettingsError(f"The database file {file} cannot be opened: {error.strerror}.") from None
    engine = _hushed(create_engine(url, hide_parameters=True, pool_size=20, max_overflow=40))

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "foreign_keys = ON",
            "synchronous = FULL",  # an answered ballot survives power loss
            "secure_delete = ON",  # a deleted row is overwritten, so that free pages tell nothing
            "journal_size_limit = 0",  # frames of earlier commits do not stay behind the end of the log
            # VACUUM writes all ballots to a temporary file: beside the store, not on another, perhaps unlocked disk.
            "temp_store_directory = '{}'".format(str(file.parent.resolve()).replace("'", "''")),
        ):
            connection.execute(f"PRAGMA {pragma}")
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE, because a reader that turns writer later is refused as soon as another process wrote.
        is_writer = connection.get_execution_options().get("survey_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def _open_postgresql(url: URL) -> Engine:
    engine = _hushed(
        create_engine(url, hide_parameters=True, pool_size=10, max_overflow=10, isolation_level="READ COMMITTED")
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Whatever the server's default is: an answered ballot survives power loss.
        connection.execute("SET synchronous_commit = on")
        connection.execute(_QUIET_SERVER)
        connection.commit()

    return engine


def _hushed(engine: Engine) -> Engine:
    """However talkative somebody makes logging: a statement's time is a respondent's, and rows are logged unhidden.

    What goes wrong reaches the caller as an exception, so nothing is missed.
    """
    for logger in (engine.logger, engine.pool.logger):
        plain: logging.Logger = getattr(logger, "logger", logger)  # with echo, one is wrapped in another
        plain.addFilter(_drop)
    logging.getLogger("psycopg").addFilter(_drop)  # tells when the pool grows, which is when people come
    return engine


def _drop(_record: logging.LogRecord) -> bool:
    return False


# The server's own log, where this role may: else `survey doctor` names each setting. Values are never in it then, and
# no line tells when a code was used.
_QUIET_SERVER = """
SELECT set_config(name, quiet, false)
FROM (VALUES
  ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
  ('log_transaction_sample_rate', '0'), ('log_duration', 'off'), ('log_lock_waits', 'off'),
  ('log_error_verbosity', 'terse'), ('log_min_error_statement', 'panic'), ('log_parameter_max_length', '0'),
  ('log_parameter_max_length_on_error', '0')
) AS wanted (name, quiet) JOIN pg_settings USING (name)
WHERE current_setting('is_superuser') = 'on' OR context = 'user'
"""
