"""Rounds compared (附表6): in the report, in the workbook, and as files of their own; lines only where they may be."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from survey.domain.results.trend import point_of
from survey.reports.words import check_number
from tests.reports.papers_support import excel, made, report, text_of_word

SHEET = "附表6 历轮对比"


def compared() -> dict[str, Any]:
    """Four rounds: the first asked another form, the second shows no total."""
    shown = report(40, 7, 3)
    own = point_of(shown).to_json()
    before = [
        {**own, "name": "甲轮", "total": "88.10", "questionnaire": ["another", "1"]},
        {**own, "name": "乙轮", "total": None},
        {**own, "name": "丙轮", "total": "92.75"},
    ]
    return {**shown, "trend": [*before, own]}


def test_a_round_that_asked_another_form_has_its_total_and_no_dimensions() -> None:
    rows = list(excel(made(compared(), "xlsx"))[SHEET].iter_rows(min_row=4, max_row=7, values_only=True))
    assert [row[0] for row in rows] == ["甲轮", "乙轮", "丙轮", compared()["name"]]
    assert rows[0][1] == 88.1
    assert set(rows[0][2:8]) == {"—"}
    assert rows[1][1] == "—"
    assert isinstance(rows[2][2], float)
    assert {row[9] for row in rows} == {check_number(compared()["record"])}


def test_every_mean_has_the_number_of_its_teams_and_those_left_out_are_named() -> None:
    """40 ballots show everything, 7 a total and no dimension, 3 nothing; another form has no dimensions here."""
    rows = list(excel(made(compared(), "xlsx"))[SHEET].iter_rows(values_only=True))
    numbers = rows[next(i for i, row in enumerate(rows) if row[0] == "附表6　历轮对比表的组数") + 3 :][:4]
    assert [row[1] for row in numbers] == [2, 2, 2, 2]
    assert numbers[0][2] == "—"
    assert numbers[3][2:8] == (1,) * 6
    text = text_of_word(made(compared(), "docx"))
    assert "的总分平均没有计入第e3巡察组（总分没有显示）。" in text
    assert "平均数可能偏高，也可能偏低" in text
    assert "随便少的" not in text  # no team of these rounds is shown as a range


def test_a_team_shown_as_a_range_is_said_to_be_missing_for_a_reason() -> None:
    shown = compared()
    shown["trend"][1]["left_out"] = {"range": ["第一巡察组"]}
    text = text_of_word(made(shown, "docx"))
    assert "乙轮的总分平均没有计入第一巡察组（总分只显示范围）。" in text
    assert "总分接近量表的一头就只显示范围，所以没有计入的组不是随便少的。" in text


def test_a_point_approved_before_numbers_were_kept_is_still_read() -> None:
    shown = compared()
    for point in shown["trend"][:3]:
        del point["counts"], point["left_out"]
    text = text_of_word(made(shown, "docx"))
    assert "92.75" in text
    assert "较早批准的报告没有记下各维度的组数" in text


def test_a_team_without_a_grade_for_want_of_participation_is_in_no_mean() -> None:
    shown = report(40, 20)
    both = point_of(shown)
    low = {"what": "grade", "code": None, "reason": "participation-too-low", "zh": "", "en": ""}
    shown["evaluations"][1]["suppressed"].append(low)
    one = point_of(shown)
    assert (both.teams, one.teams) == (2, 1)
    assert one.total == shown["evaluations"][0]["score"]
    assert set(one.counts.values()) == {1}
    assert one.left_out == {"ungraded": ["第e2巡察组"]}


def test_the_chart_has_one_line_per_stretch_of_rounds_that_may_be_joined() -> None:
    archive = zipfile.ZipFile(io.BytesIO(made(compared(), "xlsx", "trend")))
    chart = archive.read("xl/charts/chart1.xml").decode()
    assert chart.count("<c:ser>") == 2
    assert "lineChart" in chart


def test_the_report_has_the_table_and_the_drawing_once_there_are_two_rounds() -> None:
    text = text_of_word(made(compared(), "docx"))
    assert "附表6　历轮对比表" in text
    assert "92.75" in text
    assert "附表6" not in text_of_word(made(report(40, 7, 3), "docx"))
    xml = zipfile.ZipFile(io.BytesIO(made(compared(), "docx"))).read("word/document.xml").decode()
    assert any("丙轮 92.75" in found for found in re.findall(r'descr="([^"]+)"', xml))


def test_a_count_of_paper_forms_is_a_column_of_its_own_where_one_was_entered() -> None:
    shown = report(40, 7, 3)
    assert "纸质" not in text_of_word(made(shown, "docx"))
    shown["evaluations"][0]["paper"] = 6
    sheet = excel(made(shown, "xlsx"))["附表1 基本情况"]
    head = [cell.value for cell in sheet[3]]
    row = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "第e1巡察组")
    assert row[head.index("其中纸\n质补录")] == 6
    assert "不能从计票记录核对" in text_of_word(made(shown, "docx"))
