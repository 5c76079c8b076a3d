"""A questionnaire as an XLSForm: there and back without loss, and every wrong cell named."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.domain.forms.canonical_form import canonical
from survey.domain.questionnaire import default_questionnaire, faults_of_questionnaire
from survey.domain.yaml_document import read_yaml, write_yaml
from survey.sheets.workbook import BadWorkbook, Trouble
from survey.sheets.xlsform import EN, ZH
from survey.sheets.xlsform_in import read_xlsform
from survey.sheets.xlsform_out import write_xlsform

DEFAULT = default_questionnaire().document
BOOK = write_xlsform(DEFAULT)


def test_the_default_comes_back_as_it_went() -> None:
    form = read_xlsform(BOOK)
    assert form.wrong == []
    assert form.document == DEFAULT


def test_odk_and_kobo_find_what_they_look_for() -> None:
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    heading, *rows = book["survey"].iter_rows(values_only=True)
    assert heading[:5] == ("type", "name", "label::中文 (zh)", "label::English (en)", "required")
    kinds = [row[0] for row in rows]
    assert kinds.count("begin_group") == kinds.count("end_group") == 7
    assert kinds.count("select_one grade4") == 22
    names = [row[1] for row in rows if row[1]]
    assert len(names) == len(set(names))
    lists = {row[0] for row in list(book["choices"].iter_rows(values_only=True))[1:]}
    assert {kind.split()[1] for kind in kinds if kind.startswith("select_one")} <= lists
    assert [cell.value for cell in book["settings"][2]][1:] == [DEFAULT["id"], "1.0.0", "中文 (zh)"]


# Also what a spreadsheet could take for something else.
TEXTS = st.sampled_from(
    ["=1+1", "#N/A", "_x0041_", "1.10", "TRUE", "2026-01-01", "'x", "a\u2028b", "\U00020000", "-"]
) | (
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=12)
)
BOTH = st.fixed_dictionaries({"zh": TEXTS, "en": TEXTS})


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document = copy.deepcopy(DEFAULT)
    document["id"], document["version"] = (
        draw(st.sampled_from(["f", "2026"])),
        draw(st.sampled_from(["1.10", "2", "v"])),
    )
    for place in (document["title"], document["overall"], document["bands"][0], document["dimensions"][0]["items"][1]):
        place.update(draw(BOTH))
    for option in document["scales"]["satisfaction"]["options"]:
        option.update(draw(BOTH))
        if option["score"] is not None and draw(st.booleans()):
            option["positive"] = draw(st.booleans())
    document["scales"]["grade4"]["options"][1]["score"] = draw(st.sampled_from([0, 80, 75.5, 33.25]))
    first, second = draw(st.sampled_from([(1, 35), (17.5, 18.5), (35.9, 0.1)]))
    document["dimensions"][0]["weight"], document["dimensions"][1]["weight"] = first, second
    for key in draw(
        st.sets(st.sampled_from(["intro", "checklist", "open_hint", "optional_role_question", "reminder_line"]))
    ):
        del document[key]
    if "intro" in document:
        document["intro"]["zh"] = "一\n\n" + draw(TEXTS)
    if "optional_role_question" in document:
        document["optional_role_question"]["enabled"] = draw(st.booleans())
    document["open_questions"] = document["open_questions"][: draw(st.integers(0, 2))]
    document["scoring"]["composite"]["enabled"] = draw(st.booleans())
    document["scoring"]["headline_denominator"] = draw(st.sampled_from(["valid_answers", "entitled"]))
    document["disclosure_control"]["min_ballots_for_comments"] = draw(st.integers(10, 30))
    if draw(st.booleans()):
        document["scoring"]["composite"]["deductions"] = True
    if draw(st.booleans()):
        _only_chinese(document)
        document["language"] = ["zh-CN"]
    return canonical(document)


def _only_chinese(value: Any) -> None:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _only_chinese(inner)
    if isinstance(value, dict):
        value.pop("en", None)


@settings(max_examples=40, deadline=None)
@given(documents())
def test_every_form_comes_back_as_it_went(document: dict[str, Any]) -> None:
    form = read_xlsform(write_xlsform(document))
    assert [str(wrong) for wrong in form.wrong] == []
    assert form.document == document
    assert canonical(read_yaml(write_yaml(document).encode()).document) == document  # type: ignore[arg-type]  # a mapping
    assert faults_of_questionnaire(form.document) == []


# --- What is refused

Change = Callable[[openpyxl.Workbook], object]


def changed(change: Change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def at(sheet: str, cell: str, value: object) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value

    return change


def row_of(book: openpyxl.Workbook, sheet: str, name: str) -> int:
    return next(row[0].row for row in book[sheet].iter_rows() if name in [cell.value for cell in row])


WRONG: dict[str, tuple[Change, list[tuple[str, str]], str]] = {
    "a text that is missing": (at("survey", "D5", None), [("survey", "D5")], "a text of 1 to 200"),
    "a code twice": (at("survey", "B5", "D1-1"), [("survey", "B5")], "every code once"),
    "a weight that is a word": (at("survey", "J3", "viel"), [("survey", "J3")], "a number from 0 to 100"),
    "weights that miss 100": (at("survey", "J3", 17), [("survey", "J1")], "100"),
    "a score above 100": (at("choices", "E2", 101), [("choices", "E2")], "a number from 0 to 100"),
    "satisfied: perhaps": (at("choices", "F2", "perhaps"), [("choices", "F2")], "true or false"),
    "a formula": (at("choices", "E3", "=40+40"), [("choices", "E3")], "a plain value"),
    "a version that Excel took for a number": (at("settings", "C2", 1.1), [("settings", "C2")], "a text of 1 to 20"),
    "an unknown column": (at("survey", "M1", "calculation"), [("survey", "M1")], "a known field"),
    "a column far to the right": (at("survey", "AD1", "x"), [("survey", "AD1")], "a known field"),
    "a column twice": (at("choices", "F1", "score"), [("choices", "A1"), ("choices", "F1")], "stands there once"),
    "an unknown type": (at("survey", "A4", "select_multiple grade4"), [("survey", "A4")], "select_one"),
    "no type at all": (at("survey", "A4", None), [("survey", "A4")], "select_one"),
    "an unknown part": (at("survey", "I4", "things"), [("survey", "I4")], "a known field (intro, dimension"),
    "two scales in one dimension": (at("survey", "A5", "select_one yesno"), [("survey", "A5")], "select_one grade4"),
    "an unknown scale": (at("survey", "A33", "select_one stars"), [("survey", "A33")], "one of the scales"),
    "a required question": (at("survey", "E4", "yes"), [("survey", "E4")], "no"),
    "a weight on an item": (at("survey", "J4", 3), [("survey", "J4")], "expected nothing"),
    "a group that does not end": (at("survey", "A8", "note"), [("survey", "I8")], "a known field"),
    "an unknown rule": (at("rules", "A3", "colour"), [("rules", "A3")], "a known field"),
    "a small group made smaller": (at("rules", "B12", 2), [("rules", "B12")], "a whole number from 5"),
    "a language that is not known": (at("rules", "B3", "zh-CN, fr"), [("rules", "B3")], "zh-CN"),
    "a gap between bands": (at("bands", "D3", 85), [("bands", "D1")], "bands that cover 0 to 100"),
    "a list that nobody uses": (at("choices", "A14", "role.R-9"), [("choices", "A1")], "a known field"),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_wrong_cell_is_named(name: str) -> None:
    change, cells, sentence = WRONG[name]
    wrong = read_xlsform(changed(change)).wrong
    assert set(cells) <= {(one.sheet, one.cell) for one in wrong}
    assert any(sentence in str(one) for one in wrong), [str(one) for one in wrong]


def test_all_wrong_cells_are_named_at_once_in_the_order_of_the_sheets() -> None:
    def break_much(book: openpyxl.Workbook) -> None:
        for name in ("weight that is a word", "text that is missing", "score above 100"):
            WRONG[f"a {name}"][0](book)
        book["settings"]["B2"] = None

    wrong = read_xlsform(changed(break_much)).wrong
    assert [(one.sheet, one.cell) for one in wrong] == [
        ("survey", "J3"),
        ("survey", "D5"),
        ("choices", "E2"),
        ("settings", "B2"),
    ]


def test_a_workbook_without_the_sheets_or_with_merged_cells_is_refused_as_a_whole() -> None:
    with pytest.raises(BadWorkbook) as refusal:
        read_xlsform(changed(lambda book: book.remove(book["bands"])))
    assert (refusal.value.trouble, refusal.value.sheet) == (Trouble.NO_SHEET, "bands")
    with pytest.raises(BadWorkbook) as refusal:
        read_xlsform(changed(lambda book: book["survey"].merge_cells("C3:D3")))
    assert refusal.value.trouble is Trouble.MERGED


def test_languages_may_be_called_otherwise() -> None:
    def rename(book: openpyxl.Workbook) -> None:
        for sheet in book:
            for cell in sheet[1]:
                cell.value = {ZH: "label::Chinese (zh)", EN: "label::英文 (en)"}.get(cell.value, cell.value)
        book["survey"]["A3"] = "begin group"

    form = read_xlsform(changed(rename))
    assert (form.wrong, form.document) == ([], DEFAULT)
