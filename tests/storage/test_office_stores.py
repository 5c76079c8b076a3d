"""What the office's pages keep: drafts thrown away, turnout of a whole round, snapshots, accounts, long work."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from survey.domain.drafts.spec import parse_spec
from survey.domain.ports.work_book import Work, WorkState
from survey.domain.rounds import State
from survey.errors import NotFound, WrongState
from survey.storage.accounts import SqlAccounts
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import migrate, open_database
from survey.storage.notice_board import SqlNoticeBoard
from survey.storage.registry import SqlRegistry
from survey.storage.work_book import SqlWorkBook
from tests.world import SPEC


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


def test_a_deleted_draft_is_gone_with_its_ceremony(engine: Engine) -> None:
    registry, board = SqlRegistry(engine), SqlNoticeBoard(engine)
    round_ = parse_spec(SPEC, "spec", secrets.token_bytes)
    registry.add_round(round_)
    board.save_invitations(round_.id, {1: bytes(32)})
    registry.delete_draft(round_.id)
    board.forget(round_.id)
    assert registry.list_rounds() == []
    assert board.find_seat(bytes(32)) is None
    assert board.find_attempt(round_.id) is None
    with pytest.raises(NotFound, match="There is no round"):
        registry.delete_draft(round_.id)


def test_what_is_frozen_is_never_deleted(engine: Engine) -> None:
    registry = SqlRegistry(engine)
    round_ = parse_spec(SPEC, "spec", secrets.token_bytes)
    registry.add_round(round_)
    registry.freeze(round_.moved_to(State.FROZEN), {})
    with pytest.raises(WrongState, match="only a draft can be deleted"):
        registry.delete_draft(round_.id)
    assert registry.find_round(round_.id)


def test_turnout_and_counts_of_many_evaluations_are_those_of_each(engine: Engine) -> None:
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    round_ = parse_spec(SPEC, "spec", secrets.token_bytes)
    registry.add_round(replace(round_, state=State.OPEN))
    first, second = round_.evaluations
    registry.add_invitations(first.id, [(bytes([n]) * 32, first.units[n % 2].id) for n in range(5)])
    registry.spend_code(first.id, bytes(32), bytes(32))
    together = registry.turnout_of([first.id, second.id])
    assert together == {first.id: registry.turnout(first.id), second.id: []}
    assert sum(unit.used for unit in together[first.id]) == 1
    assert box.counts([first.id, second.id]) == {first.id: 0, second.id: 0}


def test_a_snapshot_replaces_the_one_before(engine: Engine) -> None:
    registry = SqlRegistry(engine)
    round_ = parse_spec(SPEC, "spec", secrets.token_bytes)
    registry.add_round(round_)
    assert registry.find_snapshot(round_.id) is None
    registry.save_snapshot(round_.id, 7, b"{}")
    registry.save_snapshot(round_.id, 9, b"[]")
    assert registry.find_snapshot(round_.id) == (9, b"[]")


def test_an_account_is_locked_and_gets_a_second_factor(engine: Engine) -> None:
    accounts = SqlAccounts(engine)
    accounts.add_account("a", "office", "hash")
    accounts.lock_account("a", True)
    accounts.change_password_hash("a", "other")
    accounts.set_second_factor("a", b"sealed", ["11", "22"])
    account = accounts.find_account("a")
    assert account
    assert (account.is_locked, account.password_hash) == (True, "other")
    assert (account.second_factor, account.recovery) == (b"sealed", ("11", "22"))
    with pytest.raises(NotFound, match="There is no account b"):
        accounts.lock_account("b", True)


def test_a_one_time_code_and_a_recovery_code_work_once(engine: Engine) -> None:
    accounts = SqlAccounts(engine)
    accounts.add_account("a", "office", "hash")
    accounts.set_second_factor("a", b"sealed", ["11", "22"])
    assert [accounts.use_step("a", step) for step in (5, 5, 4, 6)] == [True, False, False, True]
    assert [accounts.use_recovery("a", digest) for digest in ("11", "11", "33", "22")] == [True, False, False, True]


def test_work_is_replaced_and_forgotten(engine: Engine) -> None:
    book = SqlWorkBook(engine)
    book.save_work(Work("r", "count-round", WorkState.RUNNING, 1, 10, 99))
    book.save_work(Work("r", "count-round", WorkState.FAILED, sentence="why"))
    found = book.find_work("r")
    assert found
    assert (found.state, found.sentence) == (WorkState.FAILED, "why")
    book.forget_work("r")
    assert book.find_work("r") is None
