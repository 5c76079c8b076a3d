"""New rounds in the browser: by form, from Excel, copied; changed and deleted while a draft."""

from __future__ import annotations

import copy
import html
import io
import re
import zipfile
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from survey.domain.ports.notice_board import Attempt
from survey.domain.questionnaire import default_questionnaire, parse_questionnaire
from survey.domain.rounds import OpeningKey, State
from survey.sheets.template import template
from tests.office.conftest import HTTPS

FORM = {
    "name": "2027年第一轮巡察",
    "custodians": "巡察办\n纪委\n组织部",
    "threshold": "2",
    "minimum_group": "5",
    "texts_minimum": "10",
    "spare_percent": "8",
}
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CUSTODIANS = [["custodians", "巡察办、纪委、组织部"]]
ROWS = [("第一巡察组", "组长甲", "文学院", "42"), ("", "", "后勤处", "３"), ("第二巡察组", "", "图书馆", "14")]


def form_of(rows=ROWS, **changes: str) -> MultiDict[str, str]:
    form = MultiDict({**FORM, **changes})
    for row in rows:
        for name, value in zip(("team", "leader", "unit", "entitled"), row, strict=True):
            form.add(name, value)
    return form


def post(visitor, path: str, form: MultiDict[str, Any], form_at: str = "/office/rounds/new", **kwargs: Any):
    """As the page at form_at would send it: with its token and, of a draft, the revision that it began with."""
    page = visitor.get(form_at).text
    for name in ("csrf_token", "revision"):
        if (found := re.search(rf'name="{name}" value="([^"]*)"', page)) and name not in form:
            form.setlist(name, [found.group(1)])
    return visitor.client.post(path, data=form, **HTTPS, **kwargs)


def workbook(round_rows=None, unit_rows=None) -> openpyxl.Workbook:
    book = openpyxl.load_workbook(io.BytesIO(template(english=True)))
    for title, rows in (("round", round_rows), ("units", unit_rows)):
        if rows is not None:
            del book[title]
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
    return book


def content_of(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def upload(visitor, content: bytes, path: str = "/office/rounds/import", name: str = "名单.xlsx"):
    form = MultiDict([("csrf_token", visitor.token(path)), ("file", FileStorage(io.BytesIO(content), name))])
    # In memory: the test client would write a large body to a temporary file of its own.
    body, length, boundary = stream_encode_multipart(form, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return visitor.client.post(path, input_stream=body, content_length=length, content_type=kind, **HTTPS)


def import_preview(visitor, preview, path: str = "/office/rounds/import"):
    """Press the button of the preview."""
    packed = re.search(r'name="draft" value="([^"]*)"', preview.text)
    assert packed
    form = MultiDict({"draft": html.unescape(packed.group(1))})
    if begun := re.search(r'name="revision" value="([^"]*)"', preview.text):
        form["revision"] = begun.group(1)
    return post(visitor, f"{path}/done", form)


def made_of(services, before: set[str]):
    [new] = set(services.registry.rounds) - before
    return services.registry.rounds[new]


@pytest.fixture
def office(signed_in):
    return signed_in("office")


# --- by form


def test_a_round_is_made_by_form(office, services):
    before = set(services.registry.rounds)
    response = post(office, "/office/rounds/new", form_of(closes_at="2027-03-01T18:00"))
    assert response.status_code == 303
    round_ = made_of(services, before)
    assert response.location.endswith(f"/office/rounds/{round_.id}")
    assert [(team.team, team.leader, team.entitled) for team in round_.evaluations] == [
        ("第一巡察组", "组长甲", 45),
        ("第二巡察组", None, 14),
    ]
    assert round_.closes_at
    assert round_.closes_at.isoformat() == "2027-03-01T18:00:00+08:00"
    assert "轮次已建好" in office.get(response.location).text
    assert services.audit.lines[-2] | {"address": ""} == {
        "account": "office",
        "address": "",
        "action": "make-round",
        "object": round_.id,
        "result": "done",
    }


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (form_of(name=" "), "轮次名称</a>：应当是1至60个字的名称"),
        (form_of(custodians="甲\n乙"), "应当有3至15位密钥保管人"),
        (form_of(custodians="甲\n乙\n甲"), "名称不能重复。现在是：甲"),
        (form_of(threshold="3"), "应当是2。现在是：3"),
        (form_of(minimum_group="2"), "应当是3至1000的整数"),
        (form_of(texts_minimum="4"), "应当是5至1000的整数"),
        (form_of(spare_percent="8.5"), "应当是0至100的整数。现在是：8.5"),
        (form_of(opens_at="morgen"), "应当是日期和时间"),
        (form_of(opens_at="2027-03-01T18:00", closes_at="2027-03-01T17:00"), "应当晚于开放时间"),
        (form_of(rows=[]), "至少要有一个单位"),
        (form_of(rows=[("", "", "文学院", "5")]), "第1行，巡察组</a>：应当有巡察组的名称"),
        (form_of(rows=[*ROWS, ("", "", "文学院", "5")]), "第4行，被巡察单位</a>：名称不能重复。现在是：文学院"),
        (form_of(rows=[*ROWS, ("第一巡察组", "组长乙", "档案馆", "5")]), "应当和上面一样是“组长甲”"),
        (form_of(rows=[("第一巡察组", "", "文学院", "0")]), "第1行，应参评（人）</a>：应当是1至100000的整数"),
        (form_of(rows=[("第一巡察组", "", "文学院", "")]), "现在是空的"),
        (form_of(rows=[("第一巡察组", "", "字" * 61, "5")]), "应当是1至60个字的名称"),
    ],
)
def test_every_fault_is_named_and_nothing_is_made(office, services, form, sentence):
    before = set(services.registry.rounds)
    response = post(office, "/office/rounds/new", form)
    assert response.status_code == 422
    assert sentence in response.text
    assert set(services.registry.rounds) == before


