"""Erasing a round that never counted: every row that names it, in every table, also in tables made later.

Law: the callers know that it is a draft or a rehearsal; what is real is kept until it is destroyed with a record.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, MetaData, Table

from survey.storage.engines import is_sqlite
from survey.storage.partitions import partition_name


def erase_rows(connection: Connection, metadata: MetaData, round_id: str) -> None:
    """Children first."""
    for table in reversed(metadata.sorted_tables):
        if "round" in table.c:
            connection.execute(table.delete().where(table.c.round == round_id))


def erase_partitions(connection: Connection, table: Table, evaluation_ids: Sequence[str]) -> None:
    """All rows of these evaluations and, on PostgreSQL, the room that was made for them."""
    if is_sqlite(connection):
        connection.execute(table.delete().where(table.c.evaluation.in_(evaluation_ids)))
        return
    connection.exec_driver_sql(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE")  # as make_partition does
    for evaluation_id in evaluation_ids:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {partition_name(table, evaluation_id)}")
