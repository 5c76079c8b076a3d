"""Sealed bodies leave the store: in no row, page or journal is one left; receipts, tokens and counts stay."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.domain.rounds import State
from survey.errors import WrongState
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import migrate, open_database
from survey.storage.registry import SqlRegistry
from tests.storage.samples import EVALUATION, OTHER_EVALUATION, make_round


@pytest.fixture
def closed(box: SqlBallotBox, ballots: list[StoredBallot]) -> SqlBallotBox:
    for ballot in ballots:
        box.add(EVALUATION, ballot)
    box.close_box(EVALUATION)
    return box


def test_each_body_is_replaced_by_its_digest_and_nothing_else_changes(
    closed: SqlBallotBox, ballots: list[StoredBallot]
) -> None:
    receipts = closed.receipts(EVALUATION)

    assert closed.destroy_bodies(EVALUATION) == 40

    expected = [
        replace(ballot, ct=hashlib.sha256(ballot.ct).digest())
        for ballot in sorted(ballots, key=lambda ballot: ballot.token_digest)
    ]
    assert list(closed.ballots(EVALUATION)) == expected
    assert closed.receipts(EVALUATION) == receipts == sorted(ballot.receipt for ballot in ballots)


def test_destroying_again_changes_nothing(closed: SqlBallotBox) -> None:
    closed.destroy_bodies(EVALUATION)
    before = list(closed.ballots(EVALUATION))

    assert closed.destroy_bodies(EVALUATION) == 40
    assert list(closed.ballots(EVALUATION)) == before


def test_who_sends_the_same_ballot_again_is_still_told_that_it_is_in(
    closed: SqlBallotBox, ballots: list[StoredBallot]
) -> None:
    closed.destroy_bodies(EVALUATION)

    assert closed.add(EVALUATION, ballots[0]) is AddOutcome.SAME
    assert closed.add(EVALUATION, replace(ballots[0], ct=b"other" * 20)) is AddOutcome.DIFFERENT


def test_nothing_in_an_open_box_is_destroyed(box: SqlBallotBox, ballots: list[StoredBallot]) -> None:
    box.add(EVALUATION, ballots[0])

    with pytest.raises(WrongState, match="is open; nothing in it is destroyed"):
        box.destroy_bodies(EVALUATION)

    assert [ballot.ct for ballot in box.ballots(EVALUATION)] == [ballots[0].ct]


def test_another_box_keeps_its_bodies(closed: SqlBallotBox, ballots: list[StoredBallot]) -> None:
    closed.open_box(OTHER_EVALUATION)
    closed.add(OTHER_EVALUATION, ballots[0])
    closed.destroy_bodies(EVALUATION)

    assert [ballot.ct for ballot in closed.ballots(OTHER_EVALUATION)] == [ballots[0].ct]


def test_no_byte_of_a_body_is_left_in_the_file_or_its_journal(tmp_path: Path, ballots: list[StoredBallot]) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    migrate(engine)
    box = SqlBallotBox(engine)
    box.open_box(EVALUATION)
    for ballot in ballots:
        box.add(EVALUATION, ballot)
    box.close_box(EVALUATION)
    box.forget_order()
    assert len(pieces_left(tmp_path, ballots)) > 600

    box.destroy_bodies(EVALUATION)
    box.forget_order()

    assert pieces_left(tmp_path, ballots) == []
    engine.dispose()


def pieces_left(folder: Path, ballots: list[StoredBallot]) -> list[bytes]:
    """Of twenty pieces of every body; one that lies over the edge of a page is not found in one."""
    left = b"".join(file.read_bytes() for file in folder.iterdir())
    pieces = [ballot.ct[place : place + 16] for ballot in ballots for place in range(0, 9000, 450)]
    return [piece for piece in pieces if piece in left]


def test_postgresql_keeps_no_dead_row_of_a_body(postgres_url: str, ballots: list[StoredBallot]) -> None:
    engine = open_database(postgres_url)
    migrate(engine)
    box = SqlBallotBox(engine)
    box.open_box(EVALUATION)
    for ballot in ballots:
        box.add(EVALUATION, ballot)
    box.close_box(EVALUATION)
    box.destroy_bodies(EVALUATION)

    with engine.connect() as connection:
        size = text(
            "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'ballots'::regclass"
        )
        assert connection.scalar(size) < 40 * 9000
    engine.dispose()


def test_the_record_is_written_once(registry: SqlRegistry) -> None:
    assert registry.find_destruction_record("round-1") is None
    registry.save_destruction_record("round-1", b"{}")

    with pytest.raises(WrongState, match="written once"):
        registry.save_destruction_record("round-1", b"{1}")
    assert registry.find_destruction_record("round-1") == b"{}"


@pytest.mark.parametrize(
    ("state", "has_record", "is_destroyed", "found"),
    [
        (State.DESTROYED, True, True, []),
        (State.DESTROYED, True, False, ["a sealed body is still there"]),
        (State.DESTROYED, False, True, ["has no record of it", "although nothing was destroyed"]),
        (State.ARCHIVED, True, True, ["was interrupted; do it again"]),
        (State.ARCHIVED, True, False, ["was interrupted; do it again"]),
        (State.ARCHIVED, False, True, ["although nothing was destroyed"]),
        (State.ARCHIVED, False, False, []),
    ],
)
def test_a_check_finds_what_does_not_fit(
    engine: Engine, tmp_path: Path, state: State, has_record: bool, is_destroyed: bool, found: list[str]
) -> None:
    from survey.crypto.at_rest import Vault
    from survey.storage.key_files import FileKeys
    from survey.storage.upkeep import check

    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    registry.add_round(make_round())
    registry.freeze(replace(make_round(), state=State.OPEN), {EVALUATION: b"{}", OTHER_EVALUATION: b"{}"})
    registry.add_invitations(EVALUATION, [(b"c" * 32, "u1")])
    registry.spend_code(EVALUATION, b"c" * 32, b"r" * 32)
    registry.save_round(replace(make_round(), state=State.CLOSED), expected=State.OPEN)
    registry.save_roots({EVALUATION: bytes(32), OTHER_EVALUATION: bytes(32)})
    for evaluation_id in (EVALUATION, OTHER_EVALUATION):
        box.open_box(evaluation_id)
    token = b"t" * 354
    box.add(EVALUATION, StoredBallot(hashlib.sha256(token).digest(), token, b"e" * 65, b"sealed" * 20))
    for evaluation_id in (EVALUATION, OTHER_EVALUATION):
        box.close_box(evaluation_id)
    registry.finish_count(replace(make_round(), state=state), b"{}")
    if has_record:
        registry.save_destruction_record("round-1", b"{}")
    if is_destroyed:
        box.destroy_bodies(EVALUATION)

    sentences = check(engine, FileKeys(tmp_path / "keys", Vault(bytes(32), lambda length: bytes(length))))

    assert len(sentences) == len(found)
    assert all(any(words in sentence for sentence in sentences) for words in found)
