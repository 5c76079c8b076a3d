"""The office pages in a real Chromium: narrow, wide, dark, English, and checked by axe-core."""

from __future__ import annotations

import re
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

import survey
from survey.domain.forms.library import shelf, start_version
from survey.domain.questionnaire import default_questionnaire
from survey.office.long_steps import sending
from survey.reports.slips import run as print_run
from survey.respondent.assets import DIST
from tests.fakes import FakeSettings, Services
from tests.office.conftest import PASSWORD, make_app
from tests.office.crawl import crawl
from tests.world import World

pytestmark = pytest.mark.browser

AXE = survey.templates_folder().parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def app(services: Services) -> Flask:
    app = make_app(replace(services, settings=FakeSettings("http://localhost")))
    style = (DIST / "answer.css").read_text("utf-8")
    # The preview of a questionnaire wears the phone's style.
    app.add_url_rule("/assets/answer.css", "answer-css", lambda: Response(style, mimetype="text/css"))
    return app


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pages(app: Flask, services: Services) -> dict[str, list[str]]:
    """Role -> paths: every page that a link leads to, and the page of a round in every state."""
    (entry,) = shelf(services.library, services.randomness)
    wrong = default_questionnaire().document | {"dimensions": [], "title": {"zh": "", "en": ""}}
    start_version(services.library, entry, wrong)
    states = {round_.id: round_.state.value for round_ in services.registry.list_rounds()}
    pages: dict[str, list[str]] = {}
    seen = set()
    for found in crawl(app, states):
        kind = found.kind if found.kind.startswith("show-round ") else found.kind.partition(" ")[0]
        if found.is_page and kind not in seen:
            seen.add(kind)
            pages.setdefault(found.role, []).append(found.path)
    del services.audit.lines[5:]  # what the crawl left makes the page of the log long and says nothing new
    questionnaire = f"/office/questionnaires/{entry.id}"
    pages["office"] += [f"{questionnaire}/2/edit?check=1", f"{questionnaire}/1/preview?screen=34", "/office/nothing"]
    return pages


def signed_in(browser: Browser, address: str, role: str = "office", **options: object) -> Page:
    # Few pages allow a script at all; axe is let in past their policy.
    page = browser.new_context(**{"bypass_csp": True, **options}).new_page()
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill(role)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(re.compile("/office/(?!login)"))
    return page


def violations(page: Page, only: object = RULES) -> list[str]:
    if page.evaluate("typeof axe") == "undefined":
        page.add_script_tag(path=AXE)
    found = page.evaluate("only => axe.run({runOnly: only})", only)["violations"]
    return [f"{entry['id']}: {node['html']}" for entry in found for node in entry["nodes"]]


def test_axe_finds_nothing_on_any_page_light_or_dark(browser, address, pages):
    for role, paths in pages.items():
        page = signed_in(browser, address, role)
        for path in paths:
            page.goto(address + path)
            assert violations(page) == [], path
            if "/rounds/" not in path or "/draft" in path or "/opened" in path:  # the others look like these
                page.emulate_media(color_scheme="dark")  # only colours differ
                assert violations(page, {"type": "rule", "values": ["color-contrast"]}) == [], f"{path}, dark"
                page.emulate_media(color_scheme="light")
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
def test_no_page_is_wider_than_a_narrow_window_or_refused_by_its_own_policy(browser, address, pages, language):
    for role, paths in pages.items():
        messages: list[str] = []
        page = signed_in(browser, address, role, bypass_csp=False, viewport={"width": 320, "height": 700})
        page.on("console", lambda message, into=messages: into.append(message.text))
        page.goto(f"{address}/office/login?lang={language}")
        page.goto(f"{address}/office/account")
        for path in paths:
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert [text for text in messages if "404" not in text] == []
        page.context.close()


CUT_WORDS = """heads => heads.flatMap(head => {
    const text = head.firstChild, range = document.createRange();
    return [...text.data.matchAll(/[a-z']{2,}/gi)].filter(word => {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
    }).map(word => word[0]);
})"""
SCROLLS = "all => all.filter(e => e.scrollWidth > e.clientWidth).length"


