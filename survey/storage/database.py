"""Reaching the store. The one module of this folder that registry.py and ballot_box.py both import.

SQLite is the default (one PC), PostgreSQL through psycopg 3 by its URL. Everything above sends the same statements to
both; where they differ stands in engines.py (transactions), partitions.py
(rewriting) and tidying.py.
"""

from __future__ import annotations

from survey.storage.commit_queue import CommitQueue
from survey.storage.engines import is_sqlite, open_database, read, write, write_each
from survey.storage.erasing import erase_partitions, erase_rows
from survey.storage.partitions import lock_partition, make_partition, rewrite_in_key_order
from survey.storage.rewriting import rewrite_while_open
from survey.storage.schema import check_schema, migrate
from survey.storage.tidying import OrderRemains, tidy

__all__ = [
    "NAMING",
    "CommitQueue",
    "OrderRemains",
    "check_schema",
    "erase_partitions",
    "erase_rows",
    "is_sqlite",
    "lock_partition",
    "make_partition",
    "migrate",
    "open_database",
    "read",
    "rewrite_in_key_order",
    "rewrite_while_open",
    "tidy",
    "write",
    "write_each",
]

# Constraint names are needed wherever a later migration wants to change one.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
