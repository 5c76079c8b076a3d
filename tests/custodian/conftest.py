"""A listening server whose round has no key yet, and the browsers of its custodians."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from survey.app import build_app
from survey.domain import lifecycle
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.invitation import Invitation
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.browser.conftest import Witness
from tests.browser.conftest import axe as axe
from tests.browsing import _free_port, _Silent
from tests.world import World, phones

WORDS = "我的口令是一句很长的话"


class Office:
    """A draft round behind a listening server, with an invitation for each custodian."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        settings = Settings.create(folder, public_url=self.url)
        engine = open_database(settings.database_url)
        migrate(engine)
        engine.dispose()
        self.services: Services = open_services(settings)
        self.world = World(self.services)
        self.invitations = self.invite()
        app = build_app(None, self.services)
        self._server = make_server("127.0.0.1", self.port, app, threaded=True, request_handler=_Silent)
        self.app = app
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def invite(self) -> list[Invitation]:
        services = self.services
        return ceremony_office.invite(
            self.world.round, board=services.board, randomness=services.randomness, url=self.url
        )

    def refresh(self) -> World:
        found = self.services.registry.find_round(self.world.round.id)
        assert found is not None
        self.world.round = found
        return self.world

    def collect(self, ballots: int) -> None:
        """Freeze, open, some people answer, close."""
        world, services = self.refresh(), self.services
        world.round = lifecycle.freeze(
            world.round, registry=services.registry, keys=services.keys, host="survey.example", scripts={}
        )
        world.print_again()
        world.round = lifecycle.open_round(world.round, registry=services.registry, box=services.box)
        for phone in phones(world, world.first, self.app.test_client())[:ballots]:
            phone.answer({"D1-1": "A"})
        world.close()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.services.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "instance")
    yield office
    office.stop()


class Desk:
    """One custodian's own browser."""

    def __init__(self, browser: Browser, invitation: Invitation, folder: Path, locale: str = "zh-CN") -> None:
        self.invitation = invitation
        self.folder = folder
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1000, "height": 900}, locale=locale, accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.witness = Witness(self.page)
        self.file = folder / f"{invitation.custodian}.share"

    def open(self) -> Page:
        self.page.goto(self.invitation.link)
        return self.page

    def reopen(self) -> Page:
        """The tab is closed and the link opened again in the same browser."""
        self.page.close()
        self.page = self.context.new_page()
        self.witness = Witness(self.page)
        return self.open()

    def start(self, words: str = WORDS) -> None:
        self.wait_for("请您保管一份钥匙")
        for field in self.page.locator("input[type=password]").all():
            field.fill(words)
        self.page.get_by_role("button", name="开始", exact=True).click()

    def resume(self, words: str = WORDS) -> None:
        self.page.locator("input[type=password]").fill(words)
        self.page.get_by_role("button", name="继续").click()

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def wait_for(self, heading: str) -> None:
        expect(self.page.locator("h1").first).to_have_text(heading, timeout=60_000)

    def words(self) -> list[str]:
        return self.page.locator(".words li").all_inner_texts()

    def agree(self) -> None:
        self.page.get_by_role("button", name="全都一样，确认").click()

    def save(self) -> Path:
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name="保存文件").click()
        download.value.save_as(self.file)
        self.page.get_by_role("button", name="都存好了，从这个浏览器里删掉").click()
        return self.file


@pytest.fixture
def desks(browser: Browser, office: Office, tmp_path: Path) -> Iterator[list[Desk]]:
    desks = [Desk(browser, invitation, tmp_path) for invitation in office.invitations]
    yield desks
    for desk in desks:
        desk.context.close()
