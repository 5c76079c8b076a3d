"""A backup made while serving comes back whole, on either database, and tells no order."""

from __future__ import annotations

import random
import secrets
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, inspect, select

from survey.crypto.at_rest import Vault
from survey.domain.forms.library import Entry, Version
from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.results.release import Draft
from survey.domain.results.review import Decision, propose
from survey.domain.rounds import State
from survey.errors import InvalidInput, WrongState
from survey.storage.accounts import SqlAccounts
from survey.storage.audit_log import SqlAuditLog
from survey.storage.backups import STORE, TABLES, backup, restore
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import migrate, open_database
from survey.storage.key_files import FileKeys
from survey.storage.notice_board import SqlNoticeBoard
from survey.storage.questionnaires import SqlLibrary
from survey.storage.registry import SqlRegistry
from survey.storage.reports import SqlReports
from tests.storage.samples import EVALUATION, OTHER_EVALUATION, make_ballot, make_round, start_collecting
from tests.storage.test_accounts_and_audit_log import NOON, fill

VAULT = Vault(bytes(32), secrets.token_bytes)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    instance = tmp_path / "instance"
    FileKeys(instance / "keys", VAULT).save_token_key(EVALUATION, b"der")
    (instance / "settings.json").write_text("{}")
    (instance / "session.secret").write_bytes(b"s" * 32)
    (instance / "README.md").write_text("not ours")
    return instance


@pytest.fixture
def filled(engine: Engine, registry: SqlRegistry, box: SqlBallotBox, ballots: list[StoredBallot]) -> Engine:
    """Something in every table."""
    registry.freeze(make_round().moved_to(State.FROZEN), {EVALUATION: b"{}", OTHER_EVALUATION: b"{}"})
    start_collecting(registry, [bytes([number]) * 32 for number in range(50)])
    registry.spend_code(EVALUATION, bytes(32), b"r" * 32)
    box.open_box(OTHER_EVALUATION)
    for ballot in ballots:
        box.add(EVALUATION, ballot)
    SqlAccounts(engine).add_account("office", "office", "hash")
    fill(SqlAuditLog(engine, lambda: NOON), 3)
    board = SqlNoticeBoard(engine)
    board.save_invitations("r1", {1: b"d" * 32})
    board.post("r1", 1, "join", 1, b"{}")
    board.begin_replacement("r1", 1, "{}")
    board.save_opening_record("r1", b"{}")
    registry.save_statement("round-1", 1, b"{}")
    registry.save_destruction_record("round-1", b"{}")
    reports = SqlReports(engine)
    reports.save_draft(Draft("round-1", "record"), None)
    SqlLibrary(engine).add_entry(Entry("q1", "form", "name", False, (Version(1, "1.0.0", True),)), {})
    reports.save_review("round-1", (EVALUATION, "C-1", 0), propose(Decision("withhold"), "text", "one"), None)
    return engine


