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
    assert rows[0][2] == 88.1
    assert set(rows[0][3:9]) == {"—"}
    assert rows[1][2] == "—"
    assert isinstance(rows[2][3], float)
    assert {row[10] for row in rows} == {check_number(compared()["record"])}


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
