"""Every free text of a paper is printed whole or refused by name, and asked about while it can still be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from survey.domain.disclosure import disclose
from survey.domain.drafts.draft import Draft
from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.tally import canonical_json
from survey.domain.results.trend import point_of
from survey.reports.blocks import Document, Picture
from survey.reports.content.report_pictures import comparison_pictures, satisfaction_pictures
from survey.reports.content.trend_tables import trend_of, trend_picture
from survey.reports.fonts import SANS, SERIF, MissingGlyph, check_glyphs, font_files
from survey.reports.places import fonts_folder
from survey.reports.printable import check_words, unprintable
from tests.reports.papers_support import made, record_bytes, renamed, report

RARE = "\U00010331"
REFUSAL = "U\\+10331"


def form_with(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The report on the same record, whose questionnaire is worded differently."""
    document = json.loads(record_bytes(40, 7, 3))
    change(document["questionnaire"])
    return disclose(canonical_json(document))


def item(form: dict[str, Any]) -> None:
    form["dimensions"][0]["items"][0]["zh"] = f"讲清{RARE}"


def dimension(form: dict[str, Any]) -> None:
    form["dimensions"][0]["zh"] = f"维度{RARE}"


def option(form: dict[str, Any]) -> None:
    form["scales"]["grade4"]["options"][0]["zh"] = f"好{RARE}"


def prohibition(form: dict[str, Any]) -> None:
    form["checklist"]["items"][0]["zh"] = f"泄密{RARE}"


@pytest.mark.parametrize(
    ("change", "part"),
    [(item, "report"), (dimension, "report"), (option, "report"), (dimension, "feedback"), (prohibition, "checklist")],
)
def test_a_text_of_the_questionnaire_with_a_missing_glyph_is_refused_by_name(
    change: Callable[[dict[str, Any]], None], part: str
) -> None:
    team = "e1" if part == "feedback" else None
    with pytest.raises(MissingGlyph, match=REFUSAL):
        made(form_with(change), "pdf", part, team)


@pytest.mark.parametrize("key", ["topic", "sentence"])
def test_a_paraphrase_or_topic_with_a_missing_glyph_is_refused_by_name(key: str) -> None:
    shown = report(40, 12)
    entry = {"topic": "安排", "sentence": "改进日程", "count": 1, key: f"改进{RARE}"}
    for team in shown["evaluations"]:
        team["digest"] = {"C-1": [entry], "C-2": []}
    for part, team in (("report", None), ("feedback", "e1"))[: 1 if key == "topic" else 2]:  # a team reads no topics
        with pytest.raises(MissingGlyph, match=REFUSAL):
            made(shown, "pdf", part, team)


def test_the_reason_of_a_deduction_and_a_round_of_the_trend_are_refused_by_name() -> None:
    shown = report(40)
    shown["evaluations"][0]["void_reasons"] = {}
    shown["name"] = f"第{RARE}轮"
    with pytest.raises(MissingGlyph, match=REFUSAL):
        made(shown, "pdf", "trend")


@pytest.mark.parametrize("format_", ["docx", "pdf"])
def test_a_name_in_a_drawing_is_refused_in_word_as_well(format_: str) -> None:
    """The letters of a Word file are the office's own; those of its pictures are drawn here."""
    with pytest.raises(MissingGlyph, match=REFUSAL):
        made(renamed(record_bytes(12), f"第{RARE}组"), format_)


def test_the_words_that_drawings_bring_themselves_have_glyphs() -> None:
    shown = report(40, 7, 3)
    shown["evaluations"][1]["team"] = "很" * 60
    shown["trend"] = [{**point_of(shown).to_json(), "questionnaire": ["another", "1"]}, point_of(shown).to_json()]
    pictures = [
        *comparison_pictures(shown),
        *satisfaction_pictures(shown),
        trend_picture(trend_of(shown)),
    ]
    check_glyphs(Document([""], "", pictures).all_text(), font_files(fonts_folder(), SANS, SERIF))
    assert "← 其他" in Document([""], "", pictures).all_text()
    assert isinstance(pictures[0], Picture)


def test_a_questionnaire_with_a_missing_glyph_is_told_while_another_can_be_chosen() -> None:
    document = json.loads(json.dumps(default_questionnaire().document))
    assert unprintable(Draft(questionnaire=document), fonts_folder()) == []
    item(document)
    document["intro"]["zh"] += "😀"  # on phones only
    [found] = unprintable(Draft(questionnaire=document), fonts_folder())
    assert (found.place, found.name, found.char) == (("questionnaire",), f"讲清{RARE}", RARE)


def test_of_a_long_text_the_part_around_the_character_is_named() -> None:
    document = json.loads(json.dumps(default_questionnaire().document))
    document["dimensions"][0]["items"][0]["zh"] = "前" * 60 + RARE + "后" * 60
    [found] = unprintable(Draft(questionnaire=document), fonts_folder())
    assert len(found.name) <= 42
    assert RARE in found.name
    assert found.name.startswith("…")
    assert found.name.endswith("…")


def test_the_built_in_questionnaire_can_be_printed() -> None:
    draft = replace(Draft(), questionnaire=default_questionnaire().document)
    assert unprintable(draft, fonts_folder()) == []


def test_words_that_go_into_a_report_are_checked_before_they_are_kept() -> None:
    check_words(["安排", "改进日程安排。"], fonts_folder())
    with pytest.raises(MissingGlyph, match="U\\+1F600"):
        check_words(["安排", "好😀"], fonts_folder())
