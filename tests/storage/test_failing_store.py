"""A store that fails is told as StoreUnavailable, records nothing, and works again without a restart."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, exc, text

from survey.domain.ports.ballot_box import AddOutcome
from survey.domain.ports.registry import SpendOutcome
from survey.errors import SettingsError, StoreUnavailable
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import migrate, open_database, read, write
from survey.storage.registry import SqlRegistry
from tests.storage.samples import EVALUATION, make_ballot, make_round, start_collecting

CODE, REQUEST = b"c" * 32, b"r" * 32


class Store:
    """A collecting store that can be made to fail in the ways of its kind, and mended."""

    def __init__(self, url: str) -> None:
        self.engine = open_database(url)
        migrate(self.engine)
        self.registry, self.box = SqlRegistry(self.engine), SqlBallotBox(self.engine)
        self.registry.add_round(make_round())
        start_collecting(self.registry, [CODE])
        self.box.open_box(EVALUATION)
        self._pragma = "PRAGMA query_only = OFF"
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", lambda connection, _record: connection.execute(self._pragma))

    def set_pragma(self, pragma: str) -> None:
        """For every connection from now on."""
        self._pragma = pragma
        self.engine.dispose()

    def set_option(self, option: str) -> None:
        with self.engine.connect() as connection:
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE {name} {option}"))
            connection.commit()
        self.engine.dispose()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'survey.db'}")
    yield store
    store.engine.dispose()


def make_full(store: Store) -> None:
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    store.set_pragma(f"PRAGMA max_page_count = {pages}")


def make_read_only(store: Store) -> None:
    store.set_pragma("PRAGMA query_only = ON")


@pytest.mark.parametrize(("failure", "code"), [(make_full, "SQLITE_FULL"), (make_read_only, "SQLITE_READONLY")])
def test_a_ballot_that_cannot_be_stored_is_refused_whole_and_can_be_sent_again(
    sqlite_store: Store, failure: Callable[[Store], None], code: str
) -> None:
    ballot = make_ballot(ct_length=20_000)
    failure(sqlite_store)
    with pytest.raises(StoreUnavailable, match=f"{code}.*nothing was recorded"):
        sqlite_store.box.add(EVALUATION, ballot)
    assert sqlite_store.box.count(EVALUATION) == 0

    sqlite_store.set_pragma("PRAGMA query_only = OFF")

    assert sqlite_store.box.add(EVALUATION, ballot) is AddOutcome.ADDED


def test_a_code_is_not_used_up_by_a_read_only_store(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        make_read_only(store)
    else:
        store.set_option("SET default_transaction_read_only = on")
    with pytest.raises(StoreUnavailable, match="nothing was recorded"):
        store.registry.spend_code(EVALUATION, CODE, REQUEST)
    assert store.registry.turnout(EVALUATION)[0].used == 0


def test_a_store_locked_for_too_long_is_told(sqlite_store: Store, tmp_path: Path) -> None:
    sqlite_store.set_pragma("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "survey.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="SQLITE_BUSY"):
        sqlite_store.registry.spend_code(EVALUATION, CODE, REQUEST)

    other.close()
    assert sqlite_store.registry.spend_code(EVALUATION, CODE, REQUEST) is SpendOutcome.SPENT


@pytest.mark.postgres
def test_lost_connections_are_replaced_unnoticed(postgres_url: str) -> None:
    store = Store(postgres_url)
    other = open_database(postgres_url)
    with other.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
        )
    other.dispose()

    assert store.box.add(EVALUATION, make_ballot()) is AddOutcome.ADDED
    store.engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_transaction_that_lost_a_deadlock_or_a_race_runs_again(postgres_url: str, sqlstate: str) -> None:
    store = Store(postgres_url)
    attempts: list[int] = []

    def work(connection: Connection) -> str:
        attempts.append(1)
        if len(attempts) < 3:
            connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$"))
        return "done"

    assert write(store.engine, work) == "done"
    assert len(attempts) == 3
    store.engine.dispose()


@pytest.mark.postgres
def test_a_transaction_that_loses_every_time_gives_up_as_unavailable(postgres_url: str) -> None:
    engine = open_database(postgres_url)

    def work(connection: Connection) -> None:
        connection.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"))

    with pytest.raises(StoreUnavailable, match="40P01"):
        write(engine, work)
    engine.dispose()


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    engine = open_database(f"postgresql://survey@/survey?host={tmp_path}")
    with pytest.raises(StoreUnavailable, match=r"OperationalError.*nothing was recorded"):
        read(engine, lambda connection: connection.execute(text("SELECT 1")))


def test_a_broken_constraint_is_a_mistake_of_ours_and_no_failing_store(store: Store) -> None:
    with pytest.raises(exc.IntegrityError):
        store.registry.add_invitations(EVALUATION, [(CODE, "u1")])


def test_no_error_shows_the_values_of_a_statement(store: Store) -> None:
    with pytest.raises(exc.IntegrityError) as raised:
        store.registry.add_invitations(EVALUATION, [(CODE, "a unit's name")])
    assert "a unit's name" not in str(raised.value)
    assert "hidden" in str(raised.value)


@pytest.mark.parametrize("url", ["mysql://localhost/survey", "sqlite://", "sqlite:///:memory:", "not a url"])
def test_another_database_is_refused_at_start(url: str) -> None:
    with pytest.raises(SettingsError, match="expected sqlite:///FILE or postgresql"):
        open_database(url)


def test_a_file_that_cannot_be_opened_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be opened"):
        open_database(f"sqlite:///{tmp_path / 'missing' / 'survey.db'}")


def test_opening_the_store_twice_in_a_process_leaves_the_first_one_its_journal(
    sqlite_store: Store, tmp_path: Path
) -> None:
    """POSIX drops a process's locks on a file as soon as it closes any descriptor of it. Without them the next other
    process to finish would take itself for the last one, and delete the journal that this one still reads and writes.
    """
    store = sqlite_store
    open_database(str(store.engine.url)).dispose()
    other = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM boxes'); c.close()"
    subprocess.run([sys.executable, "-c", other, str(tmp_path / "survey.db")], check=True)

    assert store.box.add(EVALUATION, make_ballot()) is AddOutcome.ADDED
    again = open_database(str(store.engine.url))
    assert SqlBallotBox(again).count(EVALUATION) == 1
    assert (tmp_path / "survey.db-wal").exists()
    again.dispose()


def test_the_database_file_belongs_to_its_owner_only(sqlite_store: Store, tmp_path: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("survey.db", "survey.db-wal", "survey.db-shm"), 0o600)


def test_every_connection_is_durable_and_overwrites_what_it_deletes(sqlite_store: Store) -> None:
    pragmas = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    with sqlite_store.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas}
    assert found == pragmas


def test_a_transaction_that_fails_halfway_leaves_nothing(store: Store) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("DELETE FROM invitations"))
        raise LookupError("changed my mind")

    with pytest.raises(LookupError, match="changed my mind"):
        write(store.engine, work)
    assert store.registry.turnout(EVALUATION)[0].printed == 1