def test_all_faults_are_named_at_once_and_what_was_typed_stays(office):
    page = post(office, "/office/rounds/new", form_of(name="", rows=[("第一巡察组", "", "", "x")])).text
    faults = page.split('class="error faults"')[1].split("</div>")[0]
    assert faults.count("<li>") == 3
    assert 'value="x"' in page
    assert 'aria-invalid="true"' in page


def test_more_lines_saves_nothing_and_keeps_what_was_typed(office, services):
    before = set(services.registry.rounds)
    page = post(office, "/office/rounds/new", form_of(more="1")).text
    assert page.count('name="unit"') == len(ROWS) + 24
    assert 'value="后勤处"' in page
    assert set(services.registry.rounds) == before


def test_markup_in_a_form_stays_text(office):
    page = post(office, "/office/rounds/new", form_of(name='"><b>x', rows=[("<i>", "", "", "")])).text
    assert "<b>" not in page
    assert "<i>" not in page


@pytest.mark.parametrize("role", ["reader", "custodian", "auditor", "system-admin", "security-admin"])
def test_other_roles_make_no_round(signed_in, services, role):
    visitor = signed_in(role)
    before = set(services.registry.rounds)
    assert visitor.get("/office/rounds/new").status_code == 403
    assert post(visitor, "/office/rounds/new", form_of(), "/office/account").status_code == 403
    assert set(services.registry.rounds) == before


def test_without_the_token_of_the_form_nothing_is_made(office, services):
    before = set(services.registry.rounds)
    assert office.client.post("/office/rounds/new", data=form_of(), **HTTPS).status_code == 400
    assert set(services.registry.rounds) == before


# --- changed, copied, deleted


def test_a_draft_is_changed_and_what_stays_keeps_its_ids(office, services):
    draft = services.registry.rounds["draft"]
    page = office.get("/office/rounds/draft/edit").text
    assert 'value="文学院"' in page
    rows = [("第一巡察组", "", "文学院", "50"), ("第四巡察组", "", "保卫处", "9")]
    response = post(office, "/office/rounds/draft/edit", form_of(rows), "/office/rounds/draft/edit")
    assert response.status_code == 303
    changed = services.registry.rounds["draft"]
    assert (changed.id, changed.name) == ("draft", FORM["name"])
    assert changed.evaluations[0].id == draft.evaluations[0].id
    assert changed.evaluations[0].units[0] == replace(draft.evaluations[0].units[0], entitled=50)
    assert changed.evaluations[1].team == "第四巡察组"


