"""The schema, whole: a new table or column makes these tests speak up, on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from survey.errors import SettingsError
from survey.storage import (
    ballot_tables,
    notice_board_tables,
    questionnaire_tables,
    registry_tables,
    report_tables,
    staff_tables,
)
from survey.storage.database import check_schema, is_sqlite, migrate, open_database

METADATA = [
    module.metadata
    for module in (
        registry_tables,
        ballot_tables,
        staff_tables,
        notice_board_tables,
        report_tables,
        questionnaire_tables,
    )
]

# Before adding a column to ballots or invitations: could it tell when, where or by whom? Then it must not be there.
COLUMNS = {
    "account_locks": ["name", "is_locked", "second_factor", "last_step", "recovery"],
    "account_starts": ["name", "ends"],
    "accounts": ["name", "role", "password_hash"],
    "alembic_version": ["version_num"],
    "audit_log": ["id", "time", "account", "address", "action", "object", "result", "hash"],
    "ballots": ["evaluation", "token_digest", "token", "enc", "ct", "receipt"],
    "boxes": ["evaluation", "is_open"],
    "ceremonies": ["round", "attempt", "stopped"],
    "custodian_invitations": ["round", "seat", "secret_digest"],
    "custodian_replacements": ["round", "replaces"],
    "destruction_records": ["round", "record"],
    "evaluations": ["id", "round", "manifest", "root"],
    "log_archives": ["last", "first", "hash", "file"],
    "login_tries": ["key", "tries", "until"],
    "invitations": ["evaluation", "code_mac", "unit", "state", "request_digest"],
    "notices": ["round", "attempt", "phase", "seat", "message"],
    "office_work": ["round", "kind", "state", "done", "total", "beat", "sentence"],
    "opening_records": ["round", "record"],
    "opening_statements": ["round", "seat", "statement"],
    "passkeys": ["id", "account", "name", "public_key", "sign_count", "used"],
    "questionnaire_versions": ["questionnaire", "number", "label", "is_ready", "revision", "document", "before"],
    "questionnaires": ["id", "form_id", "name", "is_archived"],
    "recusals": ["round", "name"],
    "remark_reviews": [
        *("round", "evaluation", "question", "position"),
        *("kind", "topic", "sentence", "proposed_by", "confirmed_by"),
    ],
    "report_drafts": ["round", "record", "stage", "entered", "digest", "paper", "number", "point"],
    "rounds": ["id", "number", "name", "state", "document", "boxes_digest"],
    "staff_sessions": ["key", "account", "since", "seen", "browser"],
    "tally_records": ["round", "record"],
    "turnout_snapshots": ["round", "window", "counts"],
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url)
    yield engine
    engine.dispose()


def test_the_schema_is_exactly_this(engine: Engine) -> None:
    migrate(engine)

    inspector = inspect(engine)
    found = {
        table: [column["name"] for column in inspector.get_columns(table)] for table in inspector.get_table_names()
    }
    assert found == COLUMNS
    assert inspector.get_view_names() == []


def test_revisions_and_table_modules_agree(engine: Engine) -> None:
    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_revisions_make_the_same_definitions_as_the_table_modules(engine: Engine) -> None:
    """Also what Alembic does not compare: checks, WITHOUT ROWID, partitions, triggers."""
    with engine.begin() as connection:
        for metadata in METADATA:
            metadata.create_all(connection)
    from_modules = _definitions(engine)
    with engine.begin() as connection:
        for metadata in reversed(METADATA):
            metadata.drop_all(connection)
        if not is_sqlite(engine):
            connection.execute(text("DROP FUNCTION audit_log_refuse, audit_log_keep"))

    migrate(engine)

    assert _definitions(engine) == from_modules


def test_registry_box_and_staff_share_no_table_and_no_key() -> None:
    names = [set(metadata.tables) for metadata in METADATA]
    assert sum(map(len, names)) == len(set().union(*names))
    for metadata in METADATA:
        referred = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
        assert referred <= set(metadata.tables)


def test_migrating_twice_and_from_four_threads_at_once_is_harmless(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate(engine), range(4)))

    migrate(engine)
    check_schema(engine)


def test_a_store_without_schema_is_refused_at_start(engine: Engine) -> None:
    with pytest.raises(SettingsError, match="schema none; this program needs 0010"):
        check_schema(engine)


def test_a_store_of_another_version_is_refused_at_start(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SettingsError, match="schema 9999"):
        check_schema(engine)


def _definitions(engine: Engine) -> set[tuple[str, ...]]:
    sqlite = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name != 'alembic_version'"
    postgresql = """
        SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text != 'alembic_version'
        UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes
          WHERE schemaname = 'public' AND tablename != 'alembic_version'
        UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
          WHERE NOT tgisinternal
        UNION ALL SELECT 'function', proname, prosrc, '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'partition', oid::regclass::text, pg_get_partkeydef(oid), '' FROM pg_class WHERE relkind = 'p'
        UNION ALL SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version'"""
    with engine.connect() as connection:
        rows = connection.execute(text(sqlite if is_sqlite(engine) else postgresql)).all()
    return {tuple(_sorted_lines(str(part)) for part in row) for row in rows}


def _sorted_lines(definition: str) -> str:
    """SQLite keeps the text as written; the order of constraints in it means nothing."""
    return "\n".join(sorted(line.strip().rstrip(",").rstrip() for line in definition.splitlines()))
