"""The library of questionnaires in the browser: written, checked, made ready, used; nothing lost, all of it logged."""

from __future__ import annotations

import copy
import html
import io
import re
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest

from survey.domain.forms.canonical_form import canonical
from survey.domain.forms.library import shelf
from survey.domain.questionnaire import default_questionnaire
from survey.domain.yaml_document import write_yaml
from survey.office.questionnaires.form import percent
from survey.sheets.xlsform_in import read_xlsform
from survey.sheets.xlsform_out import write_xlsform

DEFAULT = default_questionnaire().document


@pytest.fixture
def office(signed_in):
    return signed_in("office")


@pytest.fixture
def entry(services):
    (entry,) = shelf(services.library, services.randomness)
    return entry


@pytest.fixture
def draft(office, services, entry) -> str:
    """The address of the editor of a draft like the default."""
    path = f"/office/questionnaires/{entry.id}"
    return office.post(f"{path}/1/next", {}, form_at=path).location.removeprefix("https://survey.example")


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send: every field of the editor as it stands."""
    form = page[page.index('class="editor"') :]
    fields = dict(
        re.findall(r'<input (?:id="[^"]*" |type="hidden" )name="([^"]+)"(?: lang="[^"]*")? value="([^"]*)"', form)
    )
    fields |= dict(re.findall(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1]  # type: ignore[index]  # one at least
    return {name: html.unescape(value) for name, value in fields.items()}


def send(visitor, path: str, do: str, **changes: str):
    fields = {
        **fields_of(visitor.get(path).text),
        "do": do,
        **{name.replace("__", "."): v for name, v in changes.items()},
    }
    return visitor.client.post(
        path, data=fields, base_url="https://survey.example", headers={"Referer": "https://survey.example/office/"}
    )


def document_of(services, path: str) -> dict[str, Any]:
    _, _, _, entry_id, number, _ = path.partition("?")[0].split("/")
    return services.library.find_content(entry_id, int(number)).document


# --- The library


def test_the_default_is_there_without_doing_anything(office):
    page = office.get("/office/questionnaires").text
    assert "巡察组作风纪律后评估问卷" in page
    assert "1.0.0" in page
    assert '<a href="/office/questionnaires" aria-current="page">问卷</a>' in page


@pytest.mark.parametrize("role", ["reader", "auditor", "security-admin", "system-admin", "custodian"])
def test_only_the_office_sees_questionnaires(signed_in, entry, role):
    visitor = signed_in(role)
    for path in ("", f"/{entry.id}", f"/{entry.id}/1/edit", f"/{entry.id}/1/preview", f"/{entry.id}/1/yaml", "/import"):
        assert visitor.get(f"/office/questionnaires{path}").status_code == 403


def test_one_is_renamed_archived_and_brought_back(office, services, entry):
    path = f"/office/questionnaires/{entry.id}"
    for step, more in (("rename", {"name": " 新名 "}), ("archive", {})):
        assert office.post(f"{path}/change", {"step": step, **more}, form_at=path).status_code == 303
    changed = services.library.find_entry(entry.id)
    assert (changed.name, changed.is_archived) == ("新名", True)
    assert "已归档" in office.get("/office/questionnaires").text
    assert "新名" not in office.get("/office/rounds/new").text
    assert office.post(f"{path}/change", {"step": "bring-back"}, form_at=path).status_code == 303
    assert not services.library.find_entry(entry.id).is_archived
    for step, more, status in (("rename", {"name": " "}, 409), ("other", {}, 404)):
        assert office.post(f"{path}/change", {"step": step, **more}, form_at=path).status_code == status
    assert [line["object"] for line in services.audit.lines if line["action"] == "change-questionnaire"][:2] == [
        "default-xuncha-conduct: rename",
        "default-xuncha-conduct: archive",
    ]


def test_a_copy_is_a_questionnaire_of_its_own(office, services, entry):
    path = f"/office/questionnaires/{entry.id}"
    copied = office.post(f"{path}/1/copy", {}, form_at=path).location
    assert copied.endswith("/1/edit")
    assert "（副本）" in office.get(copied).text
    assert len(services.library.entries()) == 2


def test_a_draft_is_deleted_with_a_typed_word_and_what_is_ready_never(office, services, entry, draft):
    path = f"/office/questionnaires/{entry.id}"
    assert len(services.library.find_entry(entry.id).versions) == 2
    office.post(f"{path}/2/delete", {"confirm": "no"}, form_at=path)
    assert len(services.library.find_entry(entry.id).versions) == 2
    office.post(f"{path}/2/delete", {"confirm": "删除"}, form_at=path)
    assert len(services.library.find_entry(entry.id).versions) == 1
    answer = office.post(f"{path}/1/delete", {"confirm": "删除"}, form_at=path)
    assert (answer.status_code, "设为可用" in answer.text) == (409, True)
    assert services.library.find_entry(entry.id)


def test_what_is_ready_is_not_edited(office, entry):
    answer = office.get(f"/office/questionnaires/{entry.id}/1/edit")
    assert answer.location == f"/office/questionnaires/{entry.id}"


# --- The editor


def test_saving_what_is_there_changes_nothing(office, services, draft):
    before = document_of(services, draft)
    assert send(office, draft, "save").status_code == 303
    assert document_of(services, draft) == before == {**DEFAULT, "version": "1.0.1"}


def test_texts_weights_and_rules_are_changed(office, services, draft):
    send(
        office,
        draft,
        "save",
        title__zh=" 新标题 ",
        intro__zh="一\r\n二",
        dimensions__0__weight="１８.5",
        dimensions__1__weight="17.5",
        scales__grade4__options__1__positive="no",
        scales__grade4__options__2__score="",
        validity__participation_valid_min="75",
        scoring__composite="yes",
        scoring__deductions="yes",
        reminder_line="",
    )
    document = document_of(services, draft)
    assert document["title"]["zh"] == "新标题"
    assert document["intro"]["zh"] == "一\n二"
    assert [one["weight"] for one in document["dimensions"][:2]] == [18.5, 17.5]
    assert [one.get("positive") for one in document["scales"]["grade4"]["options"][:2]] == [None, False]
    assert document["scales"]["grade4"]["options"][2]["score"] is None
    assert document["validity"]["participation_valid_min"] == 0.75
    assert document["scoring"]["composite"]["enabled"] is document["scoring"]["composite"]["deductions"] is True
    assert "reminder_line" not in document
    assert send(office, draft, "check").location.endswith("/2/edit?check=1")
    assert "可以设为可用" in office.get(f"{draft}?check=1").text


def test_everything_is_added_moved_and_deleted(office, services, draft):
    def do(deed: str) -> str:
        answer = send(office, draft, deed)
        assert answer.status_code == 303, deed
        return answer.location.partition("#")[2]

    assert do("add:dimensions") == "dimensions.6"
    assert do("add:dimensions.6.items") == "dimensions.6.items.1"
    assert do("down:dimensions.0") == "dimensions.1"
    assert do("up:dimensions.0.items.3") == "dimensions.0.items.2"
    assert do("delete:dimensions.2") == "dimensions.1"
    assert do("add:checklist.items") == "checklist.items.10"
    assert do("add:open_questions") == "open_questions.2"
    assert do("add:scales") == "scales.scale1"
    assert do("add:scales.scale1.options") == "scales.scale1.options.2"
    assert do("add:bands") == "bands.4"
    assert do("delete:bands.4") == "bands.3"
    assert do("delete:optional_role_question") == "optional_role_question"
    document = document_of(services, draft)
    assert [one["code"] for one in document["dimensions"]] == ["D2", "D1", "D4", "D5", "D6", "D7"]
    assert [one["code"] for one in document["dimensions"][0]["items"]] == ["D2-1", "D2-2", "D2-4", "D2-3"]
    assert [one["code"] for one in document["dimensions"][5]["items"]] == ["D7-1", "D7-2"]
    assert document["checklist"]["items"][-1]["code"] == "T-11"
    assert [one["code"] for one in document["open_questions"]] == ["C-1", "C-2", "C-3"]
    assert [one["code"] for one in document["scales"]["scale1"]["options"]] == ["A", "B", "C"]
    assert "optional_role_question" not in document
    do("delete:scales.scale1")
    do("delete:checklist")
    do("add:checklist")
    assert do("add:optional_role_question") == "optional_role_question"
    assert document_of(services, draft)["checklist"]["items"] == []


@pytest.mark.parametrize(
    "deed",
    ["up:dimensions.99", "delete:title", "add:title", "add:dimensions.77.items", "delete:scales.none", "x:", "up:"],
)
def test_a_place_that_is_not_there_is_not_found(office, draft, deed):
    assert send(office, draft, deed).status_code == 404


def test_a_draft_with_faults_is_saved_and_every_fault_is_linked_to_its_field(office, services, draft):
    changes = {
        "title__en": "",
        "dimensions__0__weight": "viel",
        "dimensions__1__items__2__code": "D2-1",
        "overall__scale": "",
        "bands__0__min": "85",
        "open_questions__0__max_chars": "3000",
        "version": "1.0.0",
    }
    answer = send(office, draft, "take-in", **changes)
    assert answer.location.endswith("?check=1")
    assert document_of(services, draft)["dimensions"][0]["weight"] == "viel"
    page = office.get(answer.location).text
    listed = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>：([^<]+)</li>', page)
    assert [anchor for anchor, _, _ in listed] == [
        "version",
        "title.en",
        "dimensions.0.weight",
        "dimensions.1.items.2.code",
        "overall.scale",
        "open_questions.0.max_chars",
        "bands",
    ]
    for anchor, _, sentence in listed:
        assert f'id="{anchor}"' in page
        assert html.unescape(sentence) in html.unescape(page.partition("</ul>")[2])  # beside the field too
    assert [where for _, where, _ in listed][2:4] == ["维度D1、权重", "维度D2、题目D2-1、代码"]
    assert "应当是0至100之间的数。现在是：viel" in page
    assert not services.library.find_entry(draft.split("/")[3]).version(2).is_ready


def test_the_page_says_what_the_weights_lack(office, draft):
    assert "权重合计100。" in office.get(draft).text
    send(office, draft, "save", dimensions__0__weight="10.1")
    assert "权重合计92.1，应当是100。" in office.get(draft).text


def test_a_draft_made_ready_is_offered_to_rounds_and_used(office, services, draft):
    from tests.office.test_drafts import form_of, post

    assert send(office, draft, "take-in", title__zh="另一份问卷").status_code == 303
    entry_id = draft.split("/")[3]
    assert services.library.find_entry(entry_id).version(2).is_ready
    assert f'value="{entry_id}.2"' in office.get("/office/rounds/new").text
    before = set(services.registry.rounds)
    assert post(office, "/office/rounds/new", form_of(questionnaire=f"{entry_id}.2")).status_code == 303
    (made,) = set(services.registry.rounds) - before
    assert services.registry.rounds[made].questionnaire.version == "1.0.1"
    assert services.registry.rounds[made].questionnaire.title_zh == "另一份问卷"
    assert "用它的轮次：" in office.get(f"/office/questionnaires/{entry_id}").text
    changed = post(
        office, f"/office/rounds/{made}/edit", form_of(questionnaire=f"{entry_id}.1"), f"/office/rounds/{made}/edit"
    )
    assert changed.status_code == 303
    assert services.registry.rounds[made].questionnaire.version == "1.0.0"


def test_a_draft_of_a_questionnaire_is_no_choice_for_a_round(office, draft):
    from tests.office.test_drafts import form_of, post

    assert f'value="{draft.split("/")[3]}.2"' not in office.get("/office/rounds/new").text
    assert post(office, "/office/rounds/new", form_of(questionnaire=f"{draft.split('/')[3]}.2")).status_code == 404


def test_who_saves_second_is_told_and_keeps_what_was_typed(office, services, draft):
    theirs = fields_of(office.get(draft).text)
    send(office, draft, "save", title__zh="先保存的")
    answer = send(office, draft, "save", revision=theirs["revision"], title__zh="后保存的")
    assert answer.status_code == 409
    assert "别人已经保存过" in answer.text
    assert fields_of(answer.text)["title.zh"] == "后保存的"
    assert document_of(services, draft)["title"]["zh"] == "先保存的"
    apart = send(office, draft, "apart", revision=theirs["revision"], title__zh="后保存的").location
    assert document_of(services, apart)["title"]["zh"] == "后保存的"
    assert document_of(services, draft)["title"]["zh"] == "先保存的"


def test_one_step_back_and_forth(office, services, draft):
    send(office, draft, "delete:dimensions.0")
    assert len(document_of(services, draft)["dimensions"]) == 5
    send(office, draft, "undo")
    assert len(document_of(services, draft)["dimensions"]) == 6
    send(office, draft, "undo")
    assert len(document_of(services, draft)["dimensions"]) == 5


def test_a_change_of_structure_is_a_step_of_its_own_after_what_was_typed(office, services, draft):
    answer = send(office, draft, "delete:dimensions.2", title__zh="新标题", dimensions__3__zh="新维度")
    page = office.get(answer.location.partition("#")[0]).text
    assert page.count("已删除维度D3，可以撤销。") == 2  # at the head and at its place
    document = document_of(services, draft)
    assert [one["code"] for one in document["dimensions"]] == ["D1", "D2", "D4", "D5", "D6"]
    assert document["title"]["zh"] == "新标题"
    # Typed since, and not saved: it goes along.
    send(office, draft, "undo", intro__zh="新引言", dimensions__2__items__0__zh="新题目", dimensions__4__code="D9")
    document = document_of(services, draft)
    assert [one["code"] for one in document["dimensions"]] == ["D1", "D2", "D3", "D4", "D5", "D9"]
    assert (document["title"]["zh"], document["intro"]["zh"]) == ("新标题", "新引言")
    assert (document["dimensions"][3]["zh"], document["dimensions"][3]["items"][0]["zh"]) == ("新维度", "新题目")
    send(office, draft, "undo", title__zh="最新标题")
    document = document_of(services, draft)
    assert len(document["dimensions"]) == 5
    assert (document["title"]["zh"], document["intro"]["zh"]) == ("最新标题", "新引言")


def test_looking_at_it_does_not_take_the_step_back_away(office, services, draft):
    send(office, draft, "delete:dimensions.0")
    send(office, draft, "check")
    send(office, draft, "undo")
    assert document_of(services, draft) == {**DEFAULT, "version": "1.0.1"}


def test_undoing_what_somebody_else_has_changed_is_told_too(office, services, draft):
    send(office, draft, "delete:dimensions.0")
    opened = fields_of(office.get(draft).text)["revision"]
    send(office, draft, "save", title__zh="先保存的")
    answer = send(office, draft, "undo", revision=opened, title__zh="后保存的")
    assert answer.status_code == 409
    assert fields_of(answer.text)["title.zh"] == "后保存的"
    assert document_of(services, draft)["title"]["zh"] == "先保存的"


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ("add:dimensions.0.items", "已添加题目D1-5，可以撤销。"),
        ("up:bands.1", "已上移等次"),
        ("down:open_questions.0", "已下移文字题C-1，可以撤销。"),
        ("delete:scales.yesno.options.0", "已删除选项"),
        ("delete:scales.yesno", "已删除量表“没有／有／不了解”，可以撤销。"),
        ("delete:checklist", "已删除禁止事项清单，可以撤销。"),
    ],
)
def test_the_page_says_what_a_button_has_done(office, draft, deed, sentence):
    answer = send(office, draft, deed)
    assert sentence in office.get(answer.location.partition("#")[0]).text


def test_scales_are_named_by_their_options(office, draft):
    page = office.get(draft).text
    assert "在“好／较好／一般／差／不了解”里添加选项" in page
    assert "在grade4里" not in page
    send(office, draft, "save", overall__scale="")
    page = office.get(f"{draft}?check=1").text
    assert "grade4、" not in page
    assert "其中之一：“好／较好／一般／差／不了解”、" in page


def test_every_change_leaves_a_line_in_the_log(office, services, entry, draft):
    send(office, draft, "save")
    send(office, draft, "take-in")
    lines = [
        (one["action"], one["object"], one["result"])
        for one in services.audit.lines
        if "questionnaire" in one["action"]
    ]
    assert ("start-questionnaire", "default-xuncha-conduct", "done") in lines
    assert lines[-1] == ("save-questionnaire", "default-xuncha-conduct 1.0.1", "done")


@pytest.mark.parametrize(
    "form", [{}, {"title": "x", "title.zh.more": "y", "scales": "z", "dimensions.x.zh": "1", "version.a": "b"}]
)
def test_a_form_that_no_browser_sends_is_an_empty_questionnaire(office, services, draft, form):
    path = "/office/account"
    answer = office.post(draft, {"revision": "1", **form}, form_at=path)
    assert answer.status_code == 303
    assert document_of(services, draft)["dimensions"] == []
    assert office.get(f"{draft}?check=1").status_code == 200
    assert office.get(draft.replace("edit", "preview")).status_code == 200


# --- Preview and files


def test_the_preview_shows_every_screen_in_both_languages(office, services, entry):
    path = f"/office/questionnaires/{entry.id}/1/preview"
    first = office.get(path).text
    assert "本问卷不记名" in first
    assert 'href="/assets/answer.css"' in first
    question = office.get(f"{path}?screen=1").text
    for text in ("第1题，共35题", "政治站位与依规履职", "较好", "不了解", "先不答"):
        assert text in question
    english = office.get(f"{path}?screen=23&language=en").text
    assert '<html lang="en">' in english
    assert "On the whole, are you satisfied" in english
    assert "Question 23 of 35" in english
    assert "有下列情形" in office.get(f"{path}?screen=24").text
    assert "最多300个字" in office.get(f"{path}?screen=35").text
    assert office.get(f"{path}?screen=999&language=fr").status_code == 200


def test_the_preview_opens_in_the_language_of_the_page(office, entry):
    office.speak("en")
    path = f"/office/questionnaires/{entry.id}/1/preview"
    page = office.get(path).text
    assert '<html lang="en">' in page
    assert "This form carries no name" in page
    page = office.get(f"{path}?language=zh").text
    assert "本问卷不记名" in page
    assert '" lang="en">Back to the questionnaire</a>' in page


def test_the_preview_of_an_unfinished_draft_says_what_is_empty(office, draft):
    send(office, draft, "add:dimensions")
    page = office.get(draft.replace("edit", "preview") + "?screen=23").text
    assert "（还没有文字）" in page


def upload(visitor, content: bytes, name: str = "form"):
    data = {"csrf_token": visitor.token("/office/questionnaires/import"), "file": (io.BytesIO(content), name)}
    headers = {"Referer": "https://survey.example/office/"}
    return visitor.client.post(
        "/office/questionnaires/import", data=data, base_url="https://survey.example", headers=headers
    )


def test_exports_hold_the_document(office, entry):
    path = f"/office/questionnaires/{entry.id}/1"
    book = office.get(f"{path}/xlsx")
    assert read_xlsform(book.data).document == DEFAULT
    name = "巡察组作风纪律后评估问卷（无记名）_1.0.0.xlsx"
    assert book.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(name)}"
    assert office.get(f"{path}/yaml").text == write_yaml(DEFAULT)
    assert office.get(f"{path}/exe").status_code == 404


@pytest.mark.parametrize("write", [write_xlsform, lambda document: write_yaml(document).encode()])
def test_what_was_exported_is_imported_as_a_draft(office, services, entry, write):
    known = upload(office, write(DEFAULT))
    assert (known.status_code, "1.0.0版" in known.text) == (422, True)
    changed = {**copy.deepcopy(DEFAULT), "version": "2.0"}
    answer = upload(office, write(changed))
    assert answer.location == f"/office/questionnaires/{entry.id}/2/edit"
    assert services.library.find_content(entry.id, 2).document == canonical(changed)
    assert not services.library.find_entry(entry.id).version(2).is_ready


def test_every_wrong_place_of_an_import_is_named_and_nothing_taken(office, services, entry):
    wrong = copy.deepcopy(DEFAULT)
    wrong["dimensions"][0]["weight"] = "viel"
    wrong["dimensions"][1]["items"][0]["code"] = "D1-1"
    wrong["title"]["zh"] = ""
    answer = upload(office, write_xlsform(wrong), "问卷.xlsx")
    assert answer.status_code == 422
    for place in ("工作表“survey”，单元格J3", "工作表“survey”，单元格B10", "工作表“settings”，单元格A2"):
        assert place in answer.text
    text = write_yaml({**wrong, "colour": "blue"})
    answer = upload(office, text.encode())
    line = text[: text.index("weight: viel")].count("\n") + 1
    assert f"第{line}行、dimensions[1].weight" in answer.text
    assert "不认识“colour”" in answer.text
    assert len(services.library.find_entry(entry.id).versions) == 1


def test_columns_of_an_xlsform_are_named_as_they_are_called(office, services):
    book = openpyxl.load_workbook(io.BytesIO(write_xlsform(DEFAULT)))
    book["survey"]["B1"] = "nom"
    stream = io.BytesIO()
    book.save(stream)
    page = upload(office, stream.getvalue(), "问卷.xlsx").text
    assert "应当是其中之一：type、name、label::中文 (zh)、" in page
    assert "第一行应当有这些列，各一次：name" in page
    assert "轮次名称" not in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"\xff\xfe", "既不是Excel工作簿"),
        (b"a: [", "不是有效的YAML"),
        (b"a: 1\na: 2", "第2行重复了“a”，应当只写一次"),
        (b"PK\x03\x04 broken", "文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
        (b"- just\n- a list", "类型不对"),
    ],
)
def test_what_is_no_questionnaire_is_refused_with_a_sentence(office, services, content, sentence):
    answer = upload(office, content)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "没有导入任何内容" in answer.text
    assert services.library.entries() == []


@pytest.mark.parametrize(
    ("value", "shown"), [(0.6667, "66.67"), (0.5, "50"), (1, "100"), (None, ""), ("viel", "viel"), (0, "0")]
)
def test_shares_are_shown_as_per_cent(value, shown):
    assert percent(value) == shown
