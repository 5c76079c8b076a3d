"""The pages a phone loads: identical for everybody, strict headers, nothing that follows a person."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from flask.testing import FlaskClient

from survey.respondent.assets import ASSETS, script_digests
from survey.respondent.headers import HEADERS
from tests.world import SPEC, Phone, World


def all_paths(world: World) -> list[str]:
    return [
        "/",
        "/receipt",
        "/honest",
        f"/e/{world.first.id}",
        f"/e/{world.first.id}/manifest",
        f"/e/{world.first.id}/.well-known/private-token-issuer-directory",
        f"/e/{world.first.id}/receipts/{'00' * 32}",
        f"/e/{world.first.id}/audit.zip",
        "/assets/answer.js",
        "/assets/answer.css",
        "/assets/home.js",
        "/assets/receipt.js",
        "/assets/both.js",
        "/e/nowhere",
        "/assets/nothing.js",
    ]


def test_every_answer_carries_the_same_headers_and_no_cookie(
    open_world: World, people: list[Phone], client: FlaskClient
) -> None:
    token = people[0].draw_token()
    answers = [client.get(path) for path in all_paths(open_world)]
    answers += [people[0].request_token(), people[0].cast(token, people[0].seal(token, {})), people[0].cast(token, b"")]

    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "Set-Cookie" not in answer.headers
        assert not {"Date", "Last-Modified", "ETag", "Age"} & set(answer.headers.keys())


def test_two_people_get_byte_identical_pages_and_scripts(open_world: World, client: FlaskClient) -> None:
    other = open_world.app().test_client()
    for path in [*all_paths(open_world)[:5], *(f"/assets/{name}" for name in ASSETS)]:
        mine = client.get(path, headers={"User-Agent": "A", "Accept-Language": "en"})
        yours = other.get(path, headers={"User-Agent": "MicroMessenger", "Accept-Language": "zh-CN", "Cookie": "a=b"})
        assert mine.data == yours.data, path


def test_the_answer_page_is_the_same_for_every_evaluation(open_world: World, client: FlaskClient) -> None:
    first, second = (client.get(f"/e/{evaluation.id}").data for evaluation in open_world.round.evaluations)

    assert first == second


def test_the_page_pins_its_scripts_and_the_manifest_names_the_same_digest(
    client: FlaskClient, open_world: World
) -> None:
    page = client.get(f"/e/{open_world.first.id}").get_data(as_text=True)
    script = client.get("/assets/answer.js").data
    pinned = re.findall(r'<script[^>]*src="/assets/answer.js"[^>]*integrity="([^"]+)"', page)

    assert pinned == ["sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode()]
    assert script_digests() == {"/assets/answer.js": hashlib.sha256(script).hexdigest()}


def test_the_manifest_is_served_as_the_frozen_bytes(open_world: World, client: FlaskClient) -> None:
    answer = client.get(f"/e/{open_world.first.id}/manifest")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.data == open_world.manifest(open_world.first).raw


def test_an_evaluation_that_is_not_frozen_has_no_page() -> None:
    world = World().make_key()

    assert world.app().test_client().get(f"/e/{world.first.id}").status_code == 404


def test_the_home_page_lists_open_evaluations_only(open_world: World, client: FlaskClient) -> None:
    assert "第一巡察组" in client.get("/").get_data(as_text=True)
    open_world.close()
    assert "第一巡察组" not in client.get("/").get_data(as_text=True)


def test_receipts_can_be_checked_from_opening_on(open_world: World, client: FlaskClient) -> None:
    assert "第一巡察组" in client.get("/receipt").get_data(as_text=True)
    open_world.close()
    assert "第一巡察组" in client.get("/receipt").get_data(as_text=True)


def test_a_round_that_never_opened_has_no_receipts_to_check() -> None:
    page = World().print().app().test_client().get("/receipt").get_data(as_text=True)

    assert "第一巡察组" not in page
    assert "没有可以核对" in page


@pytest.mark.parametrize("path", ["/", "/receipt", "/honest"])
def test_every_sentence_of_a_page_stands_in_both_languages(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)

    assert page.count('data-says lang="zh-CN"') == page.count('data-says lang="en"') > 0


def test_the_leader_is_never_shown_to_respondents(open_world: World, client: FlaskClient) -> None:
    for path in all_paths(open_world):
        assert "组长甲".encode() not in client.get(path).data, path


def test_a_person_at_a_wrong_address_gets_a_page_in_both_languages(client: FlaskClient) -> None:
    answer = client.get("/e/nowhere", headers={"Accept": "text/html,*/*"})

    assert answer.status_code == 404
    assert answer.content_type == "text/html; charset=utf-8"
    assert "没有找到" in answer.get_data(as_text=True)
    assert 'lang="en"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/e/{id}", "/e/{id}/manifest", "/e/{id}/ballots", "/e/{id}/token-request"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_a_problem_document(
    open_world: World, client: FlaskClient, path: str, method: str
) -> None:
    answer = client.open(path.format(id=open_world.first.id), method=method)

    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Allow"]


def test_a_shared_tablet_gets_the_same_page_where_the_round_allows_one() -> None:
    world = World(spec={**SPEC, "kiosk": True}).open()
    client = world.app().test_client()

    assert world.manifest(world.first).facts["kiosk"] is True
    assert client.get(f"/e/{world.first.id}/kiosk").data == client.get(f"/e/{world.first.id}").data


def test_there_is_no_shared_tablet_where_the_round_does_not_say_so(open_world: World, client: FlaskClient) -> None:
    assert open_world.manifest(open_world.first).facts["kiosk"] is False
    assert client.get(f"/e/{open_world.first.id}/kiosk").status_code == 404
