"""A real Chromium and a really listening server, for tests marked "browser"."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from survey.app import build_app
from survey.domain import lifecycle
from survey.respondent.assets import script_digests
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.world import SPEC, World

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    """The system's browser; a clear failure, never a silent skip, where there is none."""
    named = os.environ.get("SURVEY_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.fail("The browser tests need Chromium; install it (Debian: apt install chromium).", pytrace=False)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone_context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh phone of 360 x 740 px; every test has its own storage."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN"
    )
    yield context
    context.close()


@pytest.fixture
def phone(phone_context: BrowserContext) -> Page:
    return phone_context.new_page()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """The respondent plane writes no log, in tests neither."""


class LiveRound:
    """An open round on SQLite behind a listening server. more: fields of the spec beside the usual ones."""

    def __init__(self, folder: Path, **more: object) -> None:
        self.server_port = _free_port()
        self.url = f"http://localhost:{self.server_port}"
        settings = Settings.create(folder, public_url=self.url)
        engine = open_database(settings.database_url)
        migrate(engine)
        engine.dispose()
        self.services: Services = open_services(settings)
        self.world = World(self.services, {**SPEC, **more})
        self.world.make_key()
        self.world.round = lifecycle.freeze(
            self.world.round,
            registry=self.services.registry,
            keys=self.services.keys,
            host=settings.host,
            scripts=script_digests(),
        )
        self.world.print_again()
        self.world.round = lifecycle.open_round(
            self.world.round, registry=self.services.registry, box=self.services.box
        )
        self._server = make_server(
            "127.0.0.1",
            self.server_port,
            build_app(None, self.services),
            threaded=True,
            request_handler=_Silent,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def slip_urls(self) -> list[str]:
        """The addresses on the slips of the first team."""
        return [slip.url(self.url) for slip in self.world.slips_of(self.world.first)]

    def close(self) -> None:
        """Close the round while the server runs, as the office does."""
        self.world.close()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def live_round(tmp_path: Path) -> Iterator[LiveRound]:
    live = LiveRound(tmp_path / "instance")
    yield live
    live.stop()


@pytest.fixture
def slip_urls(live_round: LiveRound) -> list[str]:
    return live_round.slip_urls()
