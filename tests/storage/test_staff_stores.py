"""Sessions, passkeys, counted tries and recusals, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from survey.domain.ports.staff import Passkey, Session
from survey.errors import InvalidInput, NotFound
from survey.storage import login_tries
from survey.storage.accounts import SqlAccounts
from survey.storage.login_tries import SqlTries
from survey.storage.passkeys import SqlPasskeys
from survey.storage.recusals import SqlRecusals
from survey.storage.sessions import SqlSessions

PASSKEY = Passkey(b"\x01" * 16, "a", "blue", b"cose", 0, 1_800_000_000_000)
LATE = 5_000_000_000  # seconds: beyond 32 bits


@pytest.fixture
def accounts(engine: Engine) -> SqlAccounts:
    accounts = SqlAccounts(engine)
    for name in ("a", "b"):
        accounts.add_account(name, "office", "hash")
    return accounts


@pytest.fixture
def sessions(engine: Engine, accounts: SqlAccounts) -> SqlSessions:
    sessions = SqlSessions(engine)
    for key, account in (("k1", "a"), ("k2", "a"), ("k3", "b")):
        sessions.begin(Session(key, account, LATE, LATE, "Firefox"), 0)
    return sessions


def test_a_session_is_found_with_its_account_renewed_and_ended(sessions: SqlSessions) -> None:
    sessions.renew("k1", LATE + 60)
    found = sessions.find("k1")
    assert found
    kept, account = found
    assert (kept, account.name) == (Session("k1", "a", LATE, LATE + 60, "Firefox"), "a")
    assert [one.key for one in sessions.list_sessions("a", 0)] == ["k1", "k2"]
    assert [one.key for one in sessions.list_sessions("a", LATE + 1)] == ["k1"]
    assert sessions.counts(0) == {"a": 2, "b": 1}
    sessions.end("k1")
    assert sessions.find("k1") is None
    assert sessions.end_others("a", "k2") == 0
    assert sessions.end_others("a") == 1
    assert sessions.counts(0) == {"b": 1}


def test_a_new_session_forgets_those_that_were_idle_for_too_long(sessions: SqlSessions) -> None:
    sessions.begin(Session("k4", "b", LATE + 9, LATE + 9, ""), LATE + 1)
    assert sessions.counts(0) == {"b": 1}


@pytest.mark.parametrize("change", ["password", "start", "factor", "lock", "passkey", "no passkey"])
def test_what_changes_how_one_signs_in_ends_the_own_sessions(
    engine: Engine, accounts: SqlAccounts, sessions: SqlSessions, change: str
) -> None:
    keys = SqlPasskeys(engine)
    if change == "no passkey":
        keys.add(PASSKEY)
        sessions.begin(Session("k5", "a", LATE, LATE, ""), 0)
    {
        "password": lambda: accounts.change_password_hash("a", "other"),
        "start": lambda: accounts.start_again("a", "other", LATE),
        "factor": lambda: accounts.set_second_factor("a", b"sealed", []),
        "lock": lambda: accounts.lock_account("a", True),
        "passkey": lambda: keys.add(PASSKEY),
        "no passkey": lambda: keys.remove("a", PASSKEY.id),
    }[change]()
    assert sessions.counts(0) == {"b": 1}


def test_starting_again_takes_every_second_factor_away_until_the_password_is_chosen(
    engine: Engine, accounts: SqlAccounts
) -> None:
    SqlPasskeys(engine).add(PASSKEY)
    accounts.set_second_factor("a", b"sealed", ["11"])
    before = accounts.find_account("a")
    assert before
    assert (before.passkeys, before.has_second_factor, before.must_choose) == (1, True, False)
    for _ in range(2):
        accounts.start_again("a", "code", LATE)
    account = accounts.find_account("a")
    assert account
    assert (account.password_hash, account.must_choose, account.start_ends) == ("code", True, LATE)
    assert (account.has_second_factor, account.recovery) == (False, ())
    accounts.change_password_hash("a", "own")
    chosen = accounts.find_account("a")
    assert chosen
    assert (chosen.must_choose, chosen.start_ends) == (False, None)
    with pytest.raises(NotFound):
        accounts.start_again("nobody", "code", LATE)


def test_a_passkey_answers_a_challenge_once_also_twice_at_the_same_moment(
    engine: Engine, accounts: SqlAccounts
) -> None:
    keys = SqlPasskeys(engine)
    keys.add(PASSKEY)
    with pytest.raises(InvalidInput, match="registered already"):
        keys.add(PASSKEY)
    assert keys.find(PASSKEY.id) == PASSKEY
    assert keys.list_passkeys("a") == [PASSKEY]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: keys.use(PASSKEY.id, 3, PASSKEY.used + 5), range(8)))
    assert sorted(results) == [False] * 7 + [True]
    assert not keys.use(PASSKEY.id, 4, PASSKEY.used + 4)
    assert not keys.remove("b", PASSKEY.id)
    assert keys.remove("a", PASSKEY.id)
    assert keys.find(PASSKEY.id) is None


def test_five_of_twenty_tries_at_once_are_looked_at(engine: Engine) -> None:
    tries = SqlTries(engine)
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: tries.count_try("k", LATE, LATE + 900, 5), range(20)))
    assert results.count(True) == 5
    assert tries.count_try("other", LATE, LATE + 900, 5)
    assert not tries.count_try("k", LATE + 899, LATE + 1799, 5)
    assert tries.count_try("k", LATE + 900, LATE + 1800, 5)
    tries.forget("k")
    assert all(tries.count_try("k", LATE, LATE + 900, 5) for _ in range(5))


def test_only_keys_without_a_try_left_are_named_as_locked(engine: Engine) -> None:
    tries = SqlTries(engine)
    for key, count in (("a", 5), ("b", 4), ("c", 5)):
        for _ in range(count):
            tries.count_try(key, LATE, LATE + 900, 5)
    assert tries.locked(["a", "b", "d"], 5) == {"a": LATE + 900}
    tries.forget("a")
    assert tries.locked(["a", "b"], 5) == {}


def test_a_clock_that_was_wrong_locks_nobody_for_longer(engine: Engine) -> None:
    tries = SqlTries(engine)
    for _ in range(5):
        tries.count_try("k", LATE + 86_400, LATE + 86_400 + 900, 5)
    assert tries.count_try("k", LATE, LATE + 900, 5)


def test_tries_are_remembered_of_a_bounded_number_of_names(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_tries, "REMEMBERED", 5)
    tries = SqlTries(engine)
    for number in range(12):
        tries.count_try(f"k{number:02}", LATE + number, LATE + number + 900, 5)
    with engine.connect() as connection:
        kept = sorted(
            connection.scalars(login_tries.login_tries.select().with_only_columns(login_tries.login_tries.c.key))
        )
    assert kept == ["k07", "k08", "k09", "k10", "k11"]


def test_the_names_of_a_round_are_replaced(engine: Engine) -> None:
    recusals = SqlRecusals(engine)
    recusals.save("r", ["乙", "甲"])
    recusals.save("s", ["丙"])
    recusals.save("r", ["甲"])
    assert (recusals.names("r"), recusals.names("x")) == (("甲",), ())
    assert recusals.all_names() == {"r": ("甲",), "s": ("丙",)}
    recusals.save("s", [])
    assert recusals.all_names() == {"r": ("甲",)}
