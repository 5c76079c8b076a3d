"""The answer page in a real browser against the real server: the journey, and everything that interrupts it."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import Witness
from tests.browser.phone import (
    DRAFTS,
    SKIP,
    answer_all,
    answer_one,
    answer_the_rest,
    choose,
    drafts,
    open_slip,
    receipt,
    send,
    start,
    trouble,
    vote,
    where,
)

pytestmark = pytest.mark.browser

WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; V2307A Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560 Language/zh_CN"
)


def is_included(slip: str, digits: str) -> bool:
    with urllib.request.urlopen(f"{slip.split('#')[0]}/receipts/{digits}") as response:  # noqa: S310 - loopback
        return bool(json.load(response)["included"])


# The journey


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_a_whole_journey_ends_with_a_receipt_that_the_box_knows(
    phone: Page, slip_urls: list[str], witness: Witness, english: bool
) -> None:
    digits = vote(phone, slip_urls[0], english=english, remark="材料少要一些。" if not english else "Fewer tables.")
    assert is_included(slip_urls[0], digits)
    assert witness.complaints == []
    assert phone.context.cookies() == []
    assert {request.url.split("/e/")[0].split("/assets/")[0] for request in witness.requests} <= {
        slip_urls[0].split("/e/")[0],
        *(request.url for request in witness.requests if request.url.startswith("data:image/png")),
    }


def test_the_code_leaves_the_address_and_never_travels_in_one(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    assert phone.url == slip_urls[0].split("#")[0]
    code = slip_urls[0].split("c=")[1].split("&")[0]
    assert not [request.url for request in witness.requests if code in request.url]


def test_two_phones_of_two_people_ask_in_the_same_words(browser: Browser, slip_urls: list[str]) -> None:
    heard = []
    for slip, locale in ((slip_urls[0], "zh-CN"), (slip_urls[1], "en-GB")):
        context = browser.new_context(locale=locale)
        page = context.new_page()
        asked = Witness(page)
        open_slip(page, slip, english=locale == "en-GB")
        start(page)
        heard.append(
            [
                (request.method, request.url, {**request.all_headers(), "authorization": ""})
                for request in asked.requests
                if request.resource_type == "fetch"
            ]
        )
        context.close()
    assert len(heard[0]) == 2
    for first, second in zip(*heard, strict=True):
        assert first == second


def test_two_visits_get_identical_bytes(phone: Page, slip_urls: list[str]) -> None:
    base = slip_urls[0].split("#")[0]
    bodies = []
    for language in ("zh-CN", "en"):
        request = urllib.request.Request(base, headers={"Accept-Language": language})  # noqa: S310 - loopback
        with urllib.request.urlopen(request) as response:  # noqa: S310 - loopback
            bodies.append((response.read(), sorted(response.headers.items())))
    dates = [{name: value for name, value in headers if name != "Date"} for _, headers in bodies]
    assert bodies[0][0] == bodies[1][0]
    assert dates[0] == dates[1]


def test_the_page_weighs_at_most_45_kilobytes_in_four_requests(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    asked = [request for request in witness.requests if not request.url.startswith("data:")]
    assert len(asked) <= 4
    sizes = [request.sizes() for request in asked]
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 45_000


def test_the_language_changes_in_place_and_keeps_the_answer(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    choose(phone, "B")
    before = len(witness.requests)
    phone.locator("#language").click()
    expect(phone.locator("#where")).to_have_text("Question 1 of 35")
    assert phone.locator(".option input:checked").input_value() == "B"
    assert len(witness.requests) == before


def test_what_was_answered_is_what_is_reviewed_and_sealed(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "C")
    answer_one(phone, SKIP)
    answer_one(phone, "X")
    answer_the_rest(phone)
    content = json.loads(phone.locator("pre").text_content() or "")
    assert content["answers"]["D1-1"] == "C"
    assert "D1-2" not in content["answers"]
    assert content["answers"]["D1-3"] == "X"
    assert content["texts"] == {}


def test_an_answer_is_changed_from_the_review_and_the_review_comes_back(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    phone.locator(".answers .link").first.click()
    choose(phone, "D")
    phone.locator("#next").click()
    expect(phone.locator(".answered").first).to_have_text("差")


def test_a_question_without_a_choice_asks_once_more(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    phone.locator("#next").click()
    expect(phone.locator(".complaint")).to_contain_text("先不答")
    assert where(phone)[0] == 1


def test_a_remark_with_a_telephone_number_is_met_with_a_warning(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone, until="remark")
    phone.locator("#remark").fill("请打 138 1234 5678")
    expect(phone.locator(".caution")).to_contain_text("号码")
    phone.locator("#remark").fill("请少要材料")
    expect(phone.locator(".caution")).to_be_empty()
    expect(phone.locator("#left")).to_have_text("还可以写 295 个字")


def test_a_remark_beyond_the_limit_does_not_go_on(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone, until="remark")
    phone.locator("#remark").fill("𠮷" * 301)
    phone.locator("#next").click()
    expect(phone.locator(".complaint")).to_contain_text("超出 1 个字")


def test_a_remark_made_too_long_from_the_review_cannot_make_the_ballot_void(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    phone.locator(".answers .link").last.click()
    phone.locator("#remark").fill("字" * 302)
    phone.locator("#back").click()
    expect(phone.locator(".answers .complaint")).to_contain_text("超出 2 个字")
    phone.locator("#send").click()
    phone.locator("#remark").fill("字" * 300)
    assert not witness.sent("/ballots")
    phone.locator("#next").click()
    assert is_included(slip_urls[0], send(phone))


# Interruptions


def test_a_reload_in_the_middle_goes_on_where_one_was(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    for _ in range(4):
        answer_one(phone, "B")
    choose(phone, "C")
    phone.wait_for_function(f"async () => (await ({DRAFTS})())[0].answers['D2-1'] === 'C'")
    phone.reload()
    expect(phone.locator("#next")).to_be_visible()
    assert where(phone)[0] == 5
    assert phone.locator(".option input:checked").input_value() == "C"
    answer_the_rest(phone)
    assert is_included(slip_urls[0], send(phone))


def test_the_same_slip_scanned_again_finds_the_draft(phone_context: BrowserContext, slip_urls: list[str]) -> None:
    page = phone_context.new_page()
    open_slip(page, slip_urls[0])
    start(page)
    answer_one(page, "B")
    page.close()
    again = phone_context.new_page()
    open_slip(again, slip_urls[0])
    start(again)
    assert where(again)[0] == 2


def test_another_slip_on_the_same_phone_sees_nothing_of_the_first(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "D")
    phone.goto(slip_urls[1])  # the same document, another fragment
    expect(phone.locator("#start")).to_be_visible()
    start(phone)
    assert where(phone)[0] == 1
    answer_the_rest(phone)
    second = send(phone)
    assert is_included(slip_urls[1], second)
    phone.goto(slip_urls[0])
    expect(phone.locator("#start")).to_be_visible()
    start(phone)
    assert where(phone)[0] == 2


def test_the_back_key_of_the_phone_goes_to_the_question_before(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "A")
    answer_one(phone, "B")
    phone.go_back()
    expect(phone.locator("#where")).to_contain_text("2")
    assert phone.locator(".option input:checked").input_value() == "B"
    phone.locator("#back").click()
    expect(phone.locator("#where")).to_contain_text("第 1 题")


def test_a_cut_at_the_token_request_and_a_reload_send_the_same_bytes_again(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    phone.clock.install()  # the pauses between tries pass at once
    cut(phone, "**/token-request")
    phone.locator("#start").click()
    pass_the_pauses(phone, witness, "/token-request")
    assert trouble(phone) == "network"
    phone.unroute("**/token-request")
    phone.reload()
    expect(phone.locator("#next")).to_be_visible()
    asked = witness.sent("/token-request")
    assert len(asked) == 5
    assert len({request.post_data_buffer for request in asked}) == 1
    answer_the_rest(phone)
    assert is_included(slip_urls[0], send(phone))


def test_a_lost_answer_to_the_token_request_costs_nobody_the_vote(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    open_slip(phone, slip_urls[0])
    lose_the_first_answer(phone, "**/token-request")
    start(phone)
    assert len(witness.sent("/token-request")) == 2
    answer_the_rest(phone)
    assert is_included(slip_urls[0], send(phone))


def test_a_lost_answer_to_the_ballot_gives_one_receipt(phone: Page, slip_urls: list[str], witness: Witness) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    lose_the_first_answer(phone, "**/ballots")
    digits = send(phone)
    asked = witness.sent("/ballots")
    assert len(asked) == 2
    assert asked[0].post_data_buffer == asked[1].post_data_buffer
    assert asked[0].headers["authorization"] == asked[1].headers["authorization"]
    assert is_included(slip_urls[0], digits)


def test_a_cut_at_the_ballot_keeps_it_sealed_over_a_reload(phone: Page, slip_urls: list[str], witness: Witness) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone, remark="要点")
    phone.clock.install()
    cut(phone, "**/ballots")
    phone.locator("#send").click()
    pass_the_pauses(phone, witness, "/ballots")
    assert trouble(phone) == "network"
    (kept,) = drafts(phone)
    assert (kept["answers"], kept["texts"]) == ({}, {})
    phone.unroute("**/ballots")
    phone.reload()
    digits = send(phone)
    assert len({request.post_data_buffer for request in witness.sent("/ballots")}) == 1
    assert is_included(slip_urls[0], digits)


def test_a_double_tap_on_send_casts_once(phone: Page, slip_urls: list[str], witness: Witness) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    phone.evaluate("() => { const send = document.getElementById('send'); send.click(); send.click() }")
    receipt(phone)
    assert len(witness.sent("/ballots")) == 1


def test_nothing_but_the_receipt_stays_and_clearing_leaves_nothing(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone, remark="要点")
    digits = send(phone)
    (kept,) = drafts(phone)
    assert {name: value for name, value in kept.items() if value not in (None, {})}.keys() == {
        "id",
        "evaluation",
        "fingerprint",
        "touched",
        "receipt",
    }
    phone.reload()
    assert receipt(phone) == digits
    phone.locator("#clear").click()
    expect(phone.get_by_role("link")).to_be_visible()
    assert drafts(phone) == []


def test_clearing_the_answers_keeps_the_right_to_answer(phone: Page, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "D")
    phone.locator(".kept button").click()
    phone.locator("#clear").click()
    expect(phone.locator("#start")).to_be_visible()
    assert drafts(phone)[0]["answers"] == {}
    start(phone)
    assert where(phone)[0] == 1
    assert phone.locator(".option input:checked").count() == 0


def test_answers_older_than_a_day_are_gone_and_the_vote_is_not(phone: Page, slip_urls: list[str]) -> None:
    phone.clock.install(time=1_800_000_000)
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "D")
    phone.clock.set_fixed_time(1_800_000_000 + 24 * 3600 + 60)
    phone.reload()
    expect(phone.locator("#next, #start").first).to_be_visible()
    assert drafts(phone)[0]["answers"] == {}
    assert drafts(phone)[0]["token"]


# Refusals


def test_a_wrong_fingerprint_stops_before_anything_is_sent(phone: Page, slip_urls: list[str], witness: Witness) -> None:
    code, _, mark = slip_urls[0].partition("&m=")
    phone.goto(f"{code}&m={'A' if mark[0] != 'A' else 'B'}{mark[1:]}")
    assert trouble(phone) == "wrong-fingerprint"
    assert phone.get_by_role("button").filter(visible=True).count() == 2  # language and size; no way on
    assert not [request for request in witness.requests if request.method == "POST"]
    phone.reload()
    assert trouble(phone) == "wrong-fingerprint"


def test_without_a_fingerprint_the_person_is_asked_to_compare(phone: Page, slip_urls: list[str]) -> None:
    code, _, mark = slip_urls[0].partition("&m=")
    phone.goto(code)
    expect(phone.locator(".mark")).to_contain_text(" ".join(mark[at : at + 4] for at in range(0, 22, 4)))
    start(phone)


def test_a_script_that_the_manifest_does_not_name_stops(phone: Page, slip_urls: list[str]) -> None:
    def other_script(route: Route) -> None:
        response = route.fetch()
        facts = response.json()
        facts["scripts"] = {"/assets/answer.js": "00" * 32}
        route.fulfill(response=response, body=json.dumps(facts), headers={"Content-Type": "application/json"})

    phone.route("**/manifest", other_script)
    phone.goto(slip_urls[0].partition("&m=")[0])
    assert trouble(phone) == "wrong-script"


def test_a_code_used_on_another_phone_says_so(browser: Browser, phone: Page, slip_urls: list[str]) -> None:
    other = browser.new_context()
    open_slip(page := other.new_page(), slip_urls[0])
    start(page)
    other.close()
    open_slip(phone, slip_urls[0])
    phone.locator("#start").click()
    assert trouble(phone) == "code-already-used"


def test_a_server_that_signs_something_else_is_found_out(phone: Page, slip_urls: list[str]) -> None:
    phone.route(
        "**/token-request",
        lambda route: route.fulfill(body=bytes([1]) * 256, content_type="application/private-token-response"),
    )
    open_slip(phone, slip_urls[0])
    phone.locator("#start").click()
    assert trouble(phone) == "wrong-signature"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "unknown-code"),
        (403, "not-collecting"),
        (409, "code-already-used"),
        (429, "too-many-wrong-codes"),
        (422, "wrong-length"),
    ],
)
def test_each_refusal_of_the_token_has_its_own_sentence(
    phone: Page, slip_urls: list[str], status: int, kind: str
) -> None:
    problem = json.dumps({"type": f"urn:survey:problem:{kind}", "title": "", "status": status})
    phone.route(
        "**/token-request",
        lambda route: route.fulfill(status=status, body=problem, content_type="application/problem+json"),
    )
    open_slip(phone, slip_urls[0])
    phone.locator("#start").click()
    assert trouble(phone) == kind


def test_a_token_that_has_cast_another_ballot_ends_here_and_can_be_cleared(phone: Page, slip_urls: list[str]) -> None:
    problem = json.dumps({"type": "urn:survey:problem:token-already-spent", "title": "", "status": 409})
    phone.route(
        "**/ballots",
        lambda route: route.fulfill(status=409, body=problem, content_type="application/problem+json"),
    )
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    phone.locator("#send").click()
    assert trouble(phone) == "token-already-spent"
    phone.locator("#clear").click()
    expect(phone.locator("h1")).to_have_text("已清除")
    assert drafts(phone) == []


def test_a_box_that_cannot_store_is_tried_again_until_it_can(
    phone: Page, slip_urls: list[str], witness: Witness
) -> None:
    problem = json.dumps({"type": "urn:survey:problem:store-unavailable", "title": "", "status": 503})
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    phone.route(
        "**/ballots",
        lambda route: route.fulfill(status=503, body=problem, content_type="application/problem+json"),
        times=1,
    )
    assert is_included(slip_urls[0], send(phone))
    assert len(witness.sent("/ballots")) == 2


def test_the_page_of_a_captive_portal_is_no_answer(phone: Page, slip_urls: list[str]) -> None:
    phone.clock.install()
    phone.route("**/manifest", lambda route: route.fulfill(body="<h1>Wi-Fi</h1>", content_type="text/html"))
    phone.goto(slip_urls[0])
    for _ in range(40):
        phone.clock.run_for(1000)
        if phone.locator(".say").count():
            break
    assert trouble(phone) == "network"


# Phones of all kinds


def test_a_browser_of_a_chat_program_without_storage_is_warned_and_can_vote(
    browser: Browser, slip_urls: list[str]
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, user_agent=WECHAT)
    context.add_init_script("Object.defineProperty(window, 'indexedDB', {get() { throw new Error('refused') }})")
    page = context.new_page()
    said = Witness(page)
    open_slip(page, slip_urls[0])
    expect(page.locator("#memory")).to_contain_text("一次答完")
    start(page)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.reload())")
    assert asked == ["beforeunload"]  # a reload would lose the vote
    answer_all(page)
    assert is_included(slip_urls[0], send(page))
    page.locator("#picture").click()
    expect(page.locator(".shelf img")).to_be_visible()
    assert said.complaints == []
    page.reload()
    assert asked == ["beforeunload"]
    context.close()


def test_without_scripts_the_page_names_another_way(browser: Browser, slip_urls: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(slip_urls[0])
    expect(page.locator("#page")).to_contain_text("纸质票")
    expect(page.locator("#page")).to_contain_text("paper ballot")
    context.close()


@pytest.mark.parametrize("script", ["let x = 1n ?? #broken", ""], ids=["cannot be parsed", "does nothing"])
def test_a_browser_that_cannot_even_read_the_script_has_the_words_that_stand_in_the_page(
    phone: Page, slip_urls: list[str], script: str
) -> None:
    phone.route("**/answer.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    phone.goto(slip_urls[0])
    for word in ("太旧", "平板", "纸质票", "没有用掉", "too old", "paper ballot"):
        expect(phone.locator("#page")).to_contain_text(word)


@pytest.mark.parametrize("missing", ["crypto.subtle", "TextEncoder", "AbortController"])
def test_a_browser_that_lacks_what_sealing_needs_is_told_so(
    phone_context: BrowserContext, slip_urls: list[str], missing: str
) -> None:
    owner, _, name = missing.rpartition(".")
    phone_context.add_init_script(
        f"Object.defineProperty({owner or 'window'}, '{name}', {{value: undefined, configurable: true}})"
    )
    page = phone_context.new_page()
    page.goto(slip_urls[0])
    expect(page.locator("#page")).to_contain_text("这个浏览器太旧")
    expect(page.locator("#page")).to_contain_text("too old")


def test_a_browser_without_big_numbers_is_told_what_to_do(phone_context: BrowserContext, slip_urls: list[str]) -> None:
    phone_context.add_init_script("delete window.BigInt")
    page = phone_context.new_page()
    page.goto(slip_urls[0])
    expect(page.locator("#page")).to_contain_text("这个浏览器太旧")
    expect(page.locator("#page")).to_contain_text("too old")


# Typing the code


def test_a_typed_code_is_forgiven_case_spaces_and_dashes(phone: Page, slip_urls: list[str]) -> None:
    base, _, code = slip_urls[0].partition("#c=")
    phone.goto(base.split("/e/")[0] + "/")
    phone.locator(f'.option:has(input[value="{base.split("/e/")[1]}"])').click()
    phone.locator("#code").fill(" ".join(code.split("&")[0].lower().split("-")))
    phone.locator("#go").click()
    expect(phone.locator(".mark")).to_be_visible()
    start(phone)
    answer_the_rest(phone)
    assert is_included(slip_urls[0], send(phone))


def test_a_mistyped_code_is_caught_on_the_phone(phone: Page, slip_urls: list[str], witness: Witness) -> None:
    base, _, code = slip_urls[0].partition("#c=")
    phone.goto(base.split("/e/")[0] + "/")
    phone.locator(".option").first.click()
    swapped = code[1] + code[0] + code[2:14] if code[0] != code[1] else code[:13]
    phone.locator("#code").fill(swapped)
    before = len(witness.requests)
    phone.locator("#go").click()
    expect(phone.locator('[data-complaint="code"]')).to_be_visible()
    assert len(witness.requests) == before


def test_the_language_of_the_first_page_goes_along_in_the_fragment(phone: Page, slip_urls: list[str]) -> None:
    base, _, code = slip_urls[0].partition("#c=")
    phone.goto(base.split("/e/")[0] + "/")
    phone.locator("#language").click()
    phone.locator(f'.option:has(input[value="{base.split("/e/")[1]}"])').click()
    phone.locator("#code").fill(code.split("&")[0])
    phone.locator("#go").click()
    expect(phone.locator("#start")).to_be_visible()
    expect(phone.locator("html")).to_have_attribute("lang", "en")


def test_language_and_size_go_along_from_a_screen_that_stops(phone: Page, slip_urls: list[str]) -> None:
    phone.goto(slip_urls[0].partition("#")[0])
    assert trouble(phone) == "no-code"
    way = phone.locator("a.main")
    assert way.evaluate("node => getComputedStyle(node).backgroundColor") != "rgba(0, 0, 0, 0)"  # filled: the way on
    phone.locator("#language").click()
    phone.locator("#size").click()
    way.click()
    expect(phone.locator("#code")).to_be_visible()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("html.elder")).to_be_attached()


# Helpers


def cut(page: Page, pattern: str) -> None:
    page.route(pattern, lambda route: route.abort("internetdisconnected"))


def lose_the_first_answer(page: Page, pattern: str) -> None:
    """The server gets the request; its answer never arrives."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(pattern, lose, times=1)


def pass_the_pauses(page: Page, witness: Witness, ending: str) -> None:
    """Let the page's own pauses go by until it has tried four times and says what is wrong."""
    for _ in range(60):
        if page.locator(".say").count():
            break
        page.clock.run_for(500)
    assert len(witness.sent(ending)) == 4
