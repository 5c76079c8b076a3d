"""The office pages in a real Chromium: narrow, wide, dark, English, and checked by axe-core."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Response
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

import survey
from survey.domain.library import shelf, start_version
from survey.domain.questionnaire import default_questionnaire
from tests.fakes import FakeSettings, Services
from tests.office.conftest import PASSWORD, make_app

pytestmark = pytest.mark.browser

AXE = survey.templates_folder().parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATHS = [
    "/office/",
    "/office/rounds/draft",
    "/office/rounds/draft/edit",
    "/office/rounds/draft/import",
    "/office/rounds/new",
    "/office/questionnaires",
    "/office/questionnaires/import",
    "/office/rounds/printed",
    "/office/rounds/closed",
    "/office/rounds/opened",
    "/office/rounds/open/turnout",
    "/office/reports",
    "/office/rounds/opened/report",
    "/office/rounds/opened/review",
    "/office/rounds/opened/checklist",
    "/office/reports/trend",
    "/office/account",
    "/office/account/sessions",
    "/office/rounds/open/recusal",
    "/office/nothing",
]


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    app = make_app(replace(services, settings=FakeSettings("http://localhost")))
    style = (survey.templates_folder().parent / "survey" / "respondent" / "client" / "answer.css").read_text("utf-8")
    # The preview of a questionnaire wears the phone's style.
    app.add_url_rule("/assets/answer.css", "answer-css", lambda: Response(style, mimetype="text/css"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def paths(services: Services) -> list[str]:
    teams = services.registry.rounds["opened"].evaluations
    (entry,) = shelf(services.library, services.randomness)
    wrong = default_questionnaire().document | {"dimensions": [], "title": {"zh": "", "en": ""}}
    start_version(services.library, entry, wrong)
    questionnaire = f"/office/questionnaires/{entry.id}"
    return [
        *PATHS,
        *(f"/office/rounds/opened/report/{team.id}" for team in teams),
        questionnaire,
        *(f"{questionnaire}/{page}" for page in ("2/edit?check=1", "1/preview?screen=1", "1/preview?screen=34")),
    ]


def signed_in(browser: Browser, address: str, **options: object) -> Page:
    # The pages allow no script at all; axe is let in past their policy.
    page = browser.new_context(bypass_csp=True, **options).new_page()
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill("office")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office/")
    return page


def violations(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found = page.evaluate("tags => axe.run({runOnly: tags})", RULES)["violations"]
    return [f"{entry['id']}: {node['html']}" for entry in found for node in entry["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser, address, paths, scheme):
    page = signed_in(browser, address, color_scheme=scheme)
    for path in paths:
        page.goto(address + path)
        assert violations(page) == [], path
    page.context.close()


@pytest.mark.parametrize("path", ["/office/accounts", "/office/log", "/office/log/requests"])
def test_the_pages_of_the_security_administrator_are_as_good(browser, address, path):
    page = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 700}).new_page()
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill("security-admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office/accounts")
    page.goto(address + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_axe_finds_nothing_on_the_login_page_with_an_error(browser, address):
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto(f"{address}/office/login")
    assert violations(page) == []
    page.get_by_label("账号").fill("office")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_narrow_window(browser, address, paths, language):
    page = signed_in(browser, address, viewport={"width": 320, "height": 700})
    page.goto(f"{address}/office/account?lang={language}")
    for path in paths:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.context.close()


def test_pages_load_without_a_refusal_of_their_own_policy(browser, address, paths):
    messages: list[str] = []
    page = browser.new_context().new_page()
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill("office")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/")
    for path in paths:
        page.goto(address + path)
    assert [text for text in messages if "404" not in text] == []
    page.context.close()


def test_everything_can_be_reached_with_the_keyboard_and_shows_its_focus(browser, address):
    page = signed_in(browser, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    names = []
    for _ in range(20):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent.trim()"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        if "2025年第一轮巡察" in names:
            break
    assert "退出" in names
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/rounds/open")
    page.context.close()


def test_on_paper_there_is_no_navigation(browser, address, tmp_path: Path):
    page = signed_in(browser, address)
    page.goto(f"{address}/office/rounds/opened/report")
    page.emulate_media(media="print")
    assert not page.locator(".frame > nav").is_visible()
    assert not page.get_by_role("button", name="退出").is_visible()
    assert page.get_by_role("table").first.is_visible()
    page.context.close()
