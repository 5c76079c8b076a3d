"""Run by Alembic for every command; schema.py hands in the connection, inside a transaction of its own."""

from __future__ import annotations

from alembic import context

from survey.storage import ballot_tables, registry_tables, staff_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[registry_tables.metadata, ballot_tables.metadata, staff_tables.metadata],
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
