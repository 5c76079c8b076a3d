"""domain.ports.BallotBox, promise by promise, on both databases."""

from __future__ import annotations

import hashlib
import threading
import tracemalloc
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.errors import NotFound, WrongState
from survey.storage.ballot_box import PAGE, SqlBallotBox
from tests.storage.samples import EVALUATION, OTHER_EVALUATION, make_ballot


def receipt_of(ballot: StoredBallot) -> bytes:
    return hashlib.sha256(ballot.enc + hashlib.sha256(ballot.ct).digest()).digest()


def in_key_order(ballots: list[StoredBallot]) -> list[StoredBallot]:
    return sorted(ballots, key=lambda ballot: ballot.token_digest)


def test_a_ballot_is_added_and_comes_back_byte_for_byte(box: SqlBallotBox) -> None:
    ballot = make_ballot()
    assert box.add(EVALUATION, ballot) is AddOutcome.ADDED
    assert list(box.ballots(EVALUATION)) == [ballot]


def test_the_same_ballot_again_changes_nothing(box: SqlBallotBox) -> None:
    ballot = make_ballot()
    box.add(EVALUATION, ballot)
    assert box.add(EVALUATION, ballot) is AddOutcome.SAME
    assert box.count(EVALUATION) == 1


@pytest.mark.parametrize("part", ["enc", "ct"])
def test_another_ballot_with_the_same_token_is_refused(box: SqlBallotBox, part: str) -> None:
    first = make_ballot()
    box.add(EVALUATION, first)
    second = replace(first, **{part: bytes(len(getattr(first, part)))})

    assert box.add(EVALUATION, second) is AddOutcome.DIFFERENT
    assert list(box.ballots(EVALUATION)) == [first]


def test_a_sealed_body_that_another_token_has_cast_is_refused(box: SqlBallotBox) -> None:
    first = make_ballot()
    box.add(EVALUATION, first)
    copied = replace(make_ballot(), enc=first.enc, ct=first.ct)
    assert box.add(EVALUATION, copied) is AddOutcome.DIFFERENT


def test_a_box_that_was_never_opened_takes_nothing(box: SqlBallotBox) -> None:
    assert box.add(OTHER_EVALUATION, make_ballot()) is AddOutcome.CLOSED
    assert box.count(OTHER_EVALUATION) == 0


def test_a_closed_box_takes_nothing(box: SqlBallotBox) -> None:
    box.close_box(EVALUATION)
    assert box.add(EVALUATION, make_ballot()) is AddOutcome.CLOSED
    assert box.count(EVALUATION) == 0


def test_a_ballot_sent_again_after_closing_is_known(box: SqlBallotBox) -> None:
    """Whose acknowledgement was lost learns that the ballot is in."""
    ballot = make_ballot()
    box.add(EVALUATION, ballot)
    box.close_box(EVALUATION)
    assert box.add(EVALUATION, ballot) is AddOutcome.SAME


def test_closing_one_box_leaves_the_other_open(box: SqlBallotBox) -> None:
    box.open_box(OTHER_EVALUATION)
    kept = make_ballot()
    box.add(OTHER_EVALUATION, kept)
    box.close_box(EVALUATION)
    assert box.add(OTHER_EVALUATION, make_ballot()) is AddOutcome.ADDED
    assert kept in list(box.ballots(OTHER_EVALUATION))


def test_opening_an_open_box_changes_nothing(box: SqlBallotBox) -> None:
    box.add(EVALUATION, make_ballot())
    box.open_box(EVALUATION)
    assert box.count(EVALUATION) == 1


def test_a_closed_box_is_never_opened_again(box: SqlBallotBox) -> None:
    box.close_box(EVALUATION)
    with pytest.raises(WrongState, match="never opened again"):
        box.open_box(EVALUATION)


def test_closing_a_box_that_was_never_opened_is_refused(box: SqlBallotBox) -> None:
    with pytest.raises(NotFound, match=f"no box of {OTHER_EVALUATION}"):
        box.close_box(OTHER_EVALUATION)


