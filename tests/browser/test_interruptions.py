"""What life does to a page: brought back from the cache, killed, opened twice, a wrong clock, a round that ends.

Each ends in one receipt or in one clear sentence.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Witness
from tests.browser.phone import (
    DRAFTS,
    PATIENCE,
    answer_one,
    answer_the_rest,
    choose,
    drafts,
    open_slip,
    receipt,
    send,
    start,
    trouble,
    where,
)
from tests.browsing import FLAGS, LiveRound, chromium_path

pytestmark = pytest.mark.browser


def in_box(live: LiveRound) -> int:
    return live.services.box.count(live.world.first.id)


# Back-forward cache

RESTORED = "window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


def test_a_page_brought_back_from_the_cache_knows_that_another_one_has_sent(
    phone_context: BrowserContext, live_round: LiveRound, slip_urls: list[str]
) -> None:
    old = phone_context.new_page()
    open_slip(old, slip_urls[0])
    start(old)
    answer_one(old, "D")
    new = phone_context.new_page()
    open_slip(new, slip_urls[0])
    start(new)
    answer_the_rest(new)
    digits = send(new)
    old.evaluate(RESTORED)
    assert receipt(old) == digits
    assert in_box(live_round) == 1


def test_going_away_and_back_goes_on_where_one_was(phone: Page, live_round: LiveRound, slip_urls: list[str]) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "B")
    phone.goto(f"{live_round.url}/honest")
    phone.go_back()
    expect(phone.locator("#next")).to_be_visible(timeout=PATIENCE)
    assert where(phone)[0] == 2
    answer_the_rest(phone)
    send(phone)
    assert in_box(live_round) == 1


# Killed in the background


def test_a_killed_program_finds_everything_again(
    browser: Browser, tmp_path: Path, live_round: LiveRound, slip_urls: list[str]
) -> None:
    def opened() -> BrowserContext:
        return browser.browser_type.launch_persistent_context(
            tmp_path / "phone",
            executable_path=chromium_path(),
            args=FLAGS,
            viewport={"width": 360, "height": 740},
        )

    first = opened()
    page = first.new_page()
    open_slip(page, slip_urls[0])
    start(page)
    answer_one(page, "B")
    choose(page, "C")
    page.wait_for_function(f"async () => (await ({DRAFTS})())[0].answers['D1-2'] === 'C'")
    first.close()

    second = opened()
    page = second.new_page()
    page.goto(slip_urls[0].split("#")[0])  # the program opens the address it remembers, without the fragment
    expect(page.locator("#start")).to_be_visible(timeout=PATIENCE)
    start(page)
    assert where(page)[0] == 3
    answer_the_rest(page)
    send(page)
    second.close()
    assert in_box(live_round) == 1


# Two pages of one phone


def test_two_pages_with_the_same_code_cast_one_ballot(
    phone_context: BrowserContext, live_round: LiveRound, slip_urls: list[str]
) -> None:
    pages = [phone_context.new_page() for _ in range(2)]
    for page in pages:
        open_slip(page, slip_urls[0])
    for page in pages:
        page.bring_to_front()
        start(page)
        answer_the_rest(page)
    receipts = set()
    for page in pages:
        page.bring_to_front()
        receipts.add(send(page))
    assert len(receipts) == 1
    assert in_box(live_round) == 1


def test_two_pages_pressing_at_the_same_moment_cast_one_ballot(
    phone_context: BrowserContext, live_round: LiveRound, slip_urls: list[str]
) -> None:
    pages = [phone_context.new_page() for _ in range(2)]
    for page in pages:
        open_slip(page, slip_urls[0])
    for page in pages:
        page.evaluate("document.getElementById('start').click()")
    for page in pages:
        expect(page.locator("#next")).to_be_visible(timeout=PATIENCE)
        answer_the_rest(page)
    for page in pages:
        page.evaluate("document.getElementById('send').click()")
    assert len({receipt(page) for page in pages}) == 1
    assert in_box(live_round) == 1


# The clock


@pytest.mark.parametrize("year", [1970, 2001, 2038, 2099])
def test_a_wrong_clock_costs_nobody_the_vote(
    phone: Page, live_round: LiveRound, slip_urls: list[str], witness: Witness, year: int
) -> None:
    phone.clock.set_fixed_time(f"{year}-01-01T00:00:00Z")
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_one(phone, "B")
    phone.reload()
    expect(phone.locator("#next")).to_be_visible(timeout=PATIENCE)
    assert where(phone)[0] == 2
    answer_the_rest(phone)
    send(phone)
    assert in_box(live_round) == 1
    assert witness.complaints == []


def test_a_clock_that_is_put_right_in_the_middle_costs_nobody_the_vote(
    phone: Page, live_round: LiveRound, slip_urls: list[str]
) -> None:
    phone.clock.set_fixed_time("2038-01-01T00:00:00Z")
    open_slip(phone, slip_urls[0])
    start(phone)
    phone.clock.set_fixed_time("2026-06-01T00:00:00Z")
    phone.reload()
    expect(phone.locator("#next, #start").first).to_be_visible(timeout=PATIENCE)
    if phone.locator("#start").count():
        start(phone)
    answer_the_rest(phone)
    send(phone)
    assert in_box(live_round) == 1


# The round


def test_a_round_closed_while_answering_says_so_and_counts_nothing(
    phone: Page, live_round: LiveRound, slip_urls: list[str]
) -> None:
    open_slip(phone, slip_urls[0])
    start(phone)
    answer_the_rest(phone)
    live_round.close()
    phone.locator("#send").click()
    assert trouble(phone) == "closed"
    expect(phone.locator(".trouble")).to_contain_text("截止")
    expect(phone.locator("h1")).to_have_text("还没投出")
    assert in_box(live_round) == 0
    phone.reload()
    phone.locator("#send").click()
    assert trouble(phone) == "closed"
    phone.locator("#clear").click()
    expect(phone.locator("h1")).to_have_text("已清除")
    assert drafts(phone) == []


def test_a_round_closed_before_the_token_leaves_the_code_alone(
    phone: Page, live_round: LiveRound, slip_urls: list[str]
) -> None:
    open_slip(phone, slip_urls[0])
    live_round.close()
    phone.locator("#start").click()
    assert trouble(phone) == "not-collecting"


# Trusted Types


def test_text_cannot_become_markup_on_any_page(phone: Page, live_round: LiveRound, slip_urls: list[str]) -> None:
    pages = [slip_urls[0], live_round.url, f"{live_round.url}/receipt", f"{live_round.url}/honest"]
    for address in pages:
        phone.goto(address)
        for sink in (
            "document.body.innerHTML = '<b>x</b>'",
            "document.createElement('script').src = 'x'",
            "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
            "trustedTypes.createPolicy('any', {createHTML: text => text})",
        ):
            refused = phone.evaluate(
                f"() => {{ try {{ {sink}; return false }} catch (error) {{ return error instanceof TypeError }} }}"
            )
            assert refused, (address, sink)
