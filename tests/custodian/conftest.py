"""A listening server whose round has no key yet, and the browsers of its custodians."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from survey.app import build_app
from survey.crypto.passphrase import Lock
from survey.custodian import pages
from survey.domain import lifecycle
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.agreed import DONE
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.key_holder import Draft, KeyHolder
from survey.domain.ceremony.replacing import replace_custodian
from survey.domain.custody.opening_record import conclude
from survey.domain.custody.shares import PartialFile, encode_locked_share
from survey.domain.results.tally import record_hash
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.browser.conftest import Witness
from tests.browser.conftest import axe as axe
from tests.browsing import _free_port, _Silent
from tests.client.node import ROOT, node
from tests.world import World, phones

WORDS = "我的口令是一句很长的话"


class House:
    """A listening server for all rounds of a test run."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        settings = Settings.create(folder, public_url=self.url)
        engine = open_database(settings.database_url)
        migrate(engine)
        engine.dispose()
        self.services: Services = open_services(settings)
        self.app = build_app(None, self.services)
        self._server = make_server("127.0.0.1", self.port, self.app, threaded=True, request_handler=_Silent)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.services.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serves the page as it is built for everybody."""
    house = House(tmp_path_factory.mktemp("house") / "instance")
    yield house
    house.stop()


@pytest.fixture(scope="session")
def quick_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serves the page with scrypt at its lowest cost and short pauses."""
    with quick_page(tmp_path_factory.mktemp("dist")):
        house = House(tmp_path_factory.mktemp("quick-house") / "instance")
    yield house
    house.stop()


@contextmanager
def quick_page(dist: Path) -> Iterator[None]:
    """A house that begins in here serves the page built into `dist`."""
    shutil.copy(pages.DIST / "custodian.css", dist)
    subprocess.run([node(), str(Path(__file__).with_name("quick-page.mjs")), str(dist)], check=True, cwd=ROOT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "DIST", dist)
        yield


class Office:
    """A draft round in a house, with an invitation for each custodian."""

    def __init__(self, house: House) -> None:
        self.services, self.url, self.port, self.app = house.services, house.url, house.port, house.app
        self.world = World(self.services)
        self.invitations = self.invite()

    def invite(self) -> list[Invitation]:
        services = self.services
        return ceremony_office.invite(
            self.world.round, board=services.board, randomness=services.randomness, url=self.url
        )

    def make_key(self, desks: list[Desk]) -> None:
        """What make() does in the browsers, without them: for tests of what comes later."""
        world = self.refresh()
        drafts = [
            KeyHolder(
                Draft.new(desk.invitation.agreed.digest, desk.invitation.index, secrets.token_bytes),
                secrets.token_bytes,
            )
            for desk in desks
        ]
        while (now := ceremony_office.standing(world.round, self.services.board).board).phase != DONE:
            for holder in drafts:
                message = holder.next_message(ceremony_office.standing(world.round, self.services.board).board)
                if message is not None:
                    ceremony_office.post(
                        world.round,
                        holder.index,
                        message.encode(),
                        board=self.services.board,
                        registry=self.services.registry,
                    )
        for desk, holder in zip(desks, drafts, strict=True):
            lock = Lock.of(WORDS, secrets.token_bytes(16), 10)
            share = holder.share(now)
            desk.file.write_bytes(
                encode_locked_share(world.round.id, desk.invitation.custodian, share, lock, secrets.token_bytes)
            )

    def replace(self, index: int, name: str) -> list[Invitation]:
        services = self.services
        return replace_custodian(
            self.refresh().round, index, name, board=services.board, randomness=services.randomness, url=self.url
        )

    def refresh(self) -> World:
        found = self.services.registry.find_round(self.world.round.id)
        assert found is not None
        self.world.round = found
        return self.world

    def collect(self, ballots: int, before_closing: Callable[[], None] = lambda: None) -> None:
        """Freeze, open, some people answer, close."""
        world, services = self.refresh(), self.services
        world.round = lifecycle.freeze(
            world.round, registry=services.registry, keys=services.keys, host="survey.example", scripts={}
        )
        world.print_again()
        world.round = lifecycle.open_round(world.round, registry=services.registry, box=services.box)
        for phone in phones(world, world.first, self.app.test_client())[:ballots]:
            phone.answer({"D1-1": "A"})
        before_closing()
        world.close()

    def count(self) -> str:
        """From what was handed in; the name of the tally record."""
        services, round_id = self.services, self.world.round.id
        partials = [PartialFile.read(file) for file in services.partials.files(round_id).values()]
        name = record_hash(self.world.count(partials))
        conclude(
            self.world.round,
            partials,
            name,
            registry=services.registry,
            board=services.board,
            store=services.partials,
            clock=services.clock,
        )
        return name


@pytest.fixture
def office(quick_house: House) -> Office:
    return Office(quick_house)


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

    def start(self, words: str = WORDS, heading: str = "请您保管一份钥匙") -> None:
        self.wait_for(heading)
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

    def wait_for_text(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=60_000)

    def invited_again(self, invitation: Invitation) -> Desk:
        """The same browser with another link."""
        self.invitation = invitation
        return self

    def records(self) -> list[str]:
        """What this browser keeps, by name."""
        names: list[str] = self.page.evaluate(
            """() => new Promise((resolve) => {
                const opened = indexedDB.open('survey-custodian', 1)
                opened.onupgradeneeded = () => opened.result.createObjectStore('drafts', { keyPath: 'id' })
                opened.onsuccess = () => {
                    const all = opened.result.transaction('drafts').objectStore('drafts').getAllKeys()
                    all.onsuccess = () => { opened.result.close(); resolve(all.result) }
                }
            })"""
        )
        return names

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