@pytest.mark.parametrize("state", [state.value for state in State if state is not State.DRAFT])
def test_nothing_is_changed_or_deleted_after_freezing(office, services, state):
    before = services.registry.rounds[state]
    path = f"/office/rounds/{state}"
    assert post(office, f"{path}/edit", form_of()).status_code == 409
    assert post(office, f"{path}/delete", MultiDict({"confirm": "删除"})).status_code == 409
    assert upload_into(office, state).status_code == 409
    assert services.registry.rounds[state] == before


def upload_into(office, round_id):
    form: MultiDict[str, Any] = MultiDict([("file", (io.BytesIO(template()), "a.xlsx"))])
    return post(office, f"/office/rounds/{round_id}/import", form, content_type="multipart/form-data")


def test_with_its_key_name_custodians_and_threshold_stay(office, services):
    draft = services.registry.rounds["draft"]
    services.registry.rounds["draft"] = replace(draft, opening_key=OpeningKey(b"\x04" + bytes(64), b"{}"))
    form = form_of(custodians="甲\n乙\n丙\n丁", threshold="3")
    assert post(office, "/office/rounds/draft/edit", form, "/office/rounds/draft/edit").status_code == 303
    changed = services.registry.rounds["draft"]
    assert (changed.name, changed.custodians, changed.threshold) == (draft.name, draft.custodians, draft.threshold)
    assert changed.opening_key
    assert changed.evaluations[0].entitled == 45


def test_while_the_key_is_being_made_nothing_changes(office, services):
    services.board.attempts["draft"] = Attempt(1, None)
    page = post(office, "/office/rounds/draft/edit", form_of())
    assert page.status_code == 409
    assert "正在制作这一轮的密钥" in page.text


def test_a_round_is_copied_with_its_questionnaire_under_a_new_name(office, services):
    before = set(services.registry.rounds)
    page = office.get("/office/rounds/new?copy_of=opened").text
    assert 'name="copy_of" value="opened"' in page
    assert 'id="name" name="name" value=""' in page
    assert 'value="图书馆"' in page
    assert post(office, "/office/rounds/new", form_of(copy_of="opened")).status_code == 303
    copy = made_of(services, before)
    earlier = services.registry.rounds["opened"]
    assert copy.questionnaire == earlier.questionnaire
    assert copy.opening_key is None
    assert not {team.id for team in copy.evaluations} & {team.id for team in earlier.evaluations}


def test_the_shared_tablet_is_switched_on_and_off_by_form_and_copied(office, services):
    edit = "/office/rounds/draft/edit"
    for sent, is_on in ((["no", "yes"], True), ([], True), (["no"], False)):
        form = form_of()
        form.setlist("kiosk", sent)  # the hidden field before the box is always sent
        assert post(office, edit, form, edit).status_code == 303
        assert services.registry.rounds["draft"].kiosk is is_on
        box = re.search(r'<input id="kiosk"[^>]*>', office.get(edit).text)
        assert box
        assert (" checked" in box.group()) is is_on
    services.registry.rounds["opened"] = replace(services.registry.rounds["opened"], kiosk=True)
    before = set(services.registry.rounds)
    post(office, "/office/rounds/new", form_of(copy_of="opened"))
    assert made_of(services, before).kiosk


@pytest.mark.parametrize(("typed", "is_on"), [("是", True), ("Yes", True), ("否", False), (None, False)])
def test_the_shared_tablet_is_switched_on_in_the_workbook(office, services, typed, is_on):
    before = set(services.registry.rounds)
    preview = upload(office, content_of(workbook(round_rows=[["name", "轮"], *CUSTODIANS, ["共用平板", typed]])))
    assert import_preview(office, preview).status_code == 303
    assert made_of(services, before).kiosk is is_on


@pytest.mark.parametrize("typed", ["maybe", True])
def test_a_shared_tablet_that_is_neither_yes_nor_no_is_named(office, typed):
    page = upload(office, content_of(workbook(round_rows=[["name", "轮"], *CUSTODIANS, ["kiosk", typed]])))
    assert page.status_code == 422
    assert "单元格B3</strong>：应当填“是”或者“否”。" in page.text


def test_a_draft_is_deleted_only_with_the_typed_word(office, services):
    token_at = "/office/rounds/draft"
    post(office, "/office/rounds/draft/delete", MultiDict({"confirm": "x"}), token_at)
    assert "draft" in services.registry.rounds
    response = post(office, "/office/rounds/draft/delete", MultiDict({"confirm": "删除"}), token_at)
    assert response.status_code == 303
    assert "draft" not in services.registry.rounds