@pytest.fixture
def restored_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """A new place on the same kind of database."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'restored.db'}"
        return
    with request.getfixturevalue("postgres_cluster").database() as name:
        yield request.getfixturevalue("postgres_cluster").url(name)


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in TABLES
        }


def test_every_table_is_copied(engine: Engine) -> None:
    assert {table.name for table in TABLES} | {"alembic_version"} == {
        name for name in inspect(engine).get_table_names() if "_" not in name or not is_partition(name)
    }


def is_partition(name: str) -> bool:
    return len(name.rpartition("_")[2]) == 32


def test_everything_comes_back(
    filled: Engine, instance: Path, tmp_path: Path, restored_url: str, ballots: list[StoredBallot]
) -> None:
    backup(filled, instance, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new", lambda _: restored_url)

    restored = open_database(restored_url)
    assert contents(restored) == contents(filled)
    assert SqlAuditLog(restored, lambda: NOON).verify_chain() is None
    assert SqlBallotBox(restored).add(EVALUATION, ballots[0]).value == "same"
    assert SqlBallotBox(restored).add(OTHER_EVALUATION, make_ballot()).value == "added"
    restored.dispose()
    keys, restored_keys = FileKeys(instance / "keys", VAULT), FileKeys(tmp_path / "new" / "keys", VAULT)
    assert restored_keys.share_test_secret() == keys.share_test_secret()
    assert restored_keys.token_key(EVALUATION) == b"der"


def test_a_backup_holds_settings_keys_and_store_and_nothing_else(
    filled: Engine, instance: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar"
    backup(filled, instance, file)
    with tarfile.open(file) as tar:
        members = {member.name: (member.mode, member.mtime, member.uname) for member in tar}
    keys = {"keys/share-tests.secret", f"keys/{EVALUATION}.der"}
    assert set(members) == {STORE, "settings.json", "session.secret", *keys}
    assert set(members.values()) == {(0o600, 0, "")}
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_backup_of_an_open_round_is_the_same_whatever_the_order_of_arrival(
    tmp_path: Path, instance: Path, ballots: list[StoredBallot]
) -> None:
    copies = []
    for run in (1, 2):
        engine = open_database(f"sqlite:///{tmp_path / f'{run}.db'}")
        migrate(engine)
        box = SqlBallotBox(engine)
        box.open_box(EVALUATION)
        for ballot in random.Random(run).sample(ballots, len(ballots)):
            box.add(EVALUATION, ballot)
        backup(engine, instance, tmp_path / f"{run}.tar")
        engine.dispose()
        with tarfile.open(tmp_path / f"{run}.tar") as tar:
            member = tar.extractfile(STORE)
            assert member is not None
            copies.append(member.read())
    assert copies[0] == copies[1]


def test_a_backup_while_ballots_arrive_is_one_consistent_state(
    filled: Engine, box: SqlBallotBox, instance: Path, tmp_path: Path, restored_url: str
) -> None:
    is_over = threading.Event()

    def cast() -> int:
        number = 0
        while not is_over.is_set():
            box.add(EVALUATION, make_ballot())
            number += 1
        return number

    before = box.count(EVALUATION)
    with ThreadPoolExecutor(4) as pool:
        casting = [pool.submit(cast) for _ in range(4)]
        backup(filled, instance, tmp_path / "backup.tar")
        is_over.set()
        arrived = sum(future.result() for future in casting)
    restore(tmp_path / "backup.tar", tmp_path / "new", lambda _: restored_url)

    restored = open_database(restored_url)
    count = SqlBallotBox(restored).count(EVALUATION)
    assert before <= count <= before + arrived
    assert count == len(list(SqlBallotBox(restored).ballots(EVALUATION)))
    restored.dispose()


def test_a_backup_never_replaces_another(filled: Engine, instance: Path, tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(b"the only one")
    with pytest.raises(WrongState, match="never replaces another"):
        backup(filled, instance, tmp_path / "backup.tar")
    assert (tmp_path / "backup.tar").read_bytes() == b"the only one"


def test_restoring_over_an_instance_is_refused(
    filled: Engine, instance: Path, tmp_path: Path, restored_url: str
) -> None:
    backup(filled, instance, tmp_path / "backup.tar")
    with pytest.raises(WrongState, match="already is an instance"):
        restore(tmp_path / "backup.tar", instance, lambda _: restored_url)


def test_restoring_into_a_store_that_is_not_empty_is_refused_and_changes_nothing(
    filled: Engine, instance: Path, tmp_path: Path, database_url: str
) -> None:
    before = contents(filled)
    backup(filled, instance, tmp_path / "backup.tar")
    with pytest.raises(WrongState, match="not empty"):
        restore(tmp_path / "backup.tar", tmp_path / "new", lambda _: database_url)
    assert contents(filled) == before


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidInput, match="no backup of this program"):
        restore(tmp_path / "file", tmp_path / "new", lambda _: "")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/b/c"])
def test_a_tar_that_would_write_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "file", "w") as tar:
        tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(InvalidInput, match="it holds"):
        restore(tmp_path / "file", tmp_path / "new", lambda _: "")


def test_every_table_is_in_the_backup(filled: Engine) -> None:
    with filled.connect() as connection:
        empty = [table.name for table in TABLES if not connection.scalar(select(func.count()).select_from(table))]
    staff = ["account_locks", "account_starts", "log_archives", "login_tries", "passkeys", "recusals", "staff_sessions"]
    assert sorted(empty) == sorted([*staff, "office_work", "tally_records", "turnout_snapshots"])
