"""The report page: every figure of the report and none besides; other people's text stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from survey.domain.disclosure import disclose
from survey.domain.results.wording import explain
from survey.reports.html import render_body, render_html
from survey.reports.words import check_number, words
from tests.domain.results import full, record

BALLOTS = [full("A"), full("B", "B"), full("C", "C", "X"), full("A", "A", "Y")]


def report(*sizes: int, text: str = "讲得清楚") -> dict[str, Any]:
    return disclose(record(*[[{**BALLOTS[i % 4], "C-1": text} for i in range(size)] for size in sizes]))


def visible(markup: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", markup, flags=re.DOTALL))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_shown_figure_is_on_the_page(language: str) -> None:
    shown = report(40)
    page = visible(render_html(shown, language))
    (team,) = shown["evaluations"]
    figures = [team["score"], team["satisfaction_of_valid"], team["satisfaction_of_entitled"], team["return_rate"]]
    figures += [d["score"] for d in team["dimensions"]] + [i["score"] for i in team["items"]]
    assert all(figure in page for figure in figures)
    assert words(language)["texts_under_review"] in page
    assert "讲得清楚" not in page
    assert check_number(shown["record"]) in page
    assert shown["record"] in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_withheld_result_is_a_dash_with_its_reason(language: str) -> None:
    page = visible(render_html(report(4), language))
    assert "—" in page
    assert explain("fewer-than-minimum-group", 5)[language] in page
    assert "讲得清楚" not in page


def test_a_team_of_seven_shows_total_and_reasons_but_no_table_of_items() -> None:
    shown = report(7)
    page = visible(render_html(shown))
    assert shown["evaluations"][0]["score"] in page
    assert page.count(explain("fewer-than-texts-minimum", 10)["zh"]) == 4
    assert "讲清这次巡察什么" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_denominators_are_defined_under_the_table(language: str) -> None:
    page = visible(render_html(report(20), language)).replace("&#34;", '"').replace("&#39;", "'")
    assert words(language)["participation_definition"] in page
    assert words(language)["satisfaction_definition"] in page


def with_digest(shown: dict[str, Any], sentence: str) -> dict[str, Any]:
    entry = {"topic": "沟通", "sentence": sentence, "count": 3}
    for team in shown["evaluations"]:
        team["digest"] = {"C-1": [entry], "C-2": []}
    return shown


def test_the_digest_stands_in_the_report_with_topic_and_count() -> None:
    page = visible(render_html(with_digest(report(12), "会前多沟通")))
    assert all(word in page for word in ("沟通", "会前多沟通", " 3 ", words("zh")["texts_note"]))


def test_a_sentence_that_is_markup_stays_text() -> None:
    page = render_html(with_digest(report(12), "<script>alert(1)</script>{{ 7 * 7 }}"))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in {"meta", "br", "path", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"path", "rect"}:
            assert self.open.pop() == tag


@pytest.mark.parametrize("sizes", [(40, 7, 6), (12,), (3, 0)])
def test_the_body_is_well_formed_and_keeps_a_strict_policy(sizes: tuple[int, ...]) -> None:
    tags = Tags()
    tags.feed(str(render_body(report(*sizes))))
    assert tags.open == []
    names = [name for name, _ in tags.attributes]
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]
    ids = [value for name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_the_file_needs_nothing_from_outside() -> None:
    page = render_html(report(20, 8))
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!#)[^"]*"|url\(|@import', page)


def test_english_pages_have_no_chinese_but_names_and_remarks() -> None:
    shown = report(40, 6, 7)
    shown["name"] = "Round 1"
    shown["custodians_opened"] = []
    for number, team in enumerate(shown["evaluations"]):
        team["team"] = f"Team {number}"
        team["units"] = []
        team["texts"] = dict.fromkeys(team["texts"])
    shown["pooled_checklist"]["teams"] = ["Team 1", "Team 2"]
    assert re.findall(r"[\u4e00-\u9fff]+", visible(render_html(shown, "en"))) == []


def test_every_word_exists_in_both_languages() -> None:
    chinese, english = words("zh"), words("en")
    assert chinese.keys() == english.keys()
    assert all(chinese.values())
    assert not [value for value in english.values() if re.search(r"[\u4e00-\u9fff]", value)]
