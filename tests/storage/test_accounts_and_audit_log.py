"""The staff plane: accounts, and a log that only grows and shows every change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, exc, text

from survey.domain.ports.staff import Account
from survey.domain.staff import ROLES
from survey.errors import InvalidInput, StoreUnavailable
from survey.storage import audit_log
from survey.storage.accounts import SqlAccounts
from survey.storage.audit_log import FIRST_HASH, SqlAuditLog
from survey.storage.database import is_sqlite

NOON = datetime(2026, 3, 1, 20, 0, 5, 123456, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def accounts(engine: Engine) -> SqlAccounts:
    return SqlAccounts(engine)


@pytest.fixture
def log(engine: Engine) -> SqlAuditLog:
    return SqlAuditLog(engine, lambda: NOON)


def fill(log: SqlAuditLog, number: int) -> None:
    for count in range(number):
        log.append(account="office", address="192.0.2.7", action="round.open", object=f"轮次 {count}", result="ok")


# -- Accounts


def test_an_account_is_found_by_its_name(accounts: SqlAccounts) -> None:
    accounts.add_account("办公室", "office", "$argon2id$…")
    assert accounts.find_account("办公室") == Account("办公室", "office", "$argon2id$…")


def test_an_unknown_account_is_none(accounts: SqlAccounts) -> None:
    assert accounts.find_account("nobody") is None


def test_every_role_has_room_and_accounts_are_listed_by_name(accounts: SqlAccounts) -> None:
    for role in ROLES:
        accounts.add_account(f"account-{role}", role, "hash")
    assert [account.role for account in accounts.list_accounts()] == sorted(ROLES)


def test_a_name_is_given_once(accounts: SqlAccounts) -> None:
    accounts.add_account("a", "office", "hash")
    with pytest.raises(InvalidInput, match="already is an account a"):
        accounts.add_account("a", "auditor", "hash")


@pytest.mark.parametrize(("name", "role"), [("", "office"), ("a", "root")])
def test_an_account_without_name_or_with_an_unknown_role_is_refused(
    accounts: SqlAccounts, name: str, role: str
) -> None:
    with pytest.raises(InvalidInput, match="needs a name and one of the roles"):
        accounts.add_account(name, role, "hash")


# -- The audit log


def test_an_entry_says_who_when_from_where_what_to_what_and_with_what_result(log: SqlAuditLog) -> None:
    log.append(account="office", address="192.0.2.7", action="round.open", object="round-1", result="ok")
    (entry,) = log.entries()
    assert (entry.id, entry.account, entry.address, entry.action, entry.object, entry.result) == (
        1,
        "office",
        "192.0.2.7",
        "round.open",
        "round-1",
        "ok",
    )
    assert entry.time == NOON.replace(microsecond=0)
    assert entry.time.tzinfo == UTC


def test_entries_come_newest_first_and_in_pages(log: SqlAuditLog) -> None:
    fill(log, 7)
    assert [entry.id for entry in log.entries(limit=3)] == [7, 6, 5]
    assert [entry.id for entry in log.entries(before=5, limit=3)] == [4, 3, 2]


def test_an_untouched_log_verifies(log: SqlAuditLog) -> None:
    assert log.verify_chain() is None
    fill(log, 20)
    assert log.verify_chain() is None


def test_the_head_changes_with_every_entry(log: SqlAuditLog) -> None:
    assert log.head() == (0, FIRST_HASH)
    fill(log, 1)
    first = log.head()
    fill(log, 1)
    assert (first[0], log.head()[0]) == (1, 2)
    assert first[1] != log.head()[1]


@pytest.mark.parametrize("column", ["time", "account", "address", "action", "object", "result"])
def test_a_changed_entry_is_found(log: SqlAuditLog, engine: Engine, column: str) -> None:
    fill(log, 5)
    tamper(engine, f"UPDATE audit_log SET {column} = 'x' WHERE id = 3")  # noqa: S608 -- names from the line above
    assert log.verify_chain() == 3


def test_a_removed_entry_is_found(log: SqlAuditLog, engine: Engine) -> None:
    fill(log, 5)
    tamper(engine, "DELETE FROM audit_log WHERE id = 2")
    assert log.verify_chain() == 2


def test_a_cut_off_log_has_another_head_than_the_one_noted_elsewhere(log: SqlAuditLog, engine: Engine) -> None:
    fill(log, 5)
    noted = log.head()
    tamper(engine, "DELETE FROM audit_log WHERE id = 5")
    assert log.verify_chain() is None
    assert log.head() != noted


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET result = 'x'", "DELETE FROM audit_log"])
def test_the_database_refuses_to_change_the_log(log: SqlAuditLog, engine: Engine, statement: str) -> None:
    fill(log, 1)
    with pytest.raises(exc.DBAPIError, match="the audit log is append-only"), engine.begin() as connection:
        connection.execute(text(statement))


def test_twenty_writers_at_once_make_one_chain_without_gaps(log: SqlAuditLog) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: fill(log, 2), range(20)))
    assert log.verify_chain() is None
    assert sorted(entry.id for entry in log.entries()) == list(range(1, 41))


def tamper(engine: Engine, statement: str) -> None:
    """As somebody with all rights over the database could."""
    drop = (
        ["audit_log_no_update", "audit_log_no_delete"]
        if is_sqlite(engine)
        else ["audit_log_append_only ON audit_log", "audit_log_kept ON audit_log"]
    )
    with engine.connect().execution_options(survey_writes=True) as connection:
        for trigger in drop:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))
        connection.commit()


def test_a_store_that_failed_is_named_before_the_next_entry(log: SqlAuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("The store failed (SQLITE_FULL: the disk is full); nothing was recorded.")

    with monkeypatch.context() as broken:
        broken.setattr(audit_log, "write", full)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                fill(log, 1)
    log.note_failure("The store failed (SQLITE_FULL: the disk is full); nothing was recorded.")  # a phone met it too
    fill(log, 2)
    assert [(entry.action, entry.account, entry.object) for entry in log.entries()] == [
        ("round.open", "office", "轮次 1"),
        ("round.open", "office", "轮次 0"),
        ("store-failed", "-", "since 2026-03-01T12:00Z"),
    ]
    assert "the disk is full" in log.entries()[2].result
    assert log.verify_chain() is None
