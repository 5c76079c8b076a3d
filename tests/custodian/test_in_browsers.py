"""Three real browsers make the key and open the boxes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from survey.cli.custodian_join import HttpWay, Joining
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.all_here import make_opening_key
from survey.domain.ceremony.stopping import Stop
from survey.domain.custody.shares import ShareFile
from survey.domain.custody.statements import Statement
from tests.custodian.conftest import WORDS, Desk, House, Office

pytestmark = pytest.mark.browser

MAKING = "正在一起做钥匙"
COMPARE = "和其他保管人核对这十二个词"
MADE = "钥匙做好了，请存好您的这一份"
OPENING = "开封"
COUNTED = "这一轮已经计票"
TROUBLE = "没有成功"


def make(desks: list[Desk]) -> None:
    """Everybody honest and present, up to the saved share files."""
    for desk in desks:
        desk.open()
        desk.start()
    for desk in desks:
        desk.wait_for(COMPARE)
    assert len({tuple(desk.words()) for desk in desks}) == 1
    for desk in desks:
        desk.agree()
    for desk in desks:
        desk.wait_for(MADE)
        desk.save()


def choose_and_type(desk: Desk, file: Path, words: str = WORDS) -> None:
    desk.page.locator("input[type=file]").set_input_files(file)
    desk.page.locator("input[type=password]").fill(words)


def open_with(desk: Desk, file: Path, words: str = WORDS) -> None:
    choose_and_type(desk, file, words)
    desk.page.get_by_role("checkbox").check()
    desk.page.get_by_role("button", name="用我的钥匙开封").click()


def sign_with(desk: Desk, file: Path) -> None:
    choose_and_type(desk, file)
    desk.page.get_by_role("checkbox").check()
    desk.page.get_by_role("button", name="用我的钥匙签字").click()


@pytest.fixture
def real_office(house: House) -> Office:
    return Office(house)


def test_three_browsers_make_the_key_and_two_of_them_open_the_boxes_and_sign(
    real_office: Office, browser: Browser, tmp_path: Path, axe: Callable[[Page], list[str]]
) -> None:
    office = real_office  # the page that everybody gets, at the full cost of its passphrases
    desks = [Desk(browser, invitation, tmp_path) for invitation in office.invitations]
    make(desks)
    key = office.refresh().round.get_opening_key()
    shares = [ShareFile.read(desk.file, lambda: WORDS) for desk in desks]
    assert {share.public_key for share in shares} == {key.public_key}

    desks[0].wait_for("您的这一份已经做好")
    choose_and_type(desks[0], desks[0].file)
    desks[0].page.get_by_role("button", name="试一试").click()
    expect(desks[0].page.locator(".message")).to_have_text("完好。这份文件就是您的那一份，口令也对。", timeout=30_000)
    assert axe(desks[0].page) == []
    actions = [(entry.account, entry.action, entry.result) for entry in office.services.audit.entries()]
    assert ("custodian:巡察办", "share-test", "done") in actions

    office.collect(7)
    round_id = office.world.round.id
    digest = office.services.registry.find_boxes_digest(round_id)
    assert digest is not None
    for desk in desks[:2]:
        desk.reopen()
        desk.wait_for(OPENING)
        assert desk.page.locator(".hex").inner_text().replace(" ", "") == digest.hex()
        assert "第一巡察组\t7" in desk.page.locator("table").inner_text()
        open_with(desk, desk.file)
        desk.wait_for("您的那一份已经交出")
    assert axe(desks[1].page) == []

    record = office.count()
    assert office.services.partials.files(round_id) == {}
    signer = desks[0]
    signer.reopen()
    signer.wait_for(COUNTED)
    assert signer.page.locator(".hex").inner_text().replace(" ", "") == record
    for said in ("巡察办", "纪委", digest.hex()[:8], record[-8:]):
        expect(signer.page.locator("main")).to_contain_text(said)
    assert axe(signer.page) == []
    sign_with(signer, signer.file)
    signer.wait_for_text("您的签字已经收下")
    expect(signer.page.locator("main")).to_contain_text("粉碎纸质备份")
    assert axe(signer.page) == []
    (raw,) = office.services.registry.statements(round_id).values()
    assert (Statement.parse(raw).index, Statement.parse(raw).record) == (1, record)
    desks[2].reopen()  # who gave no part has nothing to sign
    desks[2].wait_for(COUNTED)
    expect(desks[2].page.locator("main")).to_contain_text("现在请删掉您的钥匙")
    expect(desks[2].page.locator("input[type=file]")).to_have_count(0)
    for desk in desks:
        assert desk.records() == []
        assert desk.witness.complaints == []
        assert {request.url.split("/")[2] for request in desk.witness.requests} <= {f"localhost:{office.port}", ""}
        desk.context.close()


def test_a_lost_custodian_is_replaced_on_the_pages_and_the_new_shares_open(
    office: Office, desks: list[Desk], browser: Browser, tmp_path: Path, axe: Callable[[Page], list[str]]
) -> None:
    office.make_key(desks)
    key = office.refresh().round.get_opening_key().public_key
    invitations = office.replace(3, "机关党委")
    again = [desk.invited_again(invitation) for desk, invitation in zip(desks[:2], invitations, strict=False)]
    newcomer = Desk(browser, invitations[2], tmp_path)
    for desk in again:
        desk.open()
        desk.wait_for("请把钥匙重新分一次")
        expect(desk.page.locator("main")).to_contain_text("组织部手里的那一份丢了，由机关党委接替")
    assert axe(again[0].page) == []
    again[0].page.locator("input[type=file]").set_input_files(desks[1].file)
    again[0].start(heading="请把钥匙重新分一次")
    expect(again[0].page.locator(".complaint")).to_have_text("这不是您在这一轮的钥匙文件。请选对的那一份。")
    for desk in again:
        desk.page.locator("input[type=file]").set_input_files(desk.file)
        desk.start(heading="请把钥匙重新分一次")
    newcomer.open()
    newcomer.start(heading="请您接替一份钥匙")
    everybody = [*again, newcomer]
    for desk in everybody:
        desk.wait_for(COMPARE)
    for desk in everybody:
        desk.agree()
    for desk in everybody:
        desk.wait_for(MADE)
        expect(desk.page.locator(".warning")).to_contain_text("原来的那一份从现在起作废")
        desk.file = tmp_path / f"{desk.invitation.index}.new"
        desk.save()
        desk.wait_for("您的这一份已经做好")

    assert office.refresh().round.get_opening_key().public_key == key
    assert [custodian.name for custodian in office.world.round.custodians] == ["巡察办", "纪委", "机关党委"]
    office.collect(2)
    for desk in (again[1], newcomer):
        desk.page.reload()
        desk.wait_for(OPENING)
        open_with(desk, desk.file)
        desk.wait_for("您的那一份已经交出")
    assert office.count()
    newcomer.context.close()


def test_an_opening_is_stopped_and_goes_on_where_it_was(office: Office, desks: list[Desk]) -> None:
    office.make_key(desks)
    office.collect(5)
    desk = desks[0]
    desk.page.route("**/custodian/partial", lambda route: route.abort())
    desk.open()
    desk.wait_for(OPENING)
    open_with(desk, desk.file)
    expect(desk.page.locator(".complaint")).to_contain_text("连不上服务器")
    assert [name for name in desk.records() if "/opening/" in name]
    desk.reopen()  # the points lie locked in the browser
    desk.wait_for(OPENING)
    open_with(desk, desk.file)
    desk.wait_for("您的那一份已经交出")
    assert desk.records() == []


def test_a_browser_closed_at_any_moment_loses_nothing_that_was_said(office: Office, desks: list[Desk]) -> None:
    first, second, third = desks
    for desk in desks[:2]:
        desk.open()
        desk.start()
        desk.wait_for(MAKING)
    expect(first.page.locator(".waited")).to_have_text("正在等：组织部")
    first.reopen()
    first.wait_for("接着做")
    first.resume("一句别的话，不是当时那句")
    expect(first.page.locator(".complaint")).to_contain_text("口令不对", timeout=30_000)
    first.resume()
    third.open()
    third.start()
    for desk in desks:
        desk.wait_for(COMPARE)
    second.reopen()
    second.resume()
    second.wait_for(COMPARE)
    for desk in desks[:2]:
        desk.agree()
        desk.wait_for(MAKING)
    expect(first.page.locator(".waited")).to_have_text("正在等：组织部")  # both have confirmed, as everybody can see
    first.reopen()  # the last one confirms while it is away
    third.agree()
    third.wait_for(MADE)
    second.wait_for(MADE)
    second.reopen()  # closed before the file was saved
    second.wait_for(MADE)
    first.reopen()
    first.wait_for("接着做")
    first.resume()
    first.wait_for(MADE)
    for desk in desks:
        desk.save()
        ShareFile.read(desk.file, lambda: WORDS)


def test_a_browser_and_a_command_line_make_a_key_together(office: Office, desks: list[Desk], tmp_path: Path) -> None:
    desk = desks[0]
    desk.open()
    desk.start()
    others = [
        Joining.begin(invitation, tmp_path / f"{invitation.index}.share", lambda _: WORDS, 10)
        for invitation in office.invitations[1:]
    ]
    desk.wait_for(MAKING)
    ways = [HttpWay(other.invitation) for other in others]

    def go() -> None:
        for other, way in zip(others, ways, strict=True):
            if not other.share_file.exists():
                while other.step(way, lambda _: True) is None:
                    pass

    while desk.heading() == MAKING:
        go()
        desk.page.wait_for_function(f"document.querySelector('h1').innerText === '{COMPARE}' || true")
    desk.wait_for(COMPARE)
    go()
    desk.agree()
    desk.wait_for(MADE)
    go()
    desk.save()
    assert (
        ShareFile.read(desk.file, lambda: WORDS).public_key
        == ShareFile.read(others[0].share_file, lambda: WORDS).public_key
    )


def test_a_wrong_passphrase_a_foreign_share_and_a_broken_file_each_get_one_sentence(
    office: Office, desks: list[Desk], tmp_path: Path
) -> None:
    office.make_key(desks)
    office.collect(2)
    desk = desks[0]
    desk.reopen()
    desk.wait_for(OPENING)
    said = desk.page.locator(".complaint")

    choose_and_type(desk, desk.file)
    desk.page.get_by_role("button", name="用我的钥匙开封").click()
    expect(said).to_have_text("请先核对清单核对码。")
    open_with(desk, desk.file, "一句别的话，不是当时那句")
    expect(said).to_have_text("口令不对，或者文件被改过。请再输一次。", timeout=30_000)
    open_with(desk, desks[1].file)
    expect(said).to_have_text("这不是您在这一轮的钥匙文件。请选对的那一份。")
    (tmp_path / "broken").write_text("not a share")
    open_with(desk, tmp_path / "broken")
    expect(said).to_have_text("这不是钥匙文件，或者文件坏了。请选另一份，或者用纸质备份。")
    assert office.services.partials.files(office.world.round.id) == {}


def test_a_list_other_than_the_published_one_is_not_opened(office: Office, desks: list[Desk]) -> None:
    office.make_key(desks)
    office.collect(2)
    desk = desks[0]
    desk.page.route("**/custodian/boxes", lambda route: route.fulfill(body=_changed_list(office)))
    desk.open()
    desk.wait_for(TROUBLE)
    expect(desk.page.locator(".trouble")).to_contain_text("清单不是您核对过的那一份，没有开封。")


def _changed_list(office: Office) -> bytes:
    from survey.domain.custody.boxes import boxes_chunks

    whole = b"".join(boxes_chunks(office.world.round, office.services.box))
    return whole[:-65] + whole[-130:-65]


def test_who_sees_other_words_stops_it_for_everybody(office: Office, desks: list[Desk]) -> None:
    for desk in desks:
        desk.open()
        desk.start()
    for desk in desks:
        desk.wait_for(COMPARE)
    desks[0].page.get_by_role("button", name="有不同").click()
    for desk in desks:  # the others see it too, while they still compare
        desk.wait_for(TROUBLE)
        expect(desk.page.locator(".trouble")).to_contain_text("这一次停下了：巡察办看到的核对词和别人的不一样。")
    assert office.refresh().round.opening_key is None
    desks[0].page.get_by_role("button", name="English").click()
    expect(desks[0].page.locator(".trouble")).to_contain_text("巡察办 sees other check words than the others.")


def test_a_stopped_ceremony_says_so_and_goes_on_when_the_office_begins_again(office: Office, desks: list[Desk]) -> None:
    services = office.services
    for desk in desks[:2]:
        desk.open()
        desk.start()
        desk.wait_for(MAKING)
    services.board.stop(office.world.round.id, 1, Stop("wrong-sub-share", 3).encode())
    desks[0].wait_for(TROUBLE)
    expect(desks[0].page.locator(".trouble")).to_contain_text("这一次停下了：组织部送出的信封里数目不对")
    ceremony_office.restart(office.world.round, board=services.board)
    desks[0].wait_for(MAKING)
    desks[2].open()
    desks[2].start()
    for desk in desks:
        desk.wait_for(COMPARE)


def test_a_link_for_another_round_or_rule_is_refused(office: Office, desks: list[Desk]) -> None:
    page = desks[0].page
    page.goto(office.invitations[0].link[:-4] + "AAAA")
    desks[0].wait_for(TROUBLE)
    expect(page.locator(".trouble")).to_contain_text("和邀请里的不一样，没有继续")


@pytest.mark.parametrize(
    ("ending", "sentence"),
    [("", "网址不完整"), ("#k=AAAAAAAAAAAAAAAAAAAAAA&f=AAAA", "这份邀请无效")],
    ids=["no fragment", "unknown"],
)
def test_without_a_good_link_one_sentence_says_what_to_do(
    office: Office, desks: list[Desk], ending: str, sentence: str
) -> None:
    desks[0].page.goto(f"{office.url}/custodian{ending}")
    desks[0].wait_for(TROUBLE)
    expect(desks[0].page.locator(".trouble")).to_contain_text(sentence)


def test_two_browsers_with_one_link_do_not_both_begin(
    office: Office, desks: list[Desk], browser: Browser, tmp_path: Path
) -> None:
    desks[0].open()
    desks[0].start()
    desks[0].wait_for(MAKING)
    thief = Desk(browser, office.invitations[0], tmp_path)
    thief.open()
    thief.start()
    thief.wait_for(TROUBLE)
    expect(thief.page.locator(".trouble")).to_contain_text("您的位置已经有人开始了")
    thief.context.close()


def test_the_page_is_english_for_an_english_browser_and_switches(
    office: Office, browser: Browser, tmp_path: Path, axe: Callable[[Page], list[str]]
) -> None:
    desk = Desk(browser, office.invitations[0], tmp_path, locale="en-GB")
    desk.open()
    desk.wait_for("Please keep one part of a key")
    assert axe(desk.page) == []
    desk.page.get_by_role("button", name="中文").click()
    desk.wait_for("请您保管一份钥匙")
    assert axe(desk.page) == []
    desk.page.set_viewport_size({"width": 320, "height": 700})
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 320
    desk.context.close()


def test_a_round_that_was_keyed_on_one_machine_has_the_opening_page_too(
    office: Office, desks: list[Desk], tmp_path: Path
) -> None:
    """--all-here writes shares without passphrase, which the page does not take; the command line does."""
    world, services = office.refresh(), office.services
    world.round, world.shares = make_opening_key(
        world.round, registry=services.registry, randomness=services.randomness
    )
    desks[0].open()
    desks[0].wait_for("您的这一份已经做好")
