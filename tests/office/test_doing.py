"""The steps of a round as buttons, on a round with real keys, codes and ballots."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from dataclasses import replace

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from survey.domain import lifecycle
from survey.domain.invitations import parse_code
from survey.domain.ports.work_book import Work, WorkState
from survey.domain.rounds import State
from survey.errors import StoreUnavailable
from survey.reports.slips import run as print_run
from tests.office.conftest import HTTPS, PASSWORD, Visitor, make_app
from tests.world import World, phones


@pytest.fixture
def world(services) -> World:
    """A draft of its own on the stores of the office."""
    return World(services)


@pytest.fixture
def office(services) -> Visitor:
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office", PASSWORD)
    return visitor


def path(world: World, step: str = "") -> str:
    return f"/office/rounds/{world.round.id}" + (f"/{step}" if step else "")


def press(office: Visitor, world: World, step: str, **fields: str):
    return office.post(path(world, step), fields, path(world))


def finish(office: Visitor, world: World) -> str:
    """The page of the round when the long step has ended."""
    for thread in threading.enumerate():
        if thread.name == f"work-{world.round.id}":
            thread.join(60)
    return office.get(path(world, "work"), follow_redirects=True).text


def state(services, world: World) -> State:
    world.round = services.registry.rounds[world.round.id]
    return world.round.state


def frozen(office: Visitor, services, world: World) -> None:
    world.make_key()
    press(office, world, "freeze")
    finish(office, world)
    assert state(services, world) is State.FROZEN


def lines(services, action: str) -> list[str]:
    return [line["result"] for line in services.audit.lines if line["action"] == action]


def upload(office: Visitor, world: World, files: list[bytes]):
    form = MultiDict([("csrf_token", office.token(path(world)))])
    for number, content in enumerate(files):
        form.add("part", FileStorage(io.BytesIO(content), f"{number}.part"))
    body, length, boundary = stream_encode_multipart(form, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    address = path(world, "parts")
    return office.client.post(
        address, input_stream=body, content_length=length, content_type=kind, follow_redirects=True, **HTTPS
    )


def test_without_a_key_a_round_is_not_frozen(office, services, world):
    assert "还缺什么" in office.get(path(world)).text
    assert press(office, world, "freeze").status_code == 409
    assert state(services, world) is State.DRAFT


def test_invitations_are_handed_out_once_and_not_kept(office, services, world):
    response = press(office, world, "invite")
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        assert [name for name in packed.namelist() if name.endswith(".invitation")] == [
            "1_巡察办.invitation",
            "2_纪委.invitation",
            "3_组织部.invitation",
        ]
        assert b"survey-invitation/1" in packed.read("1_巡察办.invitation")
    assert services.board.find_attempt(world.round.id)
    assert lines(services, "invite-custodians") == ["done"]


def test_a_round_is_frozen_with_a_button(office, services, world):
    world.make_key()
    response = press(office, world, "freeze")
    assert (response.status_code, response.location) == (303, path(world, "work"))
    page = finish(office, world)
    assert "已审定。现在可以印纸条。" in page
    assert "下载纸条" in page
    assert state(services, world) is State.FROZEN
    assert lines(services, "freeze-round") == ["started", "done"]


def test_slips_are_one_zip_with_a_pdf_per_unit_and_count_from_then_on(office, services, world):
    frozen(office, services, world)
    response = press(office, world, "slips.zip")
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        assert sorted(packed.namelist()) == [
            "第一巡察组_后勤处.pdf",
            "第一巡察组_文学院.pdf",
            "第二巡察组_图书馆.pdf",
        ]
        assert all(packed.read(name).startswith(b"%PDF") for name in packed.namelist())
        assert {entry.date_time[0] for entry in packed.infolist()} == {1980}
    assert state(services, world) is State.PRINTED
    printed = sum(unit.printed for unit in services.registry.turnout(world.first.id))
    assert printed == world.first.printed(world.round.spare_percent)
    assert sorted(lines(services, "print-slips")) == ["done", "started"]  # the file may end before its request does


def test_printing_writes_no_file(office, services, world, monkeypatch):
    import pathlib
    import tempfile

    frozen(office, services, world)

    def no_file(*_: object, **__: object) -> None:
        raise AssertionError("a file was written")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, no_file)
    monkeypatch.setattr(pathlib.Path, "write_bytes", no_file)
    monkeypatch.setattr(pathlib.Path, "write_text", no_file)
    assert press(office, world, "slips.zip").data


def test_a_download_that_breaks_leaves_no_code_and_no_zip(office, services, world, monkeypatch):
    frozen(office, services, world)
    real, made = print_run.unit_pdf, []

    def fails_at_the_second(*arguments):
        made.append(1)
        if len(made) == 2:
            raise StoreUnavailable("the line is cut")
        return real(*arguments)

    monkeypatch.setattr(print_run, "unit_pdf", fails_at_the_second)
    with pytest.raises(StoreUnavailable):
        press(office, world, "slips.zip").data  # noqa: B018  # reading the body makes it
    assert state(services, world) is State.FROZEN
    assert services.registry.turnout(world.first.id) == []
    assert sorted(lines(services, "print-slips")) == ["failed", "started"]


def test_a_name_without_glyphs_is_refused_before_anything_is_sent(office, services, world):
    frozen(office, services, world)
    first = replace(world.round.evaluations[0], team="第\U00030000组")
    services.registry.rounds[world.round.id] = replace(world.round, evaluations=(first, *world.round.evaluations[1:]))
    response = press(office, world, "slips.zip")
    assert response.status_code == 422
    assert "U+30000" in response.text
    assert "印不出来" in response.text


def test_a_reprint_needs_the_typed_word_and_voids_what_was_not_used(office, services, world, monkeypatch):
    frozen(office, services, world)
    codes: list[str] = []
    real = print_run.unit_pdf

    def note_codes(of_unit, *more):
        codes.extend(str(slip.code) for slip in of_unit)
        return real(of_unit, *more)

    monkeypatch.setattr(print_run, "unit_pdf", note_codes)
    assert press(office, world, "slips.zip").data
    first = list(codes)
    page = press(office, world, "slips.zip")
    assert page.status_code == 409
    assert "确认的词没有输入，或者输得不对" in page.text
    press(office, world, "open")
    codes.clear()
    assert press(office, world, "slips.zip", confirm="重印").data
    assert not set(first) & set(codes)
    assert len(codes) == len(first)
    assert all(parse_code(code) for code in codes)
    assert sum(unit.void for unit in services.registry.turnout(world.first.id)) == world.first.printed(8)


def test_a_code_used_while_reprinting_leaves_its_unit_one_slip_less(office, services, world, monkeypatch):
    world.open()
    real, printed, one_at_a_time = print_run.unit_pdf, [], threading.Lock()

    def somebody_answers(of_unit, *more):
        with one_at_a_time:
            if not printed:
                book = services.registry.codes[world.first.id]
                next(one for one in book.values() if one.state == "unused").state = "used"
            printed.append(len(of_unit))
        return real(of_unit, *more)

    monkeypatch.setattr(print_run, "unit_pdf", somebody_answers)
    assert press(office, world, "slips.zip", confirm="reprint").data
    assert len(printed) == 4  # one of the three units a second time
    live = sum(unit.printed for unit in services.registry.turnout(world.first.id))
    assert live == world.first.printed(8)


def test_a_round_is_opened_and_closed_only_with_the_typed_word(office, services, world):
    frozen(office, services, world)
    assert press(office, world, "slips.zip").data
    assert press(office, world, "open").status_code == 303
    assert state(services, world) is State.OPEN
    assert "确认的词没有输入，或者输得不对" in finish_text(press(office, world, "close", confirm="yes"), office)
    assert state(services, world) is State.OPEN
    assert press(office, world, "close", confirm="截止").location == path(world, "work")
    assert "已截止，票箱已封存。" in finish(office, world)
    assert state(services, world) is State.CLOSED
    assert services.box.times_order_was_forgotten == 1
    assert lines(services, "close-round") == ["not confirmed", "started", "done"]


def finish_text(response, office: Visitor) -> str:
    return office.get(response.location).text


def test_the_boxes_are_opened_with_parts_that_custodians_gave_as_files(office, services, world, tmp_path):
    world.open()
    for phone in phones(world, world.first, world.app().test_client())[:3]:
        phone.answer({})
    world.close()
    listed = office.get(path(world, "boxes"))
    assert listed.data.startswith(b'{"schema":"survey-boxes/1"')
    assert press(office, world, "count", confirm="开封").status_code == 409
    parts = world.partials(tmp_path)
    page = upload(office, world, [parts[0].path.read_bytes(), b"nonsense"]).text
    assert f'role="status">{parts[0].custodian}的部分开封文件核对无误' in page
    assert 'role="alert">“1.part”没有收下' in page
    assert "还差1位保管人的部分开封文件" in page
    assert "开封计票</button>" not in page
    again = upload(office, world, [parts[0].path.read_bytes()]).text
    assert "没有收下" in again
    page = upload(office, world, [parts[1].path.read_bytes()]).text
    assert "开封计票</button>" in page
    assert "确认的词没有输入，或者输得不对" in finish_text(press(office, world, "count", confirm=""), office)
    assert press(office, world, "count", confirm="开封").location == path(world, "work")
    assert "结果已固定" in finish(office, world)
    assert state(services, world) is State.OPENED
    assert services.registry.find_tally_record(world.round.id)
    assert services.partials.files(world.round.id) == {}


def test_while_a_long_step_runs_a_page_shows_its_progress_and_no_other_starts(office, services, world):
    now = int(services.clock().timestamp())
    services.work.save_work(Work(world.round.id, "count-round", WorkState.RUNNING, 30, 120, now))
    response = office.get(path(world, "work"))
    assert response.headers["Refresh"] == "3"
    assert "Refresh" not in office.get(path(world, "work?still=1")).headers
    page = response.text
    assert "120票中已处理30票" in page
    assert "查看进度" in office.get(path(world)).text
    world.make_key()
    refused = office.post(path(world, "freeze"), {}, "/office/account")
    assert refused.status_code == 409
    assert "正在进行另一个较长的步骤" in refused.text


def test_a_step_without_a_sign_for_two_minutes_was_interrupted(office, services, world):
    long_ago = int(services.clock().timestamp()) - 121
    services.work.save_work(Work(world.round.id, "freeze-round", WorkState.RUNNING, 0, 0, long_ago))
    assert "没有做完就中断了" in office.get(path(world)).text
    world.make_key()
    press(office, world, "freeze")
    assert "已审定" in finish(office, world)


def test_a_long_step_that_fails_says_so_on_the_page_of_the_round(office, services, world, monkeypatch):
    world.make_key()

    def refuses(*_: object, **__: object) -> None:
        raise StoreUnavailable("The store failed.", why="store-code", code="SQLITE_FULL")

    monkeypatch.setattr(lifecycle, "freeze", refuses)
    press(office, world, "freeze")
    page = finish(office, world)
    assert "数据库出错" in page
    assert "SQLITE_FULL" in page
    assert lines(services, "freeze-round") == ["started", "store-unavailable"]


@pytest.mark.parametrize("step", ["invite", "freeze", "slips.zip", "open", "close", "parts", "count"])
@pytest.mark.parametrize("role", ["reader", "auditor", "security-admin", "system-admin", "custodian"])
def test_no_other_role_does_a_step(signed_in, services, step, role):
    visitor = signed_in(role)
    before = dict(services.registry.rounds)
    token = visitor.token("/office/account")
    for round_id in ("draft", "frozen", "printed", "open", "closed"):
        data = {"csrf_token": token, "confirm": "close"}
        assert visitor.client.post(f"/office/rounds/{round_id}/{step}", data=data, **HTTPS).status_code == 403
    assert services.registry.rounds == before


@pytest.mark.parametrize("step", ["invite", "freeze", "slips.zip", "open", "close", "parts", "count"])
def test_a_step_without_the_token_of_the_form_is_refused(office, services, step):
    before = dict(services.registry.rounds)
    for round_id in ("draft", "frozen", "printed", "open", "closed"):
        data = {"confirm": "close"}
        assert office.client.post(f"/office/rounds/{round_id}/{step}", data=data, **HTTPS).status_code == 400
    assert services.registry.rounds == before


@pytest.mark.parametrize("step", ["freeze", "slips.zip", "open", "close", "count"])
def test_a_get_does_no_step(office, services, step):
    before = dict(services.registry.rounds)
    for round_id in ("draft", "frozen", "printed", "open", "closed"):
        assert office.get(f"/office/rounds/{round_id}/{step}").status_code in (404, 405)
    assert services.registry.rounds == before


def test_the_page_names_no_step_twice(office):
    for round_id in ("draft", "frozen", "printed", "open", "closed"):
        page = office.get(f"/office/rounds/{round_id}").text
        assert len(re.findall(r'class="main"|class="button main"', page)) <= 1