@pytest.mark.parametrize("width", [1100, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("which", "heads", "at_least"),
    [("/opened/report/(?!files)[^/.]+$", ".answers thead th", 6), ("/opened/report$", ".wide thead th", 20)],
)
def test_the_tables_of_results_fit_beside_the_navigation_without_cutting_a_word(
    browser, address, pages, language, width, which, heads, at_least
):
    page = signed_in(browser, address, viewport={"width": width, "height": 800})
    page.goto(f"{address}/office/account?lang={language}")
    [path] = [path for path in pages["office"] if re.search(which, path)]
    page.goto(address + path)
    assert page.locator(heads).count() > at_least
    assert page.locator(".scroll").evaluate_all(SCROLLS) == 0
    assert page.locator(heads).evaluate_all(CUT_WORDS) == []
    page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_checklist_fits_a_phone_without_scrolling(browser, address, pages, language):
    """Whoever looks for what was reported shall not miss a column."""
    page = signed_in(browser, address, viewport={"width": 360, "height": 740})
    page.goto(f"{address}/office/account?lang={language}")
    [path] = [path for path in pages["office"] if re.search("/opened/checklist$", path)]
    page.goto(address + path)
    assert page.locator(".scroll").count() > 0
    assert page.locator(".scroll").evaluate_all(SCROLLS) == 0
    assert page.locator(".scroll thead th").evaluate_all(CUT_WORDS) == []
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


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """The slips of a unit are made when the gate lets it through; every unit is a sign of life."""
    opened = threading.Semaphore(0)

    def waits(of_unit, *_more) -> bytes:
        assert opened.acquire(timeout=60)
        return b"%PDF-1.7" + bytes(10)

    monkeypatch.setattr(sending, "PACE", 0.0)
    monkeypatch.setattr(print_run, "unit_pdf", waits)
    monkeypatch.setattr(print_run, "AT_ONCE", 1)  # or the second unit might slip through before the first
    return opened


@pytest.fixture
def downloads(app: Flask) -> list[socket.socket]:
    """The server's end of every connection that has asked for slips."""
    asked: list[socket.socket] = []

    @app.before_request
    def remember() -> None:
        if request.path.endswith("/slips.zip"):
            asked.append(request.environ["werkzeug.socket"])

    return asked


def hangs_up(connection: socket.socket) -> bool:
    """Wait for the other end to close, at most half a minute: until then what is sent still counts as taken."""
    try:
        return bool(select.select([connection], [], [], 30)[0]) and connection.recv(1, socket.MSG_PEEK) == b""
    except ConnectionResetError:
        return True


def test_slips_show_their_progress_in_place_and_the_page_moves_on(browser, address, services, gate):
    world = World(services).freeze()
    messages: list[str] = []
    page = signed_in(browser, address, bypass_csp=False)
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"{address}/office/rounds/{world.round.id}")
    gate.release()  # the first unit: with it the file begins to arrive
    with page.expect_download() as begun:
        page.get_by_role("button", name="下载纸条").click()
    page.get_by_role("status").filter(has_text="正在制作和下载纸条。").wait_for()
    gate.release()
    page.get_by_text("共3个单位，已完成2个").wait_for()
    assert page.get_by_role("progressbar", name="共3个单位").get_attribute("value") == "2"
    assert page.get_by_role("button", name="下载纸条").is_disabled()
    gate.release()
    page.get_by_role("button", name="开放答题").wait_for()
    assert page.get_by_text("纸条已全部做好并发出").is_visible()
    assert begun.value.failure() is None
    assert page.evaluate("document.activeElement.id") == "main"
    assert messages == []
    page.context.close()


def test_a_page_loaded_while_slips_are_made_goes_on_showing_it_and_says_when_it_is_broken_off(
    browser, address, services, gate, downloads
):
    world = World(services).freeze()
    page = signed_in(browser, address)
    page.goto(f"{address}/office/rounds/{world.round.id}")
    gate.release()
    with page.expect_download() as begun:
        page.get_by_role("button", name="下载纸条").click()
    other = page.context.new_page()
    other.goto(f"{address}/office/rounds/{world.round.id}")
    assert other.get_by_role("progressbar", name="共3个单位").is_visible()
    assert violations(other) == []
    begun.value.cancel()
    assert hangs_up(downloads[0])
    gate.release(2)
    other.get_by_role("alert").filter(has_text="下载中断了").wait_for()
    assert other.get_by_role("button", name="下载纸条").is_enabled()
    page.context.close()
