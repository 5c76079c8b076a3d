"""Driving the answer page as a person does: by what can be seen and pressed, never by its insides.

Every function takes a Playwright page. Words are not matched (they exist in two languages); roles and ids are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

PATIENCE = 20_000  # milliseconds; the machine may be busy
SKIP = ""
DRAFTS = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open('survey', 1)
  request.onerror = () => reject(request.error)
  request.onsuccess = () => {
    const drafts = request.result.transaction('drafts').objectStore('drafts').getAll()
    drafts.onsuccess = () => { request.result.close(); resolve(drafts.result) }
  }
})"""


def open_slip(page: Page, url: str, *, english: bool = False) -> None:
    """Scan a slip and wait for the first page."""
    page.goto(url)
    expect(page.locator("#start")).to_be_visible(timeout=PATIENCE)
    if english:
        page.locator("#language").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")


def start(page: Page) -> None:
    """Press "start" and wait for a question."""
    page.locator("#start").click()
    expect(page.locator("#next")).to_be_visible(timeout=PATIENCE)


def where(page: Page) -> tuple[int, int]:
    """(number of this question, number of questions), as the page says it."""
    numbers = re.findall(r"\d+", page.locator("#where").inner_text())
    return int(numbers[0]), int(numbers[1])


def choose(page: Page, option: str) -> None:
    """Choose by option code; SKIP leaves the question blank."""
    page.locator(f'.option:has(input[value="{option}"])').click()


def go_on(page: Page) -> None:
    """Press "next" and wait until another screen is there."""
    here, total = where(page)
    page.locator("#next").click()
    if here == total:
        expect(page.locator("#send")).to_be_visible(timeout=PATIENCE)
    else:
        expect(page.locator("#where")).to_have_text(re.compile(rf"^\D*{here + 1}\D+{total}\D*$"), timeout=PATIENCE)


def is_remark(page: Page) -> bool:
    return page.locator("#remark").count() == 1


def answer_one(page: Page, option: str | None = None, remark: str = "") -> None:
    """Answer the question on the screen (by default with its first option) and go on."""
    if is_remark(page):
        page.locator("#remark").fill(remark)
    else:
        choose(page, option if option is not None else str(page.locator(".option input").first.input_value()))
    go_on(page)


def answer_all(page: Page, *, remark: str = "", each: Callable[[Page], None] | None = None) -> None:
    """Answer from the present question to the review; `each` is called on every screen before it is answered."""
    while page.locator("#where").count():
        if each:
            each(page)
        answer_one(page, remark=remark)


ANSWER_THE_REST = """async ([remark, until]) => {
  const shown = id => document.getElementById(id)
  while (!shown(until)) {
    const here = document.title
    const area = shown('remark')
    if (area) { area.value = remark; area.dispatchEvent(new Event('input')) }
    else document.querySelector('.option input').click()
    shown('next').click()
    while (document.title === here && !shown('send')) await new Promise(done => setTimeout(done, 5))
  }
}"""


def answer_the_rest(page: Page, *, remark: str = "", until: str = "send") -> None:
    """The same from inside the page: one call instead of two hundred, for tests about what comes afterwards.

    until: id of what ends it, "send" (the review) or "remark" (the first question answered in words).
    """
    page.evaluate(ANSWER_THE_REST, [remark, until])
    expect(page.locator(f"#{until}")).to_be_visible(timeout=PATIENCE)


def send(page: Page) -> str:
    """Seal, send, wait for the end; the receipt as 64 hexadecimal digits."""
    page.locator("#send").click()
    return receipt(page)


def receipt(page: Page) -> str:
    """The receipt on the last page (64 hexadecimal digits)."""
    shown = page.locator("#receipt")
    expect(shown).to_be_visible(timeout=PATIENCE)
    digits = shown.get_attribute("data-receipt") or ""
    assert re.fullmatch("[0-9a-f]{64}", digits)
    return digits


def vote(page: Page, url: str, *, english: bool = False, remark: str = "") -> str:
    """A whole journey from slip to receipt."""
    open_slip(page, url, english=english)
    start(page)
    answer_all(page, remark=remark)
    return send(page)


def trouble(page: Page) -> str:
    """The kind of trouble that the page explains."""
    said = page.locator(".say")
    expect(said).to_be_visible(timeout=PATIENCE)
    return said.get_attribute("data-kind") or ""


def drafts(page: Page) -> list[dict[str, Any]]:
    """What the page keeps on this phone."""
    found: list[dict[str, Any]] = page.evaluate(DRAFTS)
    return found
