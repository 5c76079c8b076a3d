"""`survey check` finds each broken promise, and finds nothing where all hold."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from survey.crypto.at_rest import Vault
from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.rounds import State
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.key_files import FileKeys
from survey.storage.registry import SqlRegistry
from survey.storage.upkeep import check
from tests.storage.samples import EVALUATION, OTHER_EVALUATION, make_round

CODE = b"c" * 32


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    keys = FileKeys(tmp_path / "keys", Vault(bytes(32), secrets.token_bytes))
    for evaluation_id in (EVALUATION, OTHER_EVALUATION):
        keys.save_token_key(evaluation_id, b"der")
        keys.make_code_secret(evaluation_id)
    return keys


@pytest.fixture
def collecting(engine: Engine, registry: SqlRegistry, box: SqlBallotBox) -> Engine:
    """Open, one code used, one ballot in."""
    registry.freeze(replace(make_round(), state=State.OPEN), {EVALUATION: b"{}", OTHER_EVALUATION: b"{}"})
    registry.add_invitations(EVALUATION, [(CODE, "u1")])
    registry.spend_code(EVALUATION, CODE, CODE)
    box.open_box(OTHER_EVALUATION)
    token = secrets.token_bytes(354)
    box.add(EVALUATION, StoredBallot(hashlib.sha256(token).digest(), token, secrets.token_bytes(65), b"ct"))
    return engine


def run(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(survey_writes=True) as connection:
        connection.execute(text(statement))
        connection.commit()


def destroy(keys: FileKeys) -> None:
    for evaluation_id in (EVALUATION, OTHER_EVALUATION):
        keys.destroy_keys(evaluation_id)


def test_a_store_that_keeps_its_promises_passes(collecting: Engine, keys: FileKeys) -> None:
    assert check(collecting, keys) == []


def test_more_ballots_than_used_codes_are_found(collecting: Engine, keys: FileKeys) -> None:
    run(collecting, "UPDATE invitations SET state = 0")
    assert check(collecting, keys) == ["Evaluation team-1 of round round-1 has 1 ballots, but only 0 used codes."]


def test_a_changed_ballot_is_found(collecting: Engine, keys: FileKeys) -> None:
    run(collecting, "UPDATE ballots SET ct = token")
    assert check(collecting, keys) == [
        "Evaluation team-1 of round round-1 has a ballot that was changed after it came."
    ]


def test_a_missing_manifest_is_found(collecting: Engine, keys: FileKeys) -> None:
    run(collecting, "UPDATE evaluations SET manifest = NULL WHERE id = 'team-2'")
    assert check(collecting, keys) == ["Evaluation team-2 of round round-1 is frozen, but has no manifest."]


def test_a_missing_token_key_is_found(collecting: Engine, keys: FileKeys, tmp_path: Path) -> None:
    (tmp_path / "keys" / "team-2.der").unlink()
    assert check(collecting, keys) == ["Evaluation team-2 of round round-1 is frozen, but its token key is missing."]


def test_a_missing_code_secret_is_found(collecting: Engine, keys: FileKeys, tmp_path: Path) -> None:
    (tmp_path / "keys" / "team-2.codes").unlink()
    assert check(collecting, keys) == [
        "Evaluation team-2 of round round-1 has printed codes, but the secret that they are looked up by is missing."
    ]


def test_an_interrupted_closing_is_found(collecting: Engine, box: SqlBallotBox, keys: FileKeys) -> None:
    box.close_box(EVALUATION)
    (found,) = check(collecting, keys)
    assert "a closing was interrupted: close the round again" in found


def test_a_closed_round_with_an_open_box_and_no_root_is_found(collecting: Engine, keys: FileKeys) -> None:
    destroy(keys)
    run(collecting, "UPDATE rounds SET state = 'closed'")
    run(collecting, "UPDATE boxes SET is_open = false WHERE evaluation = 'team-2'")
    assert check(collecting, keys) == [
        "Evaluation team-1 of round round-1 is closed, but has no root.",
        "Evaluation team-1 of round round-1 is closed, but its box is open.",
        "Evaluation team-2 of round round-1 is closed, but has no root.",
    ]


def test_a_counted_round_without_record_is_found(
    collecting: Engine, registry: SqlRegistry, box: SqlBallotBox, keys: FileKeys
) -> None:
    for evaluation_id in (EVALUATION, OTHER_EVALUATION):
        box.close_box(evaluation_id)
    registry.save_roots({EVALUATION: CODE, OTHER_EVALUATION: CODE})
    destroy(keys)
    run(collecting, "UPDATE rounds SET state = 'opened'")
    assert check(collecting, keys) == ["Round round-1 is opened, but has no tally record."]


def test_keys_that_outlived_their_round_are_found(
    collecting: Engine, registry: SqlRegistry, box: SqlBallotBox, keys: FileKeys
) -> None:
    for evaluation_id in (EVALUATION, OTHER_EVALUATION):
        box.close_box(evaluation_id)
    registry.save_roots({EVALUATION: CODE, OTHER_EVALUATION: CODE})
    run(collecting, "UPDATE rounds SET state = 'closed'")
    keys.destroy_keys(OTHER_EVALUATION)
    assert check(collecting, keys) == [
        "Evaluation team-1 of round round-1 is closed, but its keys are still there"
        " (destroy them: survey round destroy-keys)."
    ]
