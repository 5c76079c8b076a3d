"""The questionnaire: whole or refused, and every refusal names its place."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.questionnaire import default_questionnaire, faults_of_questionnaire, parse_questionnaire
from survey.domain.results.answers import encode_answers
from survey.errors import InvalidSpec

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    document = copy.deepcopy(default_questionnaire().document)
    change(document)
    return document


def test_the_default_questionnaire_has_22_items_10_points_and_2_open_questions() -> None:
    questionnaire = default_questionnaire()
    assert [len(d.items) for d in questionnaire.dimensions] == [4, 4, 4, 4, 3, 3]
    assert sum(d.weight for d in questionnaire.dimensions) == 100
    assert questionnaire.overall.code == "O-1"
    assert questionnaire.checklist is not None
    assert len(questionnaire.checklist.items) == 10
    assert [q.max_chars for q in questionnaire.open_questions] == [300, 300]
    assert [band.zh for band in questionnaire.bands] == ["优秀", "良好", "合格", "不合格"]
    assert questionnaire.role is None


def test_parsing_the_document_again_gives_an_equal_questionnaire_also_through_canonical_json() -> None:
    questionnaire = default_questionnaire()
    frozen = json.dumps(questionnaire.document, sort_keys=True)
    assert parse_questionnaire(json.loads(frozen)) == questionnaire
    assert pickle.loads(pickle.dumps(questionnaire)) == questionnaire  # noqa: S301  # our own bytes


def test_a_later_change_of_the_callers_document_does_not_reach_the_questionnaire() -> None:
    document = changed(lambda d: None)
    questionnaire = parse_questionnaire(document)
    document["dimensions"].clear()
    assert len(questionnaire.document["dimensions"]) == 6


def test_options_from_75_up_are_positive_unless_they_say_otherwise() -> None:
    scales = {scale.name: scale for scale in default_questionnaire().scales}
    assert [o.positive for o in scales["grade4"].options] == [True, True, False, False, False]
    assert [o.positive for o in scales["satisfaction"].options] == [True, True, False, False]
    stricter = parse_questionnaire(changed(lambda d: d["scales"]["grade4"]["options"][1].update(positive=False)))
    assert [o.positive for o in stricter.dimensions[0].scale.options] == [True, False, False, False, False]


def test_participation_limits_written_with_four_decimals_mean_the_exact_fractions() -> None:
    questionnaire = default_questionnaire()
    assert (questionnaire.grade_from, questionnaire.full_from) == (Fraction(1, 2), Fraction(2, 3))


def test_a_form_in_chinese_only_shows_chinese_in_english_documents() -> None:
    def only_chinese(value: Any) -> None:
        if isinstance(value, dict):
            value.pop("en", None)
            for inner in value.values():
                only_chinese(inner)
        elif isinstance(value, list):
            for inner in value:
                only_chinese(inner)

    document = changed(only_chinese)
    document["language"] = ["zh-CN"]
    assert parse_questionnaire(document).overall.en == default_questionnaire().overall.zh


REFUSALS: dict[str, tuple[Change, str]] = {
    "a duplicate item code": (
        lambda d: d["dimensions"][2]["items"][0].update(code="D1-1"),
        r'q\.dimensions\[2\]\.items\[0\]\.code is "D1-1", which q\.dimensions\[0\]\.items\[0\]\.code has already',
    ),
    "an item with the code of an open question": (
        lambda d: d["open_questions"][0].update(code="T-01"),
        r'q\.(open_questions\[0\]|checklist\.items\[0\])\.code is "T-01"',
    ),
    "a duplicate option code": (
        lambda d: d["scales"]["grade4"]["options"][1].update(code="A"),
        r'q\.scales\.grade4\.options\[1\]\.code is "A"',
    ),
    "an option called blank": (
        lambda d: d["scales"]["grade4"]["options"][4].update(code="blank"),
        r'options\[4\]\.code is "blank"',
    ),
    "a code with a space": (
        lambda d: d["dimensions"][0]["items"][1].update(code="D1 2"),
        r"items\[1\]\.code is \"D1 2\"; expected a code",
    ),
    "an unknown scale": (
        lambda d: d["dimensions"][1].update(scale="stars"),
        r'q\.dimensions\[1\]\.scale is "stars"; expected one of the scales grade4, satisfaction, yesno',
    ),
    "a dimension with a scale without scores": (
        lambda d: d["dimensions"][1].update(scale="yesno"),
        r"a scale without any score",
    ),
    "weights that miss 100": (
        lambda d: d["dimensions"][0].update(weight=17),
        r"q\.dimensions have weights that sum to 99; expected 100",
    ),
    "a weight of nothing": (lambda d: d["dimensions"][0].update(weight=0), r"dimensions\[0\]\.weight is 0"),
    "a missing English text": (
        lambda d: d["checklist"]["items"][3].pop("en"),
        r"q\.checklist\.items\[3\] has no text in en",
    ),
    "an empty text": (lambda d: d["overall"].update(zh="  "), r"q\.overall\.zh is \"  \"; expected a text"),
    "a text with a control character": (lambda d: d["overall"].update(zh="总\x07体"), r"q\.overall\.zh has a control"),
    "an English text that no language announces": (
        lambda d: d.update(language=["zh-CN"]),
        r"q\.title\.en is an English text",
    ),
    "a language that is not known": (lambda d: d.update(language=["zh-CN", "fr"]), r'q\.language\[1\] is "fr"'),
    "max_chars of 0": (lambda d: d["open_questions"][0].update(max_chars=0), r"max_chars is \"0\"; expected a whole"),
    "max_chars of 2001": (lambda d: d["open_questions"][0].update(max_chars=2001), r"from 1 to 2000"),
    "a gap between bands": (lambda d: d["bands"][1].update(max=89), r"q\.bands leave a gap or overlap at 90 \(S2\)"),
    "bands that begin above 0": (lambda d: d["bands"][3].update(min=1), r"q\.bands begin at 1"),
    "bands that end below 100": (lambda d: d["bands"][0].update(max=99), r"gap or overlap at 100 \(S1\)"),
    "a band with its edges swapped": (lambda d: d["bands"][0].update(min=100, max=90), r"gap or overlap"),
    "more than 100 items": (
        lambda d: d["checklist"].update(items=[{"code": f"T-{n}", "zh": "问", "en": "q"} for n in range(79)]),
        r"q\.checklist\.items\[78\] is item number 101",
    ),
    "an unknown key": (lambda d: d["dimensions"][0].update(wieght=18), r'has the unknown key "wieght"'),
    "a missing key": (lambda d: d.pop("bands"), r"q has no bands"),
    "a question that must be answered": (lambda d: d["open_questions"][0].update(required=True), r"required is true"),
    "a scored checklist": (lambda d: d["checklist"].update(scored=True), r"q\.checklist\.scored is true"),
    "another scoring rule": (lambda d: d["scoring"].update(item_score="median"), r'item_score is "median"'),
    "a composite score whose weights do not sum to 100": (
        lambda d: d["scoring"]["composite"]["parts"][0].update(weight=20),
        r"composite\.parts have weights that sum to 90; expected 100",
    ),
    "a composite score of two equal parts": (
        lambda d: d["scoring"]["composite"]["parts"][0].update(name="quality", source="entered_score"),
        r'composite\.parts\[1\]\.name is "quality" again',
    ),
    "a composite score without parts": (
        lambda d: d["scoring"].update(composite={"enabled": True}),
        r"composite is enabled without parts",
    ),
    "weaker small-number rules": (
        lambda d: d["disclosure_control"].update(min_ballots_for_any_figure=2),
        r"min_ballots_for_any_figure is \"2\"; expected a whole number from 5",
    ),
    "complementary suppression switched off": (
        lambda d: d["disclosure_control"].update(complementary_suppression=False),
        r"complementary_suppression is false",
    ),
    "an option without score marked positive": (
        lambda d: d["scales"]["grade4"]["options"][4].update(positive=True),
        r"positive is true for an option without a score",
    ),
    "a score that is not a number": (
        lambda d: d["scales"]["grade4"]["options"][0].update(score=float("nan")),
        r"score is \"nan\"; expected a number",
    ),
    "a weight that is true": (lambda d: d["dimensions"][0].update(weight=True), r"weight is true; expected a number"),
    "a role question for pools under 30": (
        lambda d: d["optional_role_question"].update(enabled=True, min_batch_size=12),
        r"min_batch_size is \"12\"",
    ),
    "a date": (lambda d: d.update(version=__import__("datetime").date(2026, 1, 1)), r"q\.version is a date"),
    "a bottomless document": (lambda d: d.update(title=_deep(12)), r"too deep"),
}


def _deep(levels: int) -> object:
    return {"zh": _deep(levels - 1)} if levels else "x"


@pytest.mark.parametrize("name", REFUSALS)
def test_it_refuses(name: str) -> None:
    change, reason = REFUSALS[name]
    document = changed(change)
    with pytest.raises(InvalidSpec, match=reason):
        parse_questionnaire(document, "q")


@pytest.mark.parametrize("name", REFUSALS)
def test_the_first_of_all_faults_is_the_one_that_refuses(name: str) -> None:
    document = changed(REFUSALS[name][0])
    with pytest.raises(InvalidSpec) as refusal:
        parse_questionnaire(document, "q")
    assert str(faults_of_questionnaire(document, "q")[0]) == str(refusal.value)


def test_every_fault_is_told_and_a_missing_part_only_once() -> None:
    def break_much(document: dict[str, Any]) -> None:
        document["title"]["en"] = ""
        document["dimensions"][1]["weight"] = "many"
        document["dimensions"][1]["items"][0]["code"] = "D1-1"
        document["dimensions"][4]["items"][2]["zh"] = "长" * 201
        document["scales"]["grade4"]["options"][1]["score"] = 101
        document["overall"]["scale"] = "stars"
        document["checklist"]["items"] = []
        document["open_questions"][1]["max_chars"] = 0
        document["bands"][2]["min"] = None
        document["reminder_line"] = 200
        del document["version"]

    assert [fault.path for fault in faults_of_questionnaire(changed(break_much), "q")] == [
        "q",
        "q.title.en",
        "q.scales.grade4.options[1].score",
        "q.dimensions[1].weight",
        "q.dimensions[1].items[0].code",
        "q.dimensions[4].items[2].zh",
        "q.overall.scale",
        "q.checklist.items",
        "q.open_questions[1].max_chars",
        "q.reminder_line",
        "q.bands[2].min",
    ]
    assert faults_of_questionnaire(default_questionnaire().document) == []


@pytest.mark.parametrize("document", [None, [], "text", 7, {}])
def test_it_refuses_what_is_no_mapping_of_a_questionnaire(document: object) -> None:
    with pytest.raises(InvalidSpec, match=r"^q (is|has no schema)"):
        parse_questionnaire(document, "q")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(default_questionnaire().document)), JSON)
def test_any_value_at_any_top_key_is_accepted_or_refused_with_a_sentence(key: str, value: object) -> None:
    document = {**default_questionnaire().document, key: value}
    refusal = None
    try:
        parse_questionnaire(document)
    except InvalidSpec as error:
        refusal = str(error)
    assert refusal is None or (refusal.startswith("questionnaire") and "expected" in refusal)


@pytest.mark.parametrize("char", ["x", "巡", "\U0001f600", '"', "\\", "\n", "\x00", "\u2028"])
def test_the_longest_possible_answers_fit_the_plaintext_length(char: str) -> None:
    questionnaire = default_questionnaire()
    # A character stays inside the text, because blanks around it are taken off.
    texts = {q.code: ("x" + char * q.max_chars)[: q.max_chars - 1] + "x" for q in questionnaire.open_questions}
    options = {item.code: max(item.scale.codes, key=len) for item in questionnaire.answerable}
    assert 4 + len(encode_answers(options, texts)) <= questionnaire.plaintext_length
    assert questionnaire.plaintext_length % 256 == 0


def test_the_plaintext_is_not_longer_than_one_step_above_the_longest_answers() -> None:
    questionnaire = default_questionnaire()
    texts = {q.code: "\U0001f600" * q.max_chars for q in questionnaire.open_questions}
    options = {item.code: item.scale.codes[0] for item in questionnaire.answerable}
    assert questionnaire.plaintext_length - 4 - len(encode_answers(options, texts)) < 256