def test_small_pools_are_warned_about_before_freezing(office, services):
    rows = [("甲组", "", "一处", "4"), ("乙组", "", "二处", "9"), ("丙组", "", "三处", "40"), ("", "", "四处", "3")]
    post(office, "/office/rounds/draft/edit", form_of(rows), "/office/rounds/draft/edit")
    page = office.get("/office/rounds/draft").text
    assert "甲组只有4人，不到5人" in page
    assert "乙组只有9人，不到10人" in page
    assert "丙组只有两个单位，其中四处只有3人" in page


# --- two people, one draft


def test_who_saves_second_is_told_who_changed_what_and_keeps_what_was_typed(signed_in, services):
    edit = "/office/rounds/draft/edit"
    li, wang = signed_in("office"), signed_in("office")
    opened = re.search(r'name="revision" value="([^"]+)"', wang.get(edit).text)
    assert opened
    name = services.registry.rounds["draft"].name
    assert post(li, edit, form_of([*ROWS, ("", "", "档案馆", "5")], name=name), edit).status_code == 303
    mine = form_of([*ROWS, ("", "", "保卫处", "7")], name="王的名称", revision=opened.group(1))
    page = post(wang, edit, mine, edit)
    assert page.status_code == 409
    assert "“office”在2026-03-02 17:00保存过" in page.text
    assert "有改动的：" in page.text
    assert "巡察组和被巡察单位" in page.text.split("有改动的：")[1].split("。")[0]
    assert "轮次名称" not in page.text.split("有改动的：")[1].split("。")[0]
    assert 'value="保卫处"' in page.text
    units = [unit.name for team in services.registry.rounds["draft"].evaluations for unit in team.units]
    assert "档案馆" in units
    assert services.audit.lines[-1]["result"] == "overtaken"

    now = re.search(r'name="revision" value="([^"]+)"', page.text)
    assert now
    mine["revision"] = now.group(1)  # "save mine over it"
    assert post(wang, edit, mine, edit).status_code == 303
    assert services.registry.rounds["draft"].name == "王的名称"


def test_more_lines_and_faults_do_not_make_the_form_forget_where_it_began(signed_in, services):
    edit = "/office/rounds/draft/edit"
    li, wang = signed_in("office"), signed_in("office")
    opened = re.search(r'name="revision" value="([^"]+)"', wang.get(edit).text)
    assert opened
    post(li, edit, form_of(), edit)
    for again in (form_of(more="1", revision=opened.group(1)), form_of(name=" ", revision=opened.group(1))):
        assert f'name="revision" value="{opened.group(1)}"' in post(wang, edit, again, edit).text


def test_an_import_goes_over_no_units_that_came_after_its_preview(office, services):
    units = [["巡察组", "组长", "单位", "应参评人数"], ["第九巡察组", None, "基建处", 12]]
    preview = upload(office, content_of(workbook(unit_rows=units)), "/office/rounds/draft/import")
    name = services.registry.rounds["draft"].name
    post(office, "/office/rounds/draft/edit", form_of(name=name), "/office/rounds/draft/edit")
    page = import_preview(office, preview, "/office/rounds/draft/import")
    assert page.status_code == 409
    assert 'value="基建处"' in page.text
    assert services.registry.rounds["draft"].evaluations[0].team == "第一巡察组"


# --- names that cannot be printed

RARE = [("第一巡察组", "", "𬭸𠮷研究所😀", "42")]


def test_a_draft_with_a_name_that_cannot_be_printed_is_saved_and_the_field_says_so(office, services):
    edit = "/office/rounds/draft/edit"
    response = post(office, edit, form_of(RARE), edit)
    assert response.location.endswith(edit)
    assert services.registry.rounds["draft"].evaluations[0].units[0].name == "𬭸𠮷研究所😀"
    page = office.get(edit).text
    assert 'id="unit-1-caution">被巡察单位“𬭸𠮷研究所😀”印不出来：字库里没有“𠮷”。' in page
    assert '<a href="#unit-1">被巡察单位“𬭸𠮷研究所😀”印不出来' in page


def test_an_import_with_such_a_name_says_so_in_its_preview(office):
    units = [["team", "leader", "unit", "entitled"], ["第一巡察组", None, "研究所😀", 12]]
    preview = upload(office, content_of(workbook(unit_rows=units)))
    assert preview.status_code == 200
    assert "被巡察单位“研究所😀”印不出来" in preview.text


