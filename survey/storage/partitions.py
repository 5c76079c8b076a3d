"""One partition per evaluation (PostgreSQL), so that one box is rewritten whole and without dead rows.

SQLite needs none: its tables lie in key order (WITHOUT ROWID), evaluation first.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, select, text

from survey.storage.engines import is_sqlite


def partition_name(table: Table, evaluation_id: str) -> str:
    return f"{table.name}_{hashlib.sha256(evaluation_id.encode()).hexdigest()[:32]}"


def make_partition(connection: Connection, table: Table, evaluation_id: str) -> None:
    """Make room for the rows of an evaluation, unless it is there."""
    if is_sqlite(connection):
        return
    name = partition_name(table, evaluation_id)
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE")
        value = evaluation_id.replace("'", "''")  # a partition's bound takes no parameter
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table.name} FOR VALUES IN ('{value}')"
        )
        for place in (f"ONLY {table.name}", name):
            _take_no_samples(connection, table, place)


def _take_no_samples(connection: Connection, table: Table, place: str) -> None:
    """PostgreSQL samples values of a table now and then for its planner, in pg_statistic, where nothing of ours erases
    them: the sample would say for ever who had come by then. Looking up by key needs none.
    """
    columns = (column.name for column in table.c if isinstance(column.type, LargeBinary))
    changes = ", ".join(f"ALTER COLUMN {name} SET STATISTICS 0" for name in columns)
    connection.exec_driver_sql(f"ALTER TABLE {place} {changes}")


def lock_partition(connection: Connection, table: Table, evaluation_id: str) -> None:
    """Nobody reads or writes the rows of this evaluation until the transaction ends. On SQLite a writer is alone."""
    if not is_sqlite(connection):
        connection.exec_driver_sql(f"LOCK TABLE {partition_name(table, evaluation_id)} IN ACCESS EXCLUSIVE MODE")


def rewrite_in_key_order(connection: Connection, table: Table, evaluation_id: str) -> None:
    """Write all rows of an evaluation anew in key order, so that neither place nor version tells who came first.

    PostgreSQL: TRUNCATE gives the partition fresh files (heap, oversized values, indexes), so no dead row, no old
    xmin and no counter of oversized values is left. SQLite: rows are overwritten and written again; tidying.tidy
    then orders the pages of the file.

    On PostgreSQL the partition is locked first and whole: a row written between copying and emptying would be lost.
    The new rows are invisible to snapshots taken before, so a longer reading transaction takes its lock before its
    snapshot (see backups.py).
    """
    lock_partition(connection, table, evaluation_id)
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
        _take_no_samples(connection, table, target.name)  # of one that an older version made
        connection.exec_driver_sql(f"TRUNCATE {target.name}")
    in_key_order = select(aside).order_by(*(aside.c[column.name] for column in table.primary_key))
    connection.execute(target.insert().from_select(columns, in_key_order))
    aside.drop(connection)


def _table_like(table: Table, name: str, **options: Any) -> Table:
    return Table(name, MetaData(), *(Column(column.name, column.type) for column in table.c), **options)
