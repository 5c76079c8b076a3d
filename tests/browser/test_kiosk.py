"""A shared tablet: one person after another, and nothing of the one for the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Witness
from tests.browser.phone import PATIENCE, answer_one, answer_the_rest, receipt, send, trouble, where
from tests.browsing import LiveRound

pytestmark = pytest.mark.browser

KEPT = """async () => [
  (await indexedDB.databases()).length, localStorage.length, sessionStorage.length, document.cookie,
  (await caches.keys()).length, JSON.stringify(history.state) ]"""


@pytest.fixture
def kiosk_round(tmp_path: Path) -> Iterator[LiveRound]:
    live = LiveRound(tmp_path / "instance", kiosk=True)
    yield live
    live.stop()


@pytest.fixture
def codes(kiosk_round: LiveRound) -> list[str]:
    return [str(slip.code) for slip in kiosk_round.world.slips_of(kiosk_round.world.first)]


@pytest.fixture
def tablet(phone: Page, kiosk_round: LiveRound) -> Page:
    phone.goto(f"{kiosk_round.url}/e/{kiosk_round.world.first.id}/kiosk")
    expect(phone.locator("#code")).to_be_visible(timeout=PATIENCE)
    return phone


def begin(tablet: Page, code: str) -> None:
    tablet.locator("#code").fill(code.lower())
    tablet.locator("#start").click()


def start(tablet: Page, code: str) -> None:
    begin(tablet, code)
    expect(tablet.locator("#next")).to_be_visible(timeout=PATIENCE)


def is_wiped(tablet: Page) -> None:
    """The start screen stands there as for the first person, and nothing is kept anywhere."""
    expect(tablet.locator("#code")).to_be_visible()
    assert tablet.locator("#code").input_value() == ""
    databases, local, session, cookie, cached, state = tablet.evaluate(KEPT)
    assert (databases, local, session, cookie, cached) == (0, 0, 0, "", 0)
    assert "draft" not in state
    assert "screen" not in state


def test_two_people_one_after_the_other(tablet: Page, codes: list[str], kiosk_round: LiveRound) -> None:
    receipts = []
    for code in codes[:2]:
        start(tablet, code)
        assert where(tablet)[0] == 1
        assert tablet.locator(".option input:checked").count() == 0
        answer_the_rest(tablet, remark="要点")
        receipts.append(send(tablet))
        tablet.locator("#clear").click()
        is_wiped(tablet)
    box = kiosk_round.services.box
    assert all(box.find_receipt(kiosk_round.world.first.id, bytes.fromhex(digits)) for digits in receipts)
    assert len(set(receipts)) == 2


def test_the_whole_turn_writes_nothing_to_the_tablet(tablet: Page, codes: list[str], witness: Witness) -> None:
    start(tablet, codes[0])
    answer_one(tablet, "B")
    assert tablet.evaluate(KEPT)[:5] == [0, 0, 0, "", 0]
    answer_the_rest(tablet)
    send(tablet)
    assert tablet.evaluate(KEPT)[:5] == [0, 0, 0, "", 0]
    assert tablet.get_by_role("link").count() == 0  # nothing leads away from here
    assert witness.complaints == []


def test_after_two_minutes_without_a_touch_it_is_wiped_and_the_vote_is_not_lost(
    tablet: Page, codes: list[str], witness: Witness
) -> None:
    tablet.clock.install()
    start(tablet, codes[0])
    answer_one(tablet, "D")
    tablet.locator("#language").click()
    tablet.clock.run_for(91_000)
    expect(tablet.locator("#idle")).to_contain_text("about to be cleared")
    tablet.clock.run_for(30_000)
    is_wiped(tablet)
    expect(tablet.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(tablet.locator("#idle")).to_be_empty()
    start(tablet, codes[0])
    assert where(tablet)[0] == 1
    assert tablet.locator(".option input:checked").count() == 0
    assert len(witness.sent("/token-request")) == 1
    answer_the_rest(tablet)
    send(tablet)


def test_any_touch_stops_the_countdown(tablet: Page, codes: list[str]) -> None:
    tablet.clock.install()
    start(tablet, codes[0])
    answer_one(tablet, "D")
    tablet.clock.run_for(100_000)
    tablet.locator("#stay").click()
    expect(tablet.locator("#idle")).to_be_empty()
    tablet.clock.run_for(60_000)
    assert where(tablet)[0] == 2


def test_a_receipt_that_nobody_takes_away_is_wiped_too(tablet: Page, codes: list[str]) -> None:
    tablet.clock.install()
    start(tablet, codes[0])
    answer_the_rest(tablet)
    send(tablet)
    tablet.clock.run_for(121_000)
    is_wiped(tablet)
    assert tablet.locator("#receipt").count() == 0


def test_a_code_typed_and_left_is_wiped(tablet: Page, codes: list[str]) -> None:
    tablet.clock.install()
    tablet.reload()
    tablet.locator("#code").fill(codes[0])
    tablet.clock.run_for(122_000)
    is_wiped(tablet)


def test_the_back_key_shows_nothing_of_the_person_before(tablet: Page, codes: list[str]) -> None:
    start(tablet, codes[0])
    answer_one(tablet, "D")
    answer_the_rest(tablet)
    send(tablet)
    tablet.locator("#clear").click()
    for _ in range(3):
        tablet.evaluate("history.back()")
        expect(tablet.locator("#code")).to_be_visible()
    start(tablet, codes[1])
    tablet.evaluate("history.forward()")
    assert tablet.locator(".option input:checked").count() == 0


def test_a_sealed_ballot_that_could_not_be_sent_waits_under_its_code(tablet: Page, codes: list[str]) -> None:
    tablet.clock.install()
    start(tablet, codes[0])
    answer_the_rest(tablet)
    tablet.route("**/ballots", lambda route: route.abort("internetdisconnected"))
    tablet.locator("#send").click()
    for _ in range(60):
        if tablet.locator(".say").count():
            break
        tablet.clock.run_for(500)
    assert trouble(tablet) == "network"
    tablet.locator("#over").click()
    is_wiped(tablet)
    tablet.unroute("**/ballots")
    begin(tablet, codes[0])
    tablet.locator("#send").click()
    receipt(tablet)


def test_wrong_and_used_codes_lead_back_to_the_start(tablet: Page, codes: list[str]) -> None:
    begin(tablet, "XXXX-XXXX-XXXX")
    expect(tablet.locator(".complaint")).to_contain_text("答题码有误")
    start(tablet, codes[0])
    answer_the_rest(tablet)
    send(tablet)
    tablet.locator("#clear").click()
    begin(tablet, codes[0])
    assert trouble(tablet) == "code-already-used"
    tablet.locator("#over").click()
    is_wiped(tablet)


def test_a_tablet_reloaded_in_the_middle_says_what_to_do(tablet: Page, codes: list[str]) -> None:
    start(tablet, codes[0])
    answer_one(tablet, "D")
    tablet.reload()
    expect(tablet.locator("#code")).to_be_visible()
    begin(tablet, codes[0])
    assert trouble(tablet) == "code-already-used"
    expect(tablet.locator(".trouble")).to_contain_text("换一张纸条")


def test_facts_without_a_tablet_stop_the_tablet(phone: Page, kiosk_round: LiveRound) -> None:
    def without(route: Route) -> None:
        facts = route.fetch().json()
        route.fulfill(json={**facts, "kiosk": False})

    phone.route("**/manifest", without)
    phone.goto(f"{kiosk_round.url}/e/{kiosk_round.world.first.id}/kiosk")
    assert trouble(phone) == "not-found"


def test_sentences_speak_of_the_tablet(tablet: Page, codes: list[str]) -> None:
    start(tablet, codes[0])
    expect(tablet.locator(".kept")).to_contain_text("这台平板")
    tablet.locator("#language").click()
    expect(tablet.locator(".kept")).to_contain_text("this tablet")