def test_nothing_binds_such_a_name(office, services):
    """Neither the key of the custodians nor freezing nor a rehearsal, and the page says what is missing."""
    edit = "/office/rounds/draft/edit"
    post(office, edit, form_of(custodians="巡察办\n纪委😀\n组织部"), edit)
    missing = office.get("/office/rounds/draft").text.split('class="missing"')[1]
    assert "密钥保管人“纪委😀”印不出来" in missing
    for step in ("invite", "rehearse"):
        page = post(office, f"/office/rounds/draft/{step}", MultiDict(), "/office/rounds/draft")
        assert page.status_code == 403
        assert "字库里没有“😀”" in page.text
    keyed = replace(services.registry.rounds["draft"], opening_key=OpeningKey(b"\x04" + bytes(64), b"{}"))
    services.registry.rounds["draft"] = keyed
    page = office.get("/office/rounds/draft").text
    assert "/office/rounds/draft/freeze" not in page
    assert "密钥保管人“纪委😀”印不出来" in page
    page = post(office, "/office/rounds/draft/freeze", MultiDict(), "/office/rounds/draft")
    assert page.status_code == 403
    assert services.registry.rounds["draft"] == keyed


def test_nothing_binds_a_questionnaire_that_cannot_be_printed(office, services):
    document = copy.deepcopy(default_questionnaire().document)
    document["dimensions"][0]["items"][0]["zh"] = "讲清巡察什么😀"
    draft = services.registry.rounds["draft"]
    services.registry.rounds["draft"] = replace(draft, questionnaire=parse_questionnaire(document))
    edit = "/office/rounds/draft/edit"
    sentence = "问卷里的“讲清巡察什么😀”印不出来：字库里没有“😀”。"
    assert f'id="questionnaire-caution">{sentence}' in office.get(edit).text
    assert sentence in office.get("/office/rounds/draft").text.split('class="missing"')[1]
    page = post(office, "/office/rounds/draft/invite", MultiDict(), "/office/rounds/draft")
    assert page.status_code == 403
    assert sentence in page.text


# --- Excel


def test_the_template_is_imported_after_a_preview(office, services):
    before = set(services.registry.rounds)
    content = office.get("/office/rounds/template.xlsx").data
    preview = upload(office, content)
    assert preview.status_code == 200
    assert "还没有导入" in preview.text
    assert set(services.registry.rounds) == before
    assert import_preview(office, preview).status_code == 303
    round_ = made_of(services, before)
    assert round_.name == "2026年第一轮巡察"
    assert [unit.name for team in round_.evaluations for unit in team.units] == ["文学院", "后勤处", "图书馆"]


def test_the_template_is_named_in_the_language_of_the_page(office):
    named = office.get("/office/rounds/template.xlsx").headers["Content-Disposition"]
    assert unquote(named).endswith("轮次导入模板.xlsx")
    office.speak("en")
    named = office.get("/office/rounds/template.xlsx").headers["Content-Disposition"]
    assert unquote(named).endswith("Template for a round.xlsx")


def test_times_in_excel_are_read_and_told_as_people_write_them(office):
    times = [["开放时间", "2026-12-01 09:00"], ["截止时间", "2026-12-01 08:00"]]
    page = upload(office, content_of(workbook(round_rows=[["name", "轮"], *CUSTODIANS, *times])))
    assert "应当晚于开放时间。现在是：2026-12-01 08:00<" in page.text.replace("\n", "")
    times[1][1] = "2026-12-01 18:00"
    rows = [["name", "轮"], *CUSTODIANS, *times, ["备用码", "12%"]]
    preview = upload(office, content_of(workbook(round_rows=rows)))
    for shown in ("<dd>2026-12-01 09:00</dd>", "<dd>2026-12-01 18:00</dd>", "<dd>12</dd>"):
        assert shown in preview.text


def test_units_are_imported_into_a_draft(office, services):
    units = [["巡察组", "组长", "单位", "应参评人数"], ["第九巡察组", None, "基建处", 12]]
    preview = upload(office, content_of(workbook(unit_rows=units)), "/office/rounds/draft/import")
    assert import_preview(office, preview, "/office/rounds/draft/import").status_code == 303
    round_ = services.registry.rounds["draft"]
    assert round_.name == "2026年第一轮巡察"
    assert [team.team for team in round_.evaluations] == ["第九巡察组"]


