"""Rewriting the rows of one evaluation while people use codes and cast ballots.

PostgreSQL only: there a row's place, version and counter show when it came. Readers and writers of this evaluation
wait while it happens, so it gives up quickly where it would have to wait itself, and is tried again later.
On SQLite tidying.tidy rewrites the whole file and nothing is to be done here.

Law: one evaluation and one table a transaction, and nothing else in it; so it can wait for others, and others for it,
but never in a circle for longer than PATIENCE_MS.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, Table

from survey.errors import StoreUnavailable
from survey.storage.engines import is_sqlite, write
from survey.storage.partitions import make_partition, rewrite_in_key_order

# Below deadlock_timeout (1 s), so that it is never somebody's ballot that is sacrificed to end a circle.
PATIENCE_MS = 300


def rewrite_while_open(engine: Engine, table: Table, evaluation_id: str) -> bool:
    """True when the rows now lie in key order as if written at once; False when somebody was in the way."""
    if is_sqlite(engine):
        return True

    def work(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
        make_partition(connection, table, evaluation_id)
        rewrite_in_key_order(connection, table, evaluation_id)

    try:
        write(engine, work)
    except StoreUnavailable:
        return False
    return True
