"""What the office sees while slips are made and downloaded: how far it is, that it is done, that it was cut off."""

from __future__ import annotations

import re

import pytest

from survey.domain.ports.work_book import Work, WorkState
from survey.domain.rounds import State
from survey.office.headers import ASKING_POLICY, HEADERS
from survey.office.long_steps import sending
from survey.reports.slips import run as print_run
from tests.office.conftest import PASSWORD, Visitor, make_app
from tests.world import World


@pytest.fixture
def world(services) -> World:
    return World(services).freeze()


@pytest.fixture
def office(services) -> Visitor:
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office", PASSWORD)
    return visitor


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Every unit is a sign of life, and its slips are made at once."""
    monkeypatch.setattr(sending, "PACE", 0.0)
    monkeypatch.setattr(print_run, "unit_pdf", lambda of_unit, *_more: b"%PDF-1.7" + bytes(100 * len(of_unit)))


def at(world: World, step: str = "") -> str:
    return f"/office/rounds/{world.round.id}{step}"


def download(office: Visitor, world: World, **fields: str):
    """Begun and not read to its end: its first piece is there."""
    data = {"csrf_token": office.token("/office/account"), **fields}
    response = office.client.post(
        at(world, "/slips.zip"),
        data=data,
        base_url="https://survey.example",
        headers={"Referer": "https://survey.example/"},
    )
    assert response.status_code == 200
    return response


def progress(office: Visitor, world: World) -> dict[str, object]:
    return office.get(at(world, "/progress")).get_json()


def results(services) -> list[str]:
    return [line["result"] for line in services.audit.lines if line["action"] == "print-slips"]


def live_codes(services, world: World) -> int:
    return sum(unit.printed for one in world.round.evaluations for unit in services.registry.turnout(one.id))


def test_while_slips_are_sent_every_page_says_how_many_units_are_done(office, world):
    response = download(office, world)
    pieces = response.iter_encoded()
    next(pieces)
    next(pieces)
    now = progress(office, world)
    assert (now["state"], now["total"]) == ("running", 3)
    assert 1 <= now["done"] <= 3
    words = f"共3个单位，已完成{now['done']}个"
    assert now["counted"] == words
    page = office.get(at(world)).text
    assert "正在制作和下载纸条。" in page
    assert words in page
    assert "下载纸条</button>" not in page
    assert words in office.get(at(world, "/work")).text
    assert "不要中断下载" in office.get(at(world, "/work")).text
    for _ in pieces:
        pass


def test_a_finished_download_says_so_once_and_leads_to_opening(office, services, world):
    assert download(office, world).data
    assert progress(office, world)["state"] == "done"
    page = office.get(at(world)).text
    assert "纸条已全部做好并发出" in page
    assert "开放答题</button>" in page
    assert "纸条已全部做好并发出" not in office.get(at(world)).text
    assert progress(office, world) == {"state": "none", "mark": ""}


def test_a_download_broken_off_leaves_everything_as_before_and_says_so(office, services, world):
    response = download(office, world)
    next(response.iter_encoded())
    response.close()
    assert services.registry.rounds[world.round.id].state is State.FROZEN
    assert live_codes(services, world) == 0
    assert results(services) == ["started", "cut off"]
    assert progress(office, world)["state"] == "failed"
    page = office.get(at(world)).text
    assert "下载中断了。一切和以前一样" in page
    assert "下载纸条</button>" in page
    assert download(office, world).data  # and it can be begun again at once
    assert services.registry.rounds[world.round.id].state is State.PRINTED


def test_a_download_of_which_nobody_takes_a_piece_has_ended_too(office, services, world):
    from survey.domain.slips import draw_codes
    from survey.office.rounds.slips import slips_zip

    said: list[str] = []
    drawn = draw_codes(world.round, registry=services.registry, randomness=services.randomness)
    slips_zip(services, world.round, drawn, said.append).close()
    assert said == ["cut off"]
    assert services.work.find_work(world.round.id).state is WorkState.FAILED


def test_broken_off_when_the_codes_count_already_it_says_that_the_slips_must_be_printed_again(office, services, world):
    world.print_again()
    world.round = services.registry.rounds[world.round.id]
    office.post(at(world, "/open"), {}, "/office/account")
    before = live_codes(services, world)
    response = download(office, world, confirm="重印")
    next(response.iter_encoded())
    response.close()
    assert live_codes(services, world) == before  # the new ones
    assert "以前印的纸条作废了，而文件不完整" in office.get(at(world)).text


@pytest.mark.parametrize(
    ("step", "fields"), [("/slips.zip", {}), ("/freeze", {}), ("/close", {"confirm": "截止"}), ("/open", {})]
)
def test_while_slips_are_made_no_other_step_of_the_round_begins(office, services, world, step, fields):
    world.print_again()
    world.round = services.registry.rounds[world.round.id]
    if step == "/close":
        office.post(at(world, "/open"), {}, "/office/account")
    services.registry.rounds[world.round.id] = before = (
        world.round if step in ("/slips.zip", "/open") else services.registry.rounds[world.round.id]
    )
    now = int(services.clock().timestamp())
    services.work.save_work(Work(world.round.id, "print-slips", WorkState.RUNNING, 1, 3, now))
    refused = office.post(at(world, step), {"confirm": "重印", **fields}, "/office/account")
    assert refused.status_code == 409
    if step != "/freeze":
        assert "正在进行另一个较长的步骤" in refused.text
    assert services.registry.rounds[world.round.id] is before
    assert services.work.find_work(world.round.id).kind == "print-slips"


def test_a_reader_who_slept_so_long_that_another_print_began_gets_no_whole_file(office, services, world):
    sleeper = download(office, world)
    pieces = sleeper.iter_encoded()
    next(pieces)
    services.clock.move(seconds=121)
    assert "没有做完就中断了" in office.get(at(world)).text
    assert download(office, world).data
    codes = set(services.registry.codes[world.first.id])
    with pytest.raises(Exception, match="busy"):
        list(pieces)
    assert set(services.registry.codes[world.first.id]) == codes
    assert "纸条已全部做好并发出" in office.get(at(world)).text
    assert sorted(results(services)) == ["done", "failed", "started", "started"]


def test_only_the_page_of_a_round_that_has_something_to_watch_may_ask_by_script(office, services, world):
    page = office.get(at(world))
    assert page.headers.getlist("Content-Security-Policy") == [ASKING_POLICY]
    assert ASKING_POLICY.endswith("script-src 'self'; connect-src 'self'")
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/office/assets/progress.js" defer>']
    for path in (
        "/office/",
        "/office/rounds/draft",
        "/office/rounds/closed",
        "/office/rounds/opened",
        at(world, "/progress"),
    ):
        assert office.get(path).headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"], path


def test_looking_how_far_it_is_leaves_no_line_in_the_staff_log(office, services, world):
    lines = len(services.audit.lines)
    progress(office, world)
    assert len(services.audit.lines) == lines