def test_every_wrong_cell_is_named_and_nothing_is_imported(office, services):
    before = set(services.registry.rounds)
    units = [
        ["team", "leader", "unit", "entitled"],
        ["第一巡察组", None, "文学院", "四十二"],
        [None, None, None, 9],
        ["第二巡察组", None, "图书馆", True],
        [None, None, "档案馆", 2.5],
        [None, None, "图书馆", "=1+2"],
    ]
    page = upload(office, content_of(workbook(unit_rows=units)))
    assert page.status_code == 422
    for sentence in (
        "工作表“units”，单元格D2</strong>：应当是1至100000的整数。现在是：四十二",
        "单元格C3</strong>：应当是1至60个字的名称。现在是空的",
        "单元格D4</strong>：应当是文字或者数字。现在是：逻辑值",
        "单元格D5</strong>：应当是1至100000的整数。现在是：2.5",
        "单元格D6</strong>：应当是文字或者数字。现在是：公式",
        "单元格C6</strong>：名称不能重复。现在是：图书馆",
    ):
        assert sentence in page.text
    assert page.text.split('class="error faults"')[1].split("</div>")[0].count("<li>") == 6
    assert set(services.registry.rounds) == before


def merged() -> bytes:
    book = workbook()
    book["units"].merge_cells("A2:A3")
    return content_of(book)


def with_part(name: str, content: bytes) -> bytes:
    stream = io.BytesIO(template())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return stream.getvalue()


def many_rows() -> bytes:
    stream = io.BytesIO()
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("round").append(["name", "x"])
    units = book.create_sheet("units")
    units.append(["team", "leader", "unit", "entitled"])
    for number in range(100_000):
        units.append(["组", None, number, 1])
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (merged, "工作表“units”有合并的单元格（A2:A3）"),
        (many_rows, "工作表“units”超过2000行"),
        (lambda: with_part("xl/media/image.bin", bytes(80_000_000)), "远远大于一份名单"),
        (lambda: with_part("xl/vbaProject.bin", b"x"), "文件里有宏"),
        (lambda: with_part("xl/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "文件读不出来"),
        (lambda: OLD + bytes(500), "旧的.xls或者.et文件"),
        (lambda: OLD + "EncryptedPackage".encode("utf-16-le"), "文件设了密码"),
        (lambda: with_part("xl/workbook.bin", b"x"), "另一种表格文件"),
        (lambda: b"PK\x03\x04 broken", "文件读不出来"),
        (lambda: b"team,unit\n1,2\n", "改了名的文本或者网页"),
        (lambda: b"<html><table>", "改了名的文本或者网页"),
        (lambda: b"", "文件是空的"),
        (lambda: content_of(openpyxl.Workbook()), "没有工作表“轮次”"),
        (lambda: bytes(2 * 1024 * 1024 + 1), "文件超过2MB"),
    ],
    ids=[
        "merged",
        "rows",
        "bomb",
        "macros",
        "entities",
        "xls",
        "locked",
        "xlsb",
        "broken",
        "csv",
        "html",
        "empty",
        "sheets",
        "large",
    ],
)
def test_a_bad_workbook_gives_one_clear_sentence(office, services, content, sentence):
    before = set(services.registry.rounds)
    page = upload(office, content())
    assert page.status_code == 422
    assert sentence in page.text
    assert "没有导入任何内容" in page.text
    assert set(services.registry.rounds) == before


def test_a_file_far_too_large_is_refused_before_it_is_read(office):
    assert upload(office, bytes(3 * 1024 * 1024)).status_code == 413


def test_an_upload_leaves_nothing_on_the_disk(office, monkeypatch):
    import tempfile

    def no_file(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was made")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, no_file)
    assert "这不是Excel文件" in upload(office, bytes(1_500_000)).text


@pytest.mark.parametrize("packed", ["", "[]", "{}", '{"rows": 3}', "x", "[" * 5000])
def test_a_preview_that_was_tampered_with_imports_nothing(office, services, packed):
    before = set(services.registry.rounds)
    response = post(office, "/office/rounds/import/done", MultiDict({"draft": packed}))
    assert response.status_code == 422
    assert set(services.registry.rounds) == before
