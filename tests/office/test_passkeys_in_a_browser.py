"""The first steps of an account, and passkeys: a real Chromium, a virtual authenticator, the pages' own policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pyotp
import pytest
from playwright.sync_api import Browser, CDPSession, Page
from werkzeug.serving import make_server

from survey.office.headers import SCRIPT_POLICY
from survey.office.people.passwords import hash_password
from tests.browsing import _free_port
from tests.fakes import FakeSettings, Services
from tests.office.conftest import PASSWORD, make_app
from tests.office.test_in_a_browser import violations

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quick_hashes")]


@contextmanager
def serving(services: Services, needs_second_factor: bool) -> Iterator[str]:
    port = _free_port()
    url = f"http://localhost:{port}"
    app = make_app(replace(services, settings=FakeSettings(url, needs_second_factor)))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    """As a real installation: whoever sees anything needs a second factor."""
    with serving(services, needs_second_factor=True) as url:
        yield url


@pytest.fixture
def plain_address(services: Services) -> Iterator[str]:
    with serving(services, needs_second_factor=False) as url:
        yield url


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


def test_the_button_waits_for_the_script_that_asks_the_passkey(page: Page, address: str):
    """A quick click would send the form without an answer."""
    with page.expect_event("requestfailed"):
        page.route("**/passkeys.js", lambda route: route.abort())
        page.goto(f"{address}/office/login/passkey")
    page.get_by_role("heading", name="用通行密钥登录").wait_for()
    assert not page.locator("form[data-passkey]").is_visible()

    page.unroute("**/passkeys.js")
    page.reload()
    page.get_by_role("button", name="使用通行密钥").wait_for()


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
    page.get_by_text(f"从{address}打开").wait_for()


def test_the_pages_of_the_first_steps_are_narrow_and_axe_finds_nothing(
    browser: Browser, address: str, services: Services
):
    """From a start code to the recovery codes; the policy is put aside for axe, and the pages run no script here."""
    code = "ABCD-EFGH-IJKL-MNOP"
    ends = int(services.clock().timestamp()) + 3600
    services.accounts.add_account("阅览人甲", "reader", hash_password(code), must_choose=True, start_ends=ends)
    page = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 700}).new_page()

    def looks_right() -> None:
        assert violations(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url

    page.goto(f"{address}/office/login/passkey")
    looks_right()
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill("阅览人甲")
    page.get_by_label("密码").fill(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/account/start")
    looks_right()
    for name in ("new", "again"):
        page.locator(f"#{name}").fill("a sentence nobody guesses")
    page.keyboard.press("Enter")
    page.get_by_text("密码已设置").wait_for()
    looks_right()
    page.get_by_label("通行密钥名称").fill("k")
    page.locator("#passkey-password").fill("a sentence nobody guesses")
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_role("button", name="使用通行密钥").wait_for()
    looks_right()
    page.goto(f"{address}/office/account/start")
    secret = page.locator("input[name=secret]").get_attribute("value") or ""
    page.locator("#code").fill(pyotp.TOTP(secret).at(services.clock()))
    page.locator("#password").fill("a sentence nobody guesses")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="恢复码").wait_for()
    looks_right()
    page.goto(f"{address}/office/reports")
    assert page.url.endswith("/office/reports")
    page.context.close()


def test_the_start_code_is_shown_to_the_security_administrator(
    browser: Browser, services: Services, plain_address: str
):
    page = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 700}).new_page()
    page.goto(f"{plain_address}/office/login")
    page.get_by_label("账号").fill("security-admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("姓名").fill("阅览人乙")
    page.get_by_label("角色").select_option("reader")
    page.get_by_role("button", name="新建账号").click()
    page.get_by_role("heading", name="的启用码").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
