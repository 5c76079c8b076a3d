"""Passkeys in a real Chromium with a virtual authenticator, under the pages' own policy: add, sign in, take away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, CDPSession, Page
from werkzeug.serving import make_server

from survey.office.headers import SCRIPT_POLICY
from tests.browsing import _free_port
from tests.fakes import FakeSettings, Services
from tests.office.conftest import PASSWORD, make_app

pytestmark = pytest.mark.browser


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    port = _free_port()
    url = f"http://localhost:{port}"
    app = make_app(replace(services, settings=FakeSettings(url, needs_second_factor=True)))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def plug_in(page: Page, **more: bool) -> tuple[CDPSession, str]:
    """A key of this computer that checks its person; more: what this one is like."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})
    return session, added["authenticatorId"]


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill("office")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/office/login**")


def test_a_passkey_is_added_first_signs_in_as_second_step_and_alone_and_is_kept_while_it_is_the_last(
    page: Page, address: str, services: Services
):
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    plug_in(page)
    give_password(page, address)
    page.wait_for_url("**/office/account/start")  # nothing else is shown before
    page.goto(f"{address}/office/")
    page.wait_for_url("**/office/account/start")

    page.get_by_label("通行密钥名称").fill("蓝色钥匙")
    page.locator("#passkey-password").fill(PASSWORD)
    with page.expect_response("**/account/passkeys/new") as offered:
        page.get_by_role("button", name="添加通行密钥").click()
    assert offered.value.headers["content-security-policy"] == SCRIPT_POLICY
    page.get_by_role("button", name="使用通行密钥").click()
    page.get_by_role("heading", name="恢复码").wait_for()
    assert page.locator(".recovery li").count() == 8
    [passkey] = services.passkeys.list_passkeys("office")
    assert passkey.name == "蓝色钥匙"
    sign_out(page)

    # As the second step, after the password. The tests' clock stands still, and a passkey answers no moment twice.
    services.clock.move(seconds=1)
    give_password(page, address)
    page.wait_for_url("**/office/login/passkey**")
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url(f"{address}/office/")
    sign_out(page)

    # Alone: the key names the account.
    services.clock.move(seconds=1)
    page.get_by_role("link", name="用通行密钥登录").click()
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url(f"{address}/office/")
    assert services.passkeys.list_passkeys("office")[0].sign_count > passkey.sign_count

    # It is the last second factor, and the role needs one.
    page.goto(f"{address}/office/account")
    page.get_by_text("移除", exact=True).click()
    page.locator("#away-1").fill(PASSWORD)
    page.get_by_role("button", name="移除这把通行密钥").click()
    page.get_by_text("这是您最后一个第二重验证").wait_for()
    assert len(services.passkeys.list_passkeys("office")) == 1
    assert [line for line in refused if "Content Security Policy" in line or "Error" in line] == []


def test_a_key_that_checks_nobody_opens_nothing_alone_and_a_refusal_says_so(
    page: Page, address: str, services: Services
):
    session, key = plug_in(page)
    give_password(page, address)
    page.get_by_label("通行密钥名称").fill("k")
    page.locator("#passkey-password").fill(PASSWORD)
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_role("button", name="使用通行密钥").click()
    page.get_by_role("heading", name="恢复码").wait_for()
    sign_out(page)

    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.goto(f"{address}/office/login/passkey")
    page.get_by_role("button", name="使用通行密钥").click()
    page.get_by_text("通行密钥没有回应").wait_for()

    # Reached under another name than the settings', the browser is told where to go.
    page.goto(f"{address.replace('localhost', '127.0.0.1')}/office/login/passkey")
    page.get_by_role("button", name="使用通行密钥").click()
    page.get_by_text(f"从 {address} 打开").wait_for()
