"""The notice board of key ceremonies on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from survey.domain.ports.notice_board import Attempt, PostOutcome
from survey.errors import NotFound, WrongState
from survey.storage.notice_board import SqlNoticeBoard
from tests.custodian.table import Table

ROUND = "R1"
DIGESTS = {1: b"\x01" * 32, 2: b"\x02" * 32}


@pytest.fixture
def board(engine: Engine) -> SqlNoticeBoard:
    board = SqlNoticeBoard(engine)
    board.save_invitations(ROUND, DIGESTS)
    return board


def test_an_invitation_finds_its_place_until_a_newer_one_replaces_it(board: SqlNoticeBoard) -> None:
    assert board.find_seat(DIGESTS[2]) == (ROUND, 2)
    board.save_invitations(ROUND, {1: b"\x03" * 32, 2: b"\x04" * 32})
    assert board.find_seat(DIGESTS[2]) is None
    assert board.find_seat(b"\x04" * 32) == (ROUND, 2)


def test_inviting_begins_the_first_attempt_and_only_once(board: SqlNoticeBoard) -> None:
    assert board.find_attempt(ROUND) == Attempt(1, None)
    assert board.find_attempt("R2") is None
    board.begin_again(ROUND, 1)
    board.save_invitations(ROUND, DIGESTS)
    assert board.find_attempt(ROUND) == Attempt(2, None)


def test_a_message_is_written_once(board: SqlNoticeBoard) -> None:
    assert board.post(ROUND, 1, "join", 1, b"hello") is PostOutcome.ADDED
    assert board.post(ROUND, 1, "join", 1, b"hello") is PostOutcome.SAME
    assert board.post(ROUND, 1, "join", 1, b"other") is PostOutcome.DIFFERENT
    assert board.messages(ROUND, 1) == [b"hello"]


def test_of_two_messages_at_once_one_stands(board: SqlNoticeBoard) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda k: board.post(ROUND, 1, "join", 1, b"message %d" % k), range(8)))
    assert sorted(outcome.value for outcome in outcomes) == ["added"] + ["different"] * 7
    assert len(board.messages(ROUND, 1)) == 1


def test_a_message_for_an_attempt_that_is_over_is_refused(board: SqlNoticeBoard) -> None:
    board.begin_again(ROUND, 1)
    with pytest.raises(WrongState, match="begun again"):
        board.post(ROUND, 1, "join", 1, b"late")
    assert board.messages(ROUND, 2) == []


def test_a_message_for_a_round_that_nobody_was_invited_to_is_refused(board: SqlNoticeBoard) -> None:
    with pytest.raises(NotFound, match="Nobody was invited"):
        board.post("R2", 1, "join", 1, b"hello")


def test_an_attempt_is_begun_again_once(board: SqlNoticeBoard) -> None:
    board.begin_again(ROUND, 1)
    with pytest.raises(WrongState, match="not the latest"):
        board.begin_again(ROUND, 1)


def test_the_first_reason_for_stopping_stays_until_the_next_attempt(board: SqlNoticeBoard) -> None:
    board.stop(ROUND, 1, "first")
    board.stop(ROUND, 1, "second")
    assert board.find_attempt(ROUND) == Attempt(1, "first")
    board.begin_again(ROUND, 1)
    board.stop(ROUND, 1, "late")
    assert board.find_attempt(ROUND) == Attempt(2, None)


def test_the_key_making_is_forgotten_and_the_record_of_the_opening_stays(board: SqlNoticeBoard) -> None:
    board.post(ROUND, 1, "join", 1, b"{}")
    board.begin_replacement(ROUND, 1, "{}")
    board.save_opening_record(ROUND, b"{}")

    board.forget_key_making(ROUND)

    assert board.find_attempt(ROUND) is None
    assert board.messages(ROUND, 1) == []
    assert board.find_seat(DIGESTS[1]) is None
    assert board.find_opening_record(ROUND) == b"{}"


def test_a_whole_ceremony_runs_over_the_store(engine: Engine) -> None:
    from survey.storage.registry import SqlRegistry
    from tests.fakes import Services

    services = Services()
    services.registry = SqlRegistry(engine)  # type: ignore[assignment]  # the same promises
    services.board = SqlNoticeBoard(engine)  # type: ignore[assignment]  # the same promises
    table = Table(services=services)
    shares = table.finish()
    assert table.round.get_opening_key().public_key == shares[0].public_key
