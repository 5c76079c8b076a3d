"""The page for checking a receipt: typed or scanned, before and after closing, and a server that lies about it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from survey.crypto.merkle import root
from tests.browser.conftest import Witness
from tests.browser.phone import vote
from tests.browsing import LiveRound
from tests.world import phones

pytestmark = pytest.mark.browser


def cast_some(live: LiveRound, count: int) -> list[str]:
    """Ballots of other people; their receipts (hexadecimal)."""
    client = live.world.app().test_client()
    return [phone.answer({"D1-1": "A"}) for phone in phones(live.world, live.world.first, client)[-count:]]


def letters(receipt: str) -> str:
    return base64.b32encode(bytes.fromhex(receipt)).decode().rstrip("=")


def open_page(page: Page, live: LiveRound) -> None:
    page.goto(f"{live.url}/receipt")
    expect(page.locator("#check")).to_be_visible()


def check(page: Page, live: LiveRound, receipt: str) -> str:
    """Choose the team, type the receipt, press the button; the kind of verdict."""
    page.locator("#evaluation").select_option(live.world.first.id)
    page.locator("#receipt").fill(receipt)
    page.locator("#check").click()
    return verdict(page)


def verdict(page: Page) -> str:
    expect(page.locator("#result .verdict")).to_be_visible()
    return page.locator("#result").get_attribute("data-kind") or ""


def test_a_typed_receipt_is_found_while_open(phone: Page, live_round: LiveRound, witness: Witness) -> None:
    (receipt,) = cast_some(live_round, 1)
    open_page(phone, live_round)
    assert check(phone, live_round, letters(receipt).lower()) == "in-open-box"
    expect(phone.locator("#result")).to_contain_text("截止以后再来")
    assert check(phone, live_round, "77" * 32) == "not-found"
    assert witness.complaints == []
    assert phone.context.cookies() == []


def test_after_closing_the_phone_computes_the_proof_and_shows_the_root(
    phone: Page, live_round: LiveRound, witness: Witness
) -> None:
    receipts = cast_some(live_round, 7)
    live_round.close()
    open_page(phone, live_round)
    for receipt in receipts[:3]:
        assert check(phone, live_round, receipt) == "proved"
    shown = phone.locator(".groups").inner_text().replace(" ", "")
    assert shown == root(sorted(bytes.fromhex(receipt) for receipt in receipts)).hex()
    assert check(phone, live_round, "00" * 32) == "not-counted"
    expect(phone.locator("#result")).to_contain_text("共 7 份")
    assert witness.complaints == []


@pytest.mark.parametrize("field", ["inclusion_path", "root", "leaf_index", "tree_size"])
def test_a_proof_that_does_not_hold_is_not_taken_as_included(phone: Page, live_round: LiveRound, field: str) -> None:
    receipts = cast_some(live_round, 5)
    live_round.close()

    def bend(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        bent = {
            "inclusion_path": ["00" * 32, *answer["inclusion_path"][1:]],
            "root": "00" * 32,
            "leaf_index": answer["tree_size"],
            "tree_size": answer["tree_size"] * 8,
        }
        answer[field] = bent[field]
        route.fulfill(body=json.dumps(answer), content_type="application/json")

    phone.route("**/receipts/*", bend)
    open_page(phone, live_round)
    assert check(phone, live_round, receipts[0]) == "wrong-proof"
    expect(phone.locator("#result")).to_contain_text("监票人")


def test_a_scanned_receipt_is_checked_at_once_and_leaves_the_address(
    phone: Page, live_round: LiveRound, witness: Witness
) -> None:
    receipts = cast_some(live_round, 3)
    live_round.close()
    phone.goto(f"{live_round.url}/receipt#{live_round.world.first.id}.{letters(receipts[1])}")
    assert verdict(phone) == "proved"
    assert phone.url == f"{live_round.url}/receipt"
    assert phone.locator("#evaluation").input_value() == live_round.world.first.id
    asked = [request.url for request in witness.requests if letters(receipts[1]) in request.url]
    assert asked == []


def test_the_receipt_screen_leads_to_its_own_check(phone: Page, slip_urls: list[str]) -> None:
    vote(phone, slip_urls[0])
    with phone.context.expect_page() as opened:
        phone.get_by_role("link").click()
    assert verdict(opened.value) == "in-open-box"


def test_the_first_page_leads_here_in_the_language_chosen_there(phone: Page, live_round: LiveRound) -> None:
    phone.goto(live_round.url)
    phone.locator("#language").click()
    phone.locator('a[data-next="/receipt"]').click()
    expect(phone.locator("h1")).to_have_text("Check a receipt", use_inner_text=True)
    expect(phone).to_have_title("Check a receipt")


@pytest.mark.parametrize(
    ("choose", "typed", "complaint"), [(False, "", "evaluation"), (True, "ABC", "receipt"), (True, "", "receipt")]
)
def test_what_is_missing_is_said_before_anything_is_asked(
    phone: Page, live_round: LiveRound, witness: Witness, choose: bool, typed: str, complaint: str
) -> None:
    open_page(phone, live_round)
    if choose:
        phone.locator("#evaluation").select_option(live_round.world.first.id)
    phone.locator("#receipt").fill(typed)
    before = len(witness.requests)
    phone.locator("#check").click()
    expect(phone.locator(f'[data-complaint="{complaint}"]')).to_be_visible()
    assert len(witness.requests) == before


def test_a_dead_network_says_nothing_about_the_ballot(phone: Page, live_round: LiveRound) -> None:
    open_page(phone, live_round)
    phone.route("**/receipts/*", lambda route: route.abort("internetdisconnected"))
    assert check(phone, live_round, "00" * 32) == "unreachable"


def test_an_evaluation_of_another_site_is_said_to_be_elsewhere(phone: Page, live_round: LiveRound) -> None:
    phone.goto(f"{live_round.url}/receipt#nowhere234.{'A' * 52}")
    assert verdict(phone) == "elsewhere"
