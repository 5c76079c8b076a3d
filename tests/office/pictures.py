"""Screenshots of every page of the office into tests/office/pictures/ (never committed), for a person to look at.

Run by `make pictures`; name one of the sets to make only that. `print` makes PDFs, as a browser prints the pages.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from survey.domain.rehearsal import rehearse
from survey.domain.staff import ROLES
from survey.sheets.template import template
from tests.browsing import FLAGS, chromium_path
from tests.fakes import FakeSettings, Services
from tests.office import samples
from tests.office.conftest import PASSWORD, make_app
from tests.office.crawl import crawl

FOLDER = Path(__file__).parent / "pictures"
NARROW: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2}
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
SETS = {
    "narrow-zh": ("zh", NARROW),
    "narrow-en": ("en", NARROW),
    "wide-zh": ("zh", WIDE),
    "wide-en": ("en", WIDE),
    "wide-zh-dark": ("zh", {**WIDE, "color_scheme": "dark"}),
    "print": ("zh", WIDE),
}


def main() -> None:
    password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for name in sys.argv[1:] or SETS:
            language, options = SETS[name]
            folder = FOLDER / name
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.iterdir():
                old.unlink()
            count = 0
            for page, kind in _walk(browser, password_hash, language, options):
                count += 1
                file = folder / f"{count:02}-{re.sub(r'[^a-z-]+', '-', kind).strip('-')}"
                if name == "print":
                    page.wait_for_load_state("networkidle")  # a page that still loads something cannot be printed
                    page.pdf(path=f"{file}.pdf", prefer_css_page_size=True)
                else:
                    page.screenshot(path=f"{file}.png", full_page=True, animations="disabled")
            print(f"{folder}: {count} pages")
        browser.close()


def _walk(browser: Browser, password_hash: str, language: str, options: dict[str, Any]) -> Iterator[tuple[Page, str]]:
    services = Services(settings=FakeSettings("http://localhost"))
    for role in ROLES:
        services.accounts.add_account(role, role, password_hash)
    with served(services) as (app, address):
        page = browser.new_context(**options).new_page()
        page.goto(f"{address}/office/login?lang={language}")
        yield page, "login"
        page.get_by_label(re.compile("账号|Account")).fill("office")
        page.get_by_label(re.compile("密码|Password")).fill("wrong")
        page.keyboard.press("Enter")
        yield page, "login-refused"
        sign_in(page, address, "office", language)
        for path in ("", "reports", "reports/trend"):
            page.goto(f"{address}/office/{path}")
            yield page, f"empty-{path}"
        samples.fill(services)
        rehearse(
            services.registry.rounds["draft"],
            registry=services.registry,
            recusals=services.recusals,
            randomness=services.randomness,
        )
        yield from _forms(page, address)
        signed_in = "office"
        states = {round_.id: round_.state.value for round_ in services.registry.list_rounds()}
        states |= {round_.id: "rehearsal" for round_ in services.registry.list_rounds() if round_.rehearsal}
        for found in list(crawl(app, states)):
            if not found.is_page:
                continue
            if found.role != signed_in:
                sign_in(page, address, found.role, language)
                signed_in = found.role
            page.goto(address + found.path)
            yield page, found.kind
        sign_in(page, address, "office", language)
        page.goto(f"{address}/office/rounds/opened/report")
        page.locator("details.change summary").click()
        page.locator("details.change input[inputmode]").first.fill("x")
        page.locator("details.change button").click()
        yield page, "show-report-refused"
        samples.approve_in_order(services, "destroyed", "archived", "reported")
        page.goto(f"{address}/office/reports/trend")
        yield page, "show-trend-of-three"
        page.context.close()


def _forms(page: Page, address: str) -> Iterator[tuple[Page, str]]:
    """What is seen only after something was sent."""
    page.goto(f"{address}/office/rounds/new")
    page.locator("#threshold").fill("9")
    page.locator("#entitled-1").fill("x")
    page.locator("button.main").click()
    yield page, "new-round-with-faults"
    page.goto(f"{address}/office/rounds/import")
    for content, kind in (
        (template(), "preview"),
        (b"team,unit\n", "import-refused"),
        (_wrong(), "import-wrong-cells"),
    ):
        sheet = {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": content}
        page.goto(f"{address}/office/rounds/import")
        page.locator("#file").set_input_files(files=[sheet])  # type: ignore[list-item]
        page.locator("button.main").click()
        yield page, kind


def _wrong() -> bytes:
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(template()))
    book["轮次"]["B3"] = 7
    book["单位"]["D2"] = "四十二"
    book["单位"]["C3"] = "=A1"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """A line per picture is enough."""


@contextmanager
def served(services: Services) -> Iterator[tuple[Flask, str]]:
    app = make_app(services)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield app, f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sign_in(page: Page, address: str, role: str, language: str = "zh") -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/office/login?lang={language}")
    page.get_by_label(re.compile("账号|Account")).fill(role)
    page.get_by_label(re.compile("密码|Password")).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/office/(?!login)"))


if __name__ == "__main__":
    main()
