"""Ballots: 2-protocol, section 2.3."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from survey.crypto.sealing import receipt
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ballots import ballot_length
from tests.respondent.test_issue import problem_of
from tests.world import Phone, World, phones

ANSWERS = {"D1-1": "A", "O-1": "B"}


def test_a_ballot_gives_the_receipt_of_its_sealed_bytes(people: list[Phone]) -> None:
    token = people[0].draw_token()
    sealed = people[0].seal(token, ANSWERS)
    answer = people[0].cast(token, sealed)

    assert answer.status_code == 201
    assert answer.get_json() == {"receipt": receipt(sealed[:65], sealed[65:]).hex()}


def test_a_repeated_ballot_is_answered_with_the_same_bytes_and_counted_once(
    open_world: World, people: list[Phone]
) -> None:
    token = people[0].draw_token()
    sealed = people[0].seal(token, ANSWERS)
    first, again = people[0].cast(token, sealed), people[0].cast(token, sealed)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    assert open_world.services.box.count(open_world.first.id) == 1


def test_another_ballot_with_the_same_token_is_refused(people: list[Phone]) -> None:
    token = people[0].draw_token()
    people[0].cast(token, people[0].seal(token, ANSWERS))

    assert problem_of(people[0].cast(token, people[0].seal(token, ANSWERS))) == (409, "token-already-spent")


def test_no_token_is_answered_with_the_challenge(open_world: World, people: list[Phone], client: FlaskClient) -> None:
    answer = client.post(f"/e/{people[0].evaluation_id}/ballots", data=b"", content_type="application/octet-stream")
    manifest = open_world.manifest(open_world.first)

    assert problem_of(answer) == (401, "missing-token")
    assert answer.headers["WWW-Authenticate"] == (
        f'PrivateToken challenge="{b64url_encode(manifest.challenge.encode())}", '
        f'token-key="{b64url_encode(manifest.token_key)}"'
    )


@pytest.mark.parametrize("spelling", ['PrivateToken token="{}"', "PrivateToken token={}"], ids=["quoted", "bare"])
@pytest.mark.parametrize("padding", ["=", ""], ids=["padded", "unpadded"])
def test_a_token_is_read_quoted_or_not_padded_or_not(
    people: list[Phone], client: FlaskClient, spelling: str, padding: str
) -> None:
    token = people[0].draw_token()
    text = b64url_encode(token.encode()).rstrip("=")
    if padding:
        text += "=" * (-len(text) % 4)
    answer = client.post(
        f"/e/{people[0].evaluation_id}/ballots",
        data=people[0].seal(token, ANSWERS),
        headers={"Authorization": spelling.format(text)},
        content_type="application/octet-stream",
    )

    assert answer.status_code == 201


@pytest.mark.parametrize("place", [0, 1, 2, 40, 70, 97, 98, 353])
def test_a_token_with_one_flipped_bit_is_refused_and_not_spent(people: list[Phone], place: int) -> None:
    token = people[0].draw_token()
    flipped = bytearray(token.encode())
    flipped[place] ^= 1
    sealed = people[0].seal(token, ANSWERS)

    assert problem_of(people[0].cast(bytes(flipped), sealed)) == (401, "invalid-token")
    assert people[0].cast(token, sealed).status_code == 201


def test_a_token_of_another_evaluation_is_refused(open_world: World, people: list[Phone], client: FlaskClient) -> None:
    foreign = phones(open_world, open_world.round.evaluations[1], client)[0]
    token = foreign.draw_token()

    assert problem_of(people[0].cast(token, people[0].seal(token, ANSWERS))) == (401, "invalid-token")


@pytest.mark.parametrize("off_by", [-1, 1, -100])
def test_a_ballot_of_another_length_is_refused_and_the_token_not_spent(people: list[Phone], off_by: int) -> None:
    token = people[0].draw_token()
    sealed = people[0].seal(token, ANSWERS)
    body = (sealed + b"\0")[: len(sealed) + off_by]

    assert problem_of(people[0].cast(token, body)) == (422, "wrong-length")
    assert people[0].cast(token, sealed).status_code == 201


def test_no_ballot_after_closing(open_world: World, people: list[Phone]) -> None:
    token = people[0].draw_token()
    sealed = people[0].seal(token, ANSWERS)
    open_world.close()

    assert problem_of(people[0].cast(token, sealed)) == (403, "not-collecting")


def test_a_ballot_acknowledged_before_closing_is_acknowledged_again_after(
    open_world: World, people: list[Phone]
) -> None:
    token = people[0].draw_token()
    sealed = people[0].seal(token, ANSWERS)
    first = people[0].cast(token, sealed)
    open_world.close()

    assert people[0].cast(token, sealed).data == first.data


def test_all_ballots_of_an_evaluation_have_one_length(open_world: World, people: list[Phone]) -> None:
    token = people[0].draw_token()
    lengths = {
        len(people[0].seal(token, answers, texts))
        for answers, texts in (({}, {}), (ANSWERS, {"C-1": "意见" * 150}), ({}, {"C-1": "😀" * 300, "C-2": '"' * 300}))
    }

    assert lengths == {ballot_length(open_world.manifest(open_world.first))}


def test_the_challenge_decodes_to_the_manifest_digest(open_world: World, client: FlaskClient) -> None:
    answer = client.post(f"/e/{open_world.first.id}/ballots")
    header = answer.headers["WWW-Authenticate"]
    challenge = b64url_decode(header.split('challenge="')[1].split('"')[0])

    assert open_world.manifest(open_world.first).digest in challenge
