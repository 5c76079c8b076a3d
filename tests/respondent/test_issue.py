"""Token requests: 2-protocol, section 2.3."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from survey.domain.throttle import WRONG_CODES_PER_WINDOW
from survey.errors import SettingsError
from tests.world import Phone, World, phones


def problem_of(answer: object) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"  # type: ignore[attr-defined]
    document = answer.get_json()  # type: ignore[attr-defined]
    assert document["status"] == answer.status_code  # type: ignore[attr-defined]
    return document["status"], document["type"].removeprefix("urn:survey:problem:")


def test_a_code_buys_a_token_that_verifies(people: list[Phone]) -> None:
    answer = people[0].request_token()

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/private-token-response"
    assert len(answer.data) == 256
    people[0].pending.finish(answer.data)


def test_the_same_code_with_the_same_request_gives_the_same_bytes_again(people: list[Phone]) -> None:
    assert people[0].request_token().data == people[0].request_token().data


def test_the_same_code_with_another_request_is_refused(people: list[Phone]) -> None:
    first, other = people[:2]
    first.request_token()

    assert problem_of(first.request_token(body=other.pending.request)) == (409, "code-already-used")


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " "), lambda code: f" {code} "],
    ids=["lower case", "no dashes", "spaces", "around it"],
)
def test_a_code_is_read_as_people_type_it(people: list[Phone], typed: object) -> None:
    assert people[0].request_token(code=typed(str(people[0].code))).status_code == 200  # type: ignore[operator]


def test_an_unknown_code_is_refused(people: list[Phone]) -> None:
    assert problem_of(people[0].request_token(code="2345-6789-ABC2")) == (401, "unknown-code")


def test_a_missing_code_is_refused(people: list[Phone], client: FlaskClient) -> None:
    answer = client.post(
        f"/e/{people[0].evaluation_id}/token-request",
        data=people[0].pending.request,
        content_type="application/private-token-request",
    )

    assert problem_of(answer) == (401, "unknown-code")


@pytest.mark.parametrize("header", ["Basic abc", "Bearer wrong", ""], ids=["another scheme", "wrong code", "nothing"])
def test_whoever_shows_no_good_code_is_told_the_scheme_that_carries_one(people: list[Phone], header: str) -> None:
    answer = people[0].client.post(
        f"/e/{people[0].evaluation_id}/token-request",
        data=people[0].pending.request,
        content_type="application/private-token-request",
        headers={"Authorization": header},
    )

    assert problem_of(answer) == (401, "unknown-code")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="survey"'


@pytest.mark.parametrize("store", ["token_keys", "code_secrets"])
def test_a_secret_of_an_open_evaluation_that_is_missing_is_a_failure_of_ours_until_it_is_back(
    open_world: World, people: list[Phone], store: str
) -> None:
    kept = getattr(open_world.services.keys, store)
    secret = kept.pop(open_world.first.id)

    assert problem_of(people[0].request_token()) == (500, "internal-error")
    kept[open_world.first.id] = secret
    assert people[0].request_token().status_code == 200


def test_a_failure_of_ours_tells_a_phone_nothing_of_the_server(
    open_world: World, people: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(evaluation_id: str) -> bytes:
        raise SettingsError(f"/srv/keys/{evaluation_id}.der cannot be unlocked.")

    monkeypatch.setattr(open_world.services.keys, "token_key", fail)
    answer = people[0].request_token()

    assert problem_of(answer) == (500, "internal-error")
    assert answer.get_json()["detail"] == "The server failed; the same request may be sent again."


def test_a_code_of_another_evaluation_is_unknown_here(open_world: World, people: list[Phone]) -> None:
    foreign = open_world.slips_of(open_world.round.evaluations[1])[0].code

    assert problem_of(people[0].request_token(code=str(foreign))) == (401, "unknown-code")


@pytest.mark.parametrize("length", [0, 1, 258, 260, 1000])
def test_a_request_of_another_length_is_refused(people: list[Phone], length: int) -> None:
    body = (people[0].pending.request * 4)[:length]

    assert problem_of(people[0].request_token(body=body)) == (422, "wrong-length")


def test_a_request_of_another_media_type_is_refused(people: list[Phone]) -> None:
    answer = people[0].request_token(content_type="application/octet-stream")

    assert problem_of(answer) == (422, "wrong-media-type")


def test_a_request_of_another_token_type_is_refused(people: list[Phone]) -> None:
    answer = people[0].request_token(body=b"\x00\x01" + people[0].pending.request[2:])

    assert answer.status_code == 422


def test_a_request_for_another_key_is_refused_and_the_code_stays_good(people: list[Phone]) -> None:
    request = bytearray(people[0].pending.request)
    request[2] ^= 1

    assert people[0].request_token(body=bytes(request)).status_code == 422
    assert people[0].request_token().status_code == 200


def test_a_value_not_below_the_modulus_is_refused_and_the_code_stays_good(people: list[Phone]) -> None:
    request = people[0].pending.request[:3] + b"\xff" * 256

    assert people[0].request_token(body=request).status_code == 422
    assert people[0].request_token().status_code == 200


def test_no_token_before_opening() -> None:
    world = World().print()
    early = phones(world, world.first, world.app().test_client())[0]

    assert problem_of(early.request_token()) == (403, "not-collecting")


def test_no_token_after_closing(open_world: World, people: list[Phone]) -> None:
    open_world.close()

    assert problem_of(people[0].request_token()) == (403, "not-collecting")


def test_a_body_over_the_limit_is_refused_before_it_is_read(people: list[Phone], client: FlaskClient) -> None:
    class Unreadable:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

    answer = client.post(
        f"/e/{people[0].evaluation_id}/token-request",
        environ_overrides={"wsgi.input": Unreadable(), "CONTENT_LENGTH": "100000000"},
        content_type="application/private-token-request",
    )

    assert problem_of(answer) == (413, "too-large")


def test_a_get_never_uses_a_code(people: list[Phone], client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {people[0].code}"}

    assert client.get(f"/e/{people[0].evaluation_id}/token-request", headers=headers).status_code == 405
    assert people[0].request_token().status_code == 200


def test_too_many_wrong_codes_are_slowed_down_and_right_ones_still_pass(people: list[Phone]) -> None:
    for _ in range(WRONG_CODES_PER_WINDOW):
        people[0].request_token(code="wrong")

    assert problem_of(people[0].request_token(code="wrong")) == (429, "too-many-wrong-codes")
    assert people[0].request_token().status_code == 200


def test_an_unknown_evaluation_is_not_found(people: list[Phone]) -> None:
    people[0].evaluation_id = "nowhere"

    assert problem_of(people[0].request_token()) == (404, "not-found")


def test_the_directory_names_the_key_and_the_address_of_token_requests(open_world: World, client: FlaskClient) -> None:
    path = f"/e/{open_world.first.id}"
    answer = client.get(f"{path}/.well-known/private-token-issuer-directory")

    assert answer.headers["Content-Type"] == "application/private-token-issuer-directory"
    assert json.loads(answer.data) == {
        "issuer-request-uri": f"{path}/token-request",
        "token-keys": [{"token-type": 2, "token-key": open_world.manifest(open_world.first).facts["token_key"]}],
    }
