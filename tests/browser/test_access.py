"""Everybody can read every state of every page: axe-core, 320 px, 200 % text, elder mode, dark, no script error."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Axe
from tests.browser.states import walk
from tests.browsing import LiveRound

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 740}
WIDE = {"width": 640, "height": 900}
TARGET = 44  # pixels in elder mode
TOO_SMALL = """least => Array.from(document.querySelectorAll('button, a.main, a.quiet, .option, summary, .ways a'))
  .filter(node => node.offsetParent && node.getBoundingClientRect().height < least)
  .map(node => node.textContent)"""


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_every_state_can_be_read_by_everybody(browser: Browser, tmp_path: Path, axe: Axe, english: bool) -> None:
    found: dict[str, list[str]] = {}

    def note(name: str, way: str, faults: list[str]) -> None:
        if faults:
            found[f"{name}, {way}"] = faults

    def look(page: Page, name: str) -> None:
        elder = page.evaluate("document.documentElement.classList.contains('elder')")
        for large in (False, True):
            page.evaluate("on => document.documentElement.classList.toggle('elder', on)", large)
            note(name, f"320 px, large {large}", too_wide(page))
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two words
                note(name, f"{scheme}, large {large}", axe(page, style_only=large or scheme == "dark"))
            page.emulate_media(color_scheme="light")
        note(name, "targets in elder mode", page.evaluate(TOO_SMALL, TARGET))
        page.evaluate("on => document.documentElement.classList.toggle('elder', on)", elder)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # width and height
        page.evaluate("document.documentElement.style.fontSize = '225%'")
        note(name, "200 % text", too_wide(page))
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # width and height
        assert (
            page.evaluate("document.documentElement.lang") == ("en" if english else "zh-CN") or name == "no-such-page"
        )

    live = LiveRound(tmp_path / "instance", kiosk=True)
    try:
        walk(browser, live, look, english=english, viewport=NARROW)
    finally:
        live.stop()
    assert found == {}


def too_wide(page: Page) -> list[str]:
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"{width} px wide"] if width > room else []
