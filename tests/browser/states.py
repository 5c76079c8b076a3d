"""Every state of every page that a person can meet, one after another: for the accessibility checker and for pictures.

walk() calls look(page, name) in each state. Names are safe as file names.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.phone import PATIENCE, answer_the_rest, open_slip, receipt, start, trouble
from tests.browsing import LiveRound
from tests.world import phones

Look = Callable[[Page, str], None]


@contextmanager
def device(browser: Browser, **options: Any) -> Iterator[Page]:
    """A fresh phone with storage of its own; no script may fail on it."""
    context = browser.new_context(**{"viewport": {"width": 360, "height": 740}, **options})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def in_english(page: Page, english: bool) -> None:
    if english:
        page.locator("#language").click()


def walk(browser: Browser, live: LiveRound, look: Look, *, english: bool = False, **options: Any) -> None:
    """All states. Uses the slips of the first team of a round with `kiosk`, and closes it at the end."""
    slips = live.slip_urls()
    with device(browser, **options) as page:
        walk_journey(page, live, slips[0], look, english)
    with device(browser, **options) as page:
        walk_troubles(page, slips, look, english)
    with device(browser, **options) as page:
        walk_kiosk(page, slips[3], look, english)
    with device(browser, **options) as page:
        walk_receipts(page, live, look, english)


def walk_journey(page: Page, live: LiveRound, slip: str, look: Look, english: bool) -> None:
    """From the first page to the cleared phone."""
    page.goto(live.url)
    in_english(page, english)
    look(page, "home")
    page.locator("#code").fill("x")
    page.locator("#go").click()
    look(page, "home-complaining")
    page.goto(f"{live.url}/honest")
    in_english(page, english)
    look(page, "honest")
    open_slip(page, slip, english=english)
    page.locator("summary").click()
    look(page, "landing")
    start(page)
    look(page, "question")
    page.locator("#next").click()
    look(page, "question-complaining")
    page.locator("#size").click()
    page.locator(".option").nth(1).click()
    look(page, "question-large-type")
    page.locator("#size").click()
    answer_the_rest(page, until="remark")
    page.locator("#remark").fill("王主任 13812345678")
    look(page, "remark-with-caution")
    page.locator("#remark").fill("字" * 301)
    page.locator("#next").click()
    look(page, "remark-too-long")
    page.locator(".kept button").click()
    look(page, "clearing")
    page.get_by_role("button").nth(2).click()
    page.locator("#remark").fill("材料可以再少一些。")
    answer_the_rest(page)
    for summary in page.locator("summary").all():
        summary.click()
    look(page, "review")
    page.locator("#send").click()
    receipt(page)
    look(page, "receipt")
    page.locator("#picture").click()
    look(page, "receipt-picture")
    page.locator("#clear").click()
    look(page, "cleared")


def walk_troubles(page: Page, slips: list[str], look: Look, english: bool) -> None:
    """What stops a person, and what waits for one."""
    open_slip(page, slips[1].partition("&m=")[0], english=english)
    look(page, "landing-comparing")
    page.goto("about:blank")
    page.goto(slips[0])
    expect(page.locator("#start")).to_be_visible(timeout=PATIENCE)
    in_english(page, english)
    page.locator("#start").click()
    trouble(page)
    look(page, "trouble-code-used")
    page.goto("about:blank")
    code, _, mark = slips[2].partition("&m=")
    page.goto(f"{code}&m={'A' if mark[0] != 'A' else 'B'}{mark[1:]}")
    trouble(page)
    in_english(page, english)
    look(page, "trouble-wrong-fingerprint")
    page.locator("summary").click()
    look(page, "trouble-what-this-page-did")
    page.goto("about:blank")
    open_slip(page, slips[2], english=english)
    start(page)
    answer_the_rest(page)
    problem = json.dumps({"type": "urn:survey:problem:not-collecting", "title": "", "status": 403})
    page.route(
        "**/ballots", lambda route: route.fulfill(status=403, body=problem, content_type="application/problem+json")
    )
    page.locator("#send").click()
    trouble(page)
    look(page, "trouble-closed-while-answering")
    page.reload()
    expect(page.locator("#send")).to_be_visible(timeout=PATIENCE)
    look(page, "sealed-not-sent")


def walk_kiosk(page: Page, slip: str, look: Look, english: bool) -> None:
    """One person at a shared tablet."""
    address, _, rest = slip.partition("#c=")
    page.goto(f"{address}/kiosk")
    expect(page.locator("#code")).to_be_visible(timeout=PATIENCE)
    in_english(page, english)
    look(page, "kiosk-start")
    page.locator("#start").click()
    look(page, "kiosk-complaining")
    page.clock.install()
    page.locator("#code").fill(rest.split("&")[0])
    page.locator("#start").click()
    expect(page.locator("#next")).to_be_visible(timeout=PATIENCE)
    look(page, "kiosk-question")
    page.clock.run_for(95_000)
    expect(page.locator("#stay")).to_be_visible()
    look(page, "kiosk-countdown")
    page.locator("#stay").click()
    answer_the_rest(page)
    page.locator("#send").click()
    receipt(page)
    look(page, "kiosk-receipt")


def walk_receipts(page: Page, live: LiveRound, look: Look, english: bool) -> None:
    """The receipt page before and after closing."""
    client = live.world.app().test_client()
    digits = [person.answer({"D1-1": "A"}) for person in phones(live.world, live.world.first, client)[-3:]]

    def check(typed: str, name: str) -> None:
        page.locator("#evaluation").select_option(live.world.first.id)
        page.locator("#receipt").fill(typed)
        page.locator("#check").click()
        expect(page.locator("#result .verdict")).to_be_visible()
        look(page, name)

    page.goto(f"{live.url}/receipt")
    in_english(page, english)
    look(page, "check")
    page.locator("#check").click()
    look(page, "check-complaining")
    check(digits[0], "check-in-open-box")
    check("00" * 32, "check-not-found")
    live.close()
    check(digits[0], "check-proved")
    check("00" * 32, "check-not-counted")
    page.goto(live.url)
    in_english(page, english)
    look(page, "home-nothing-open")
    page.goto(f"{live.url}/e/nowhere")
    look(page, "no-such-page")
