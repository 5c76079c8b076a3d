"""Reaching the store: engines, transactions and what a failing store becomes.

SQLite is the default (one PC), PostgreSQL through psycopg 3 by its URL. Everything above this module sends the same
statements to both; the few places where they differ are named here.

Law: no statement's values in any message or log (hide_parameters, echo off): they are codes and ballots.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    exc,
    make_url,
    select,
    text,
)

from survey.errors import SettingsError, StoreUnavailable
from survey.storage.commit_queue import CommitQueue

__all__ = [
    "NAMING",
    "CommitQueue",
    "is_sqlite",
    "make_partition",
    "open_database",
    "read",
    "rewrite_in_key_order",
    "write",
]

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
ATTEMPTS = 6

# Constraint names are needed wherever a later migration wants to change one.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# PostgreSQL: serialization failure, deadlock. The transaction is rolled back whole and may simply run again.
_RUN_AGAIN = frozenset({"40001", "40P01"})


def open_database(url: str) -> Engine:
    """The engine for sqlite:///FILE or postgresql://...; raises SettingsError for anything else.

    Makes the SQLite file (readable by its owner only) but no table: see upkeep.migrate.
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
    """Run work in a transaction that only reads; raises StoreUnavailable when the store fails."""
    return _run(engine, work, writes=False, may_repeat=True)


def write(engine: Engine, work: Callable[[Connection], T], *, may_repeat: bool = False) -> T:
    """Run work in a transaction that is durable on return; raises StoreUnavailable when nothing was stored.

    work may run more than once (deadlock, serialization failure). may_repeat: it may also run again after a lost
    connection, when nobody knows whether the commit arrived, because doing it twice is the same as once.
    """
    return _run(engine, work, writes=True, may_repeat=may_repeat)


def _run(engine: Engine, work: Callable[[Connection], T], *, writes: bool, may_repeat: bool) -> T:
    attempt = 1
    while True:
        try:
            with engine.connect() as connection:
                if writes:
                    connection = connection.execution_options(survey_writes=True)
                with connection.begin():
                    return work(connection)
        except exc.DBAPIError as error:
            is_lost = error.connection_invalidated and may_repeat
            if attempt < ATTEMPTS and (is_lost or _code(error) in _RUN_AGAIN):
                attempt += 1
            elif _is_operational(error):
                raise StoreUnavailable(f"The store failed ({_code(error)}); nothing was recorded.") from None
            else:
                raise
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


def _open_sqlite(url: URL) -> Engine:
    file = Path(str(url.database))
    try:
        # The journal files take their mode from this one.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SettingsError(f"The database file {file} cannot be opened: {error.strerror}.") from None
    engine = create_engine(url, hide_parameters=True, pool_size=20, max_overflow=40)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver guesses
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "foreign_keys = ON",
            "synchronous = FULL",  # an answered ballot survives power loss
            "secure_delete = ON",  # a deleted row is overwritten, so that free pages tell nothing
            "journal_size_limit = 0",  # frames of earlier commits do not stay behind the end of the log
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
    engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=10, isolation_level="READ COMMITTED")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Whatever the server's default is: an answered ballot survives power loss.
        connection.execute("SET synchronous_commit = on")
        connection.commit()

    return engine


# -- One partition per evaluation (PostgreSQL): a box can be rewritten whole, without dead rows and without the others.


def partition_name(table: Table, evaluation_id: str) -> str:
    return f"{table.name}_{hashlib.sha256(evaluation_id.encode()).hexdigest()[:32]}"


def make_partition(connection: Connection, table: Table, evaluation_id: str) -> None:
    """Make room for the rows of an evaluation, unless it is there. SQLite needs none: its tables lie in key order."""
    if is_sqlite(connection):
        return
    name = partition_name(table, evaluation_id)
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE")
        value = evaluation_id.replace("'", "''")  # a partition's bound takes no parameter
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table.name} FOR VALUES IN ('{value}')"
        )


def rewrite_in_key_order(connection: Connection, table: Table, evaluation_id: str) -> None:
    """Write all rows of an evaluation anew in key order, so that neither place nor version tells who came first.

    PostgreSQL: TRUNCATE gives the partition fresh files (heap, oversized values, indexes), so no dead row, no old
    xmin and no counter of oversized values is left. SQLite: rows are overwritten and written again; upkeep.tidy
    then orders the pages of the file.
    """
    columns = [column.name for column in table.c]
    aside = _table_like(table, "rewriting", prefixes=["TEMPORARY"])
    aside.create(connection)
    mine = select(table).where(table.c.evaluation == evaluation_id)
    connection.execute(aside.insert().from_select(columns, mine))
    if is_sqlite(connection):
        target = table
        connection.execute(table.delete().where(table.c.evaluation == evaluation_id))
    else:
        target = _table_like(table, partition_name(table, evaluation_id))
        connection.exec_driver_sql(f"TRUNCATE {target.name}")
    in_key_order = select(aside).order_by(*(aside.c[column.name] for column in table.primary_key))
    connection.execute(target.insert().from_select(columns, in_key_order))
    aside.drop(connection)


def _table_like(table: Table, name: str, **options: Any) -> Table:
    return Table(name, MetaData(), *(Column(column.name, column.type) for column in table.c), **options)