def test_closing_twice_is_harmless(box: SqlBallotBox, ballots: list[StoredBallot]) -> None:
    """An interrupted closing of a round is simply done again."""
    for ballot in ballots:
        box.add(EVALUATION, ballot)
    box.close_box(EVALUATION)
    box.close_box(EVALUATION)
    assert list(box.ballots(EVALUATION)) == in_key_order(ballots)


def test_receipts_are_sorted_and_found(box: SqlBallotBox, ballots: list[StoredBallot]) -> None:
    for ballot in ballots:
        box.add(EVALUATION, ballot)
    receipts = [receipt_of(ballot) for ballot in ballots]
    assert box.receipts(EVALUATION) == sorted(receipts)
    assert all(box.find_receipt(EVALUATION, receipt) for receipt in receipts)


def test_an_unknown_receipt_is_not_found(box: SqlBallotBox) -> None:
    box.add(EVALUATION, make_ballot())
    assert not box.find_receipt(EVALUATION, bytes(32))


def test_a_receipt_of_another_evaluation_is_not_found(box: SqlBallotBox) -> None:
    ballot = make_ballot()
    box.add(EVALUATION, ballot)
    assert not box.find_receipt(OTHER_EVALUATION, receipt_of(ballot))


@pytest.mark.parametrize("number", [0, 1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE])
def test_ballots_stream_in_key_order_whatever_their_number(box: SqlBallotBox, number: int) -> None:
    cast = [make_ballot(ct_length=20) for _ in range(number)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda ballot: box.add(EVALUATION, ballot), cast))
    assert list(box.ballots(EVALUATION)) == in_key_order(cast)


def test_streaming_takes_constant_memory(box: SqlBallotBox) -> None:
    ct_length, number = 8000, 8 * PAGE
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: box.add(EVALUATION, make_ballot(ct_length=ct_length)), range(number)))

    tracemalloc.start()
    assert sum(1 for _ in box.ballots(EVALUATION)) == number
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * PAGE * ct_length


def test_the_same_token_from_twenty_clients_is_one_row(box: SqlBallotBox, engine: Engine) -> None:
    ballot = make_ballot()
    clients = [SqlBallotBox(engine) for _ in range(20)]  # twenty queues, so that transactions really meet

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda client: client.add(EVALUATION, ballot), clients))

    assert Counter(outcomes) == {AddOutcome.ADDED: 1, AddOutcome.SAME: 19}
    assert box.count(EVALUATION) == 1


def test_twenty_different_ballots_with_one_token_leave_the_first(box: SqlBallotBox, engine: Engine) -> None:
    first = make_ballot()
    cast = [replace(make_ballot(), token=first.token, token_digest=first.token_digest) for _ in range(20)]

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda ballot: SqlBallotBox(engine).add(EVALUATION, ballot), cast))

    assert Counter(outcomes) == {AddOutcome.ADDED: 1, AddOutcome.DIFFERENT: 19}
    assert list(box.ballots(EVALUATION)) == [cast[outcomes.index(AddOutcome.ADDED)]]


def test_closing_while_ballots_arrive_loses_none_that_was_acknowledged(box: SqlBallotBox, engine: Engine) -> None:
    added: list[StoredBallot] = []
    enough = threading.Event()

    def cast_until_closed(client: SqlBallotBox) -> None:
        outcome = AddOutcome.ADDED
        while outcome is AddOutcome.ADDED:
            ballot = make_ballot()
            outcome = client.add(EVALUATION, ballot)
            if outcome is AddOutcome.ADDED:
                added.append(ballot)
            if len(added) > 60:
                enough.set()
        assert outcome is AddOutcome.CLOSED

    with ThreadPoolExecutor(8) as pool:
        casting = [pool.submit(cast_until_closed, SqlBallotBox(engine)) for _ in range(8)]
        assert enough.wait(timeout=60)
        box.close_box(EVALUATION)
        frozen = list(box.ballots(EVALUATION))
        for future in casting:
            future.result()

    assert frozen == in_key_order(added)
    assert list(box.ballots(EVALUATION)) == frozen
    assert box.count(EVALUATION) == len(box.receipts(EVALUATION)) == len(added)
