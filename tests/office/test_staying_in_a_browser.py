"""The script that keeps the session of somebody who types, in a real Chromium with a clock that is moved."""

from __future__ import annotations

import pytest

from tests.office.test_in_a_browser import address, app, signed_in, violations

__all__ = ["address", "app"]
pytestmark = pytest.mark.browser
PATH = "/office/rounds/draft/recusal"


@pytest.fixture
def page(browser, address):
    page = signed_in(browser, address, bypass_csp=False)
    page.clock.install()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url) if "/office/stay" in request.url else None)
    page.goto(address + PATH)
    yield page
    page.context.close()


def test_typing_asks_every_few_minutes_at_most(page):
    field = page.locator("textarea").first
    for _minute in range(12):
        field.press_sequentially("张")
        page.clock.run_for(60_000)
    assert 2 <= len(page.asked) <= 3
    assert page.locator(".staying").is_hidden()


def test_an_open_page_asks_for_nothing_and_warns_before_the_end(page):
    page.clock.run_for(17 * 60_000)
    assert page.locator(".staying").is_hidden()
    page.clock.run_for(90_000)
    assert "再过两分钟就会退出登录" in page.locator(".staying [role=status]").inner_text()
    assert page.asked == []
    page.get_by_role("button", name="保持登录").click()
    page.locator(".staying").wait_for(state="hidden")
    assert len(page.asked) == 1


def test_the_end_is_told_and_what_was_typed_still_stands_there(page, services):
    page.locator("textarea").first.fill("张三")
    services.clock.move(minutes=21)
    page.clock.run_for(5 * 60_000)
    page.get_by_text("登录已经结束").wait_for()
    assert page.locator("textarea").first.input_value() == "张三"
    assert page.get_by_role("button", name="保持登录").is_hidden()


def test_axe_finds_nothing_in_the_warning(browser, address):
    page = signed_in(browser, address)
    page.clock.install()
    page.goto(address + PATH)
    page.clock.run_for(19 * 60_000)
    page.locator(".staying").wait_for()
    assert violations(page) == []
    page.context.close()
