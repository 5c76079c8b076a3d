"""What the page says it did is what a witness on the network saw, byte by byte; and it stops where a check fails."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Witness
from tests.browser.phone import answer_the_rest, open_slip, send, start, trouble

pytestmark = pytest.mark.browser

OURS = ("accept", "accept-language", "authorization", "content-type")


def said(page: Page) -> list[list[str | int]]:
    """Each line of the panel: method and path, then the numbers in it."""
    page.locator(".deeds summary").click()
    lines = page.locator(".deeds ol li").all_inner_texts()
    return [
        [where, *map(int, re.findall(r"\d+", numbers))] for where, numbers in (line.split("\n", 1) for line in lines)
    ]


def seen(request: Request) -> list[str | int]:
    where = f"{request.method} {urlsplit(request.url).path}"
    response = request.response()
    assert response is not None
    received = len(response.body())
    if request.resource_type != "fetch":
        return [where, received]
    written = sum(len(f"{name}: {value}\r\n") for name, value in request.headers.items() if name in OURS)
    return [where, len(request.post_data_buffer or b""), written, received]


def asked(witness: Witness) -> list[Request]:
    return [request for request in witness.requests if not request.url.startswith("data:")]


def test_the_panel_lists_every_request_with_its_exact_bytes(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    assert sorted(said(phone)) == sorted(map(seen, asked(witness)))
    start(phone)
    answer_the_rest(phone)
    shown = said(phone)
    assert sorted(shown) == sorted(map(seen, asked(witness)))
    assert [line[1] for line in shown if str(line[0]).endswith("/token-request")] == [259]


def test_what_is_announced_before_sending_is_what_is_sent(phone: Page, slip_urls: list[str], witness: Witness) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    phone.locator("summary").first.click()
    announced = phone.locator(".intention").inner_text()
    length, token, characters = map(int, re.findall(r"\d+", announced.split("POST")[0]))
    before = len(witness.requests)
    send(phone)
    (request,) = [request for request in witness.requests[before:] if request.resource_type == "fetch"]
    assert f"{request.method} {urlsplit(request.url).path}" in announced
    assert len(request.post_data_buffer or b"") == length
    assert token == 354
    assert len(request.headers["authorization"]) == characters


def test_a_lost_answer_is_listed_as_lost(phone: Page, slip_urls: list[str]) -> None:
    phone.route("**/manifest", lambda route: route.abort("connectionreset"), times=1)
    open_slip(phone, slip_urls[0])
    phone.locator(".deeds summary").click()
    expect(phone.locator(".deeds")).to_contain_text("没有收到回答")


def test_the_checks_name_the_check_mark_and_the_script(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    phone.locator(".deeds summary").click()
    mark = slip_urls[0].partition("&m=")[2]
    expect(phone.locator(".deeds ul li").first).to_contain_text(" ".join(re.findall(".{1,4}", mark)))
    expect(phone.locator(".deeds ul")).to_contain_text("没有向别的网站发过请求")


@pytest.mark.parametrize(
    "bent",
    [
        {"token_key": "AAAA"},
        {"opening_key": {"public_key": "BA" + "A" * 86}},
        {"opening_key": {"kem": "another"}},
        {"schema": "survey-manifest/2"},
        {"evaluation": "another"},
    ],
    ids=lambda bent: "-".join(bent),
)
def test_facts_of_another_form_stop_the_page_before_the_code_is_sent(
    phone: Page, slip_urls: list[str], witness: Witness, bent: dict[str, object]
) -> None:
    def other(route: Route) -> None:
        facts = route.fetch().json()
        for name, value in bent.items():
            facts[name] = {**facts[name], **value} if isinstance(value, dict) else value
        route.fulfill(body=json.dumps(facts), content_type="application/json")

    phone.route("**/manifest", other)
    phone.goto(slip_urls[0].partition("&m=")[0])
    assert trouble(phone) == "wrong-manifest"
    expect(phone.locator(".trouble")).to_contain_text("监票人")
    assert [request for request in witness.requests if request.method == "POST"] == []
