"""The whole path of the office in a real browser, without one script: sign in with a second factor, import, freeze,
print, open, turnout, close. Narrow window, checked by axe-core on the way.
"""

from __future__ import annotations

import secrets
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from survey.domain.ceremony.all_here import make_opening_key
from survey.domain.rounds import State
from survey.office.people import second_factor
from survey.services import Services, open_services
from survey.settings import Settings
from survey.sheets.template import template
from survey.storage.database import migrate, open_database
from tests.office.conftest import PASSWORD, make_app
from tests.office.test_in_a_browser import violations

pytestmark = pytest.mark.browser
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def services(tmp_path: Path, password_hash: str) -> Iterator[Services]:
    settings = Settings.create(tmp_path / "instance", public_url="http://localhost")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    services.accounts.add_account("office", "office", password_hash)
    sealed = second_factor.lock(SECRET, "office", settings.vault)
    services.accounts.set_second_factor("office", sealed, [])
    yield services
    services.close()


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, make_app(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def looks_right(page: Page) -> None:
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


def test_from_signing_in_to_the_closed_box(browser: Browser, address: str, services: Services, tmp_path: Path):
    page = browser.new_context(
        bypass_csp=True, viewport={"width": 320, "height": 700}, accept_downloads=True
    ).new_page()
    page.goto(f"{address}/office/login")
    page.get_by_label("账号").fill("office")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login/code**")
    looks_right(page)
    page.get_by_label("验证码").fill(pyotp.TOTP(SECRET).now())
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/")
    looks_right(page)

    page.get_by_role("link", name="从Excel导入").click()
    looks_right(page)
    sheet = {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": template()}
    page.get_by_label("Excel文件").set_input_files(files=[sheet])
    page.get_by_role("button", name="检查文件").click()
    page.get_by_role("heading", name="预览").wait_for()
    looks_right(page)
    page.get_by_role("button", name="导入3个单位").click()
    page.get_by_text("轮次已建好").wait_for()
    looks_right(page)
    page.get_by_role("link", name="修改草稿").click()
    looks_right(page)
    page.get_by_label("备用纸条").fill("0")
    page.get_by_role("button", name="保存修改").click()
    page.get_by_text("修改已保存").wait_for()
    [round_] = services.registry.list_rounds()
    make_opening_key(round_, registry=services.registry, randomness=secrets.token_bytes)

    page.reload()
    page.get_by_role("button", name="审定").click()
    page.get_by_role("button", name="下载纸条").wait_for()  # a waiting page may stand between
    looks_right(page)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="下载纸条").click()
    downloading.value.save_as(tmp_path / "slips.zip")
    with zipfile.ZipFile(tmp_path / "slips.zip") as packed:
        assert len(packed.namelist()) == 3
        assert packed.testzip() is None
    page.get_by_role("link", name="重新载入本页").click()
    page.get_by_role("button", name="开放").click()
    page.get_by_text("已开放。现在可以答题。").wait_for()
    looks_right(page)

    page.get_by_role("link", name="参评情况").click()
    page.get_by_text("多刷新几次也不会变").wait_for()
    looks_right(page)
    page.get_by_role("link", name="打开大屏页面").click()
    looks_right(page)
    page.goto(f"{address}/office/rounds/{round_.id}")
    page.get_by_label("确认请输入“截止”").fill("截止")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="下载给保管人的清单").wait_for()
    looks_right(page)

    closed = services.registry.find_round(round_.id)
    assert closed
    assert closed.state is State.CLOSED
    assert services.audit.verify_chain() is None
    assert not list((tmp_path / "instance").rglob("*.pdf"))
    page.context.close()
