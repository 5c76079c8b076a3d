"""Screenshots of every state of the custodians' page, on a phone and a desk, in both languages; axe checks each.

    python -m tests.custodian.pictures FOLDER

Prints what axe found; ends with 1 when it found anything, or when a page is wider than its window.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from survey.domain.ceremony import office as hosting
from survey.domain.ceremony.stopping import Stop
from tests.browser.conftest import axe as axe_fixture
from tests.browsing import FLAGS, chromium_path
from tests.custodian.conftest import WORDS, Desk, House, Office, quick_page

SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 860}}
LANGUAGES = ("zh", "en")


class Album:
    def __init__(self, folder: Path, axe: Callable[[Page], list[str]]) -> None:
        self.folder, self._axe = folder, axe
        self.faults: list[str] = []

    def take(self, desk: Desk, name: str) -> None:
        page = desk.page
        before = page.viewport_size
        assert before is not None
        for language in LANGUAGES:
            button = page.locator("#language")
            if (language == "zh") != (page.evaluate("document.documentElement.lang") == "zh-CN"):
                button.click()
            for size, viewport in SIZES.items():
                page.set_viewport_size(viewport)  # type: ignore[arg-type]  # width and height
                page.screenshot(path=self.folder / f"{name}-{language}-{size}.png", full_page=True)
                if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
                    self.faults.append(f"{name}, {language}, {size}: wider than the window")
            self.faults += [f"{name}, {language}: {fault}" for fault in self._axe(page)]
        if page.evaluate("document.documentElement.lang") != "zh-CN":
            page.locator("#language").click()
        page.set_viewport_size(before)


@contextmanager
def at(browser: Browser, office: Office, folder: Path) -> Iterator[list[Desk]]:
    desks = [Desk(browser, invitation, folder) for invitation in office.invitations]
    yield desks
    for desk in desks:
        desk.context.close()


def making(album: Album, browser: Browser, house: House, folder: Path) -> None:
    office = Office(house)
    with at(browser, office, folder) as desks:
        first, second, third = desks
        first.open()
        first.wait_for("请您保管一份钥匙")
        album.take(first, "01-invited")
        for desk in desks[:2]:
            desk.open()
            desk.start()
            desk.wait_for("正在一起做钥匙")
        first.wait_for_text("正在等：组织部")
        album.take(first, "02-steps")
        second.reopen()
        second.wait_for("接着做")
        album.take(second, "03-go-on")
        second.resume()
        third.open()
        third.start()
        for desk in desks:
            desk.wait_for("和其他保管人核对这十二个词")
        album.take(first, "04-words")
        second.page.get_by_role("button", name="有不同").click()
        second.wait_for("没有成功")
        album.take(second, "05-words-differ")
        hosting.restart(office.world.round, board=office.services.board)
        office.services.board.stop(office.world.round.id, 2, Stop("wrong-sub-share", 3).encode())
        second.wait_for_text("这一次停下了：组织部")
        album.take(second, "06-stopped")
        hosting.restart(office.world.round, board=office.services.board)
        for desk in desks:
            desk.wait_for("和其他保管人核对这十二个词")
        for desk in desks:
            desk.agree()
        first.wait_for("钥匙做好了，请存好您的这一份")
        album.take(first, "07-made")
        first.page.emulate_media(media="print")
        first.page.screenshot(path=album.folder / "07-paper.png", full_page=True)
        first.page.emulate_media(media="screen")
        for desk in desks:
            desk.wait_for("钥匙做好了，请存好您的这一份")
            desk.save()
        first.wait_for("您的这一份已经做好")
        album.take(first, "08-keeping")
        replacing(album, browser, office, desks, folder)


def replacing(album: Album, browser: Browser, office: Office, desks: list[Desk], folder: Path) -> None:
    invitations = office.replace(3, "机关党委")
    first = desks[0].invited_again(invitations[0])
    first.open()
    first.wait_for("请把钥匙重新分一次")
    album.take(first, "09-replace-others")
    newcomer = Desk(browser, invitations[2], folder)
    newcomer.open()
    newcomer.wait_for("请您接替一份钥匙")
    album.take(newcomer, "10-replace-newcomer")
    newcomer.context.close()


def give(desk: Desk, words: str = WORDS, button: str = "用我的钥匙开封") -> None:
    desk.page.locator("input[type=file]").set_input_files(desk.file)
    desk.page.locator("input[type=password]").fill(words)
    desk.page.get_by_role("checkbox").check()
    desk.page.get_by_role("button", name=button).click()


def opening(album: Album, browser: Browser, house: House, folder: Path) -> None:
    office = Office(house)
    with at(browser, office, folder) as desks:
        office.make_key(desks)
        office.collect(6)
        first, second, third = desks
        first.open()
        first.wait_for("开封")
        album.take(first, "11-opening")
        give(first, "wrong words here")
        first.wait_for_text("口令不对")
        album.take(first, "12-wrong-passphrase")  # in the other language the form is drawn anew
        second.open()
        for desk in (first, second):
            desk.wait_for("开封")
            give(desk)
            desk.wait_for("您的那一份已经交出")
        album.take(second, "13-given")
        office.count()
        first.reopen()
        first.wait_for("这一轮已经计票")
        album.take(first, "14-sign")
        give(first, button="用我的钥匙签字")
        first.wait_for_text("您的签字已经收下")
        album.take(first, "15-delete")
        third.open()
        third.wait_for("这一轮已经计票")
        album.take(third, "16-nothing-to-sign")
        third.page.goto(f"{office.url}/custodian")
        third.wait_for("没有成功")
        album.take(third, "17-no-link")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        with quick_page(Path(work)):
            house = House(Path(work) / "instance")
        album = Album(folder, axe_fixture.__wrapped__())
        making(album, browser, house, Path(work))
        opening(album, browser, house, Path(work))
        browser.close()
        house.stop()
    print("\n".join(album.faults) or "axe and widths: nothing found")
    sys.exit(1 if album.faults else 0)


if __name__ == "__main__":
    main()
