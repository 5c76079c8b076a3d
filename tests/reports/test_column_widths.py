"""Columns are as wide as what may not be broken in them, in every document."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest

from survey.reports.blocks import Column, Table
from survey.reports.column_widths import PADDING, SIZES, ems, fitted, in_ems, needed
from survey.reports.content.tables import distributions, scores
from tests.reports.papers_support import made, report, word

MM = 25.4 / 72


def ranged(*sizes: int) -> dict[str, Any]:
    """Every score and rate of every team as a range, the longest there is."""
    shown = report(*sizes)
    for team in shown["evaluations"]:
        for entry in (team, *team["dimensions"]):
            entry["score"], entry["range"] = None, ["95.00", "100.00"]
        team["satisfaction_range"] = {
            "satisfied": [6, 7],
            "of_valid": ["85.7", "100.0"],
            "of_entitled": ["85.7", "100.0"],
        }
        team["satisfaction_interval"] = ["46.7", "100.0"]
    return shown


def composite(shown: dict[str, Any]) -> dict[str, Any]:
    shown["questionnaire"]["composite"] = {"conduct": "30", "quality": "70", "deductions": True}
    for team in shown["evaluations"]:
        team["composite"] = {
            "quality": "100.00", "deductions": "10.00", "deductions_reason": "", "score": "100.00",
            "grade": "优秀", "grade_en": "Excellent",
        }  # fmt: skip
    return shown


@pytest.mark.parametrize("shown", [report(40, 12), ranged(40, 12), composite(report(40, 12))])
def test_no_figure_of_the_table_of_scores_has_to_be_broken(shown: dict[str, Any]) -> None:
    table = scores(shown)
    size, widths = fitted(table, 225)
    assert sum(widths) == pytest.approx(225)
    assert size in SIZES
    for place, width in enumerate(widths):
        cells = [str(row[place]) for row in table.rows if re.fullmatch(r"[0-9.～]+", str(row[place]))]
        assert all(ems(cell) * size * MM + PADDING <= width + 0.01 for cell in cells)


def test_no_option_at_the_head_of_the_table_of_items_has_to_be_broken() -> None:
    table = distributions(report(40))[0]
    size, widths = fitted(table, 156)
    for column, width in zip(table.columns, widths, strict=True):
        assert all(ems(line) * size * MM + PADDING <= width + 0.01 for line in column.head.split("\n"))


def test_columns_keep_the_shares_of_their_author_where_nothing_is_broken() -> None:
    table = Table("", "表", [Column("甲", 3), Column("乙", 1)], [["一", "二"]])
    assert in_ems(table, 40, 0.5) == ([30, 10], True)


def test_what_a_narrow_column_needs_comes_from_those_with_room() -> None:
    table = Table("", "表", [Column("题目", 6), Column("不了解", 1), Column("好", 1)], [["一句话", "1", "2"]])
    widths, is_whole = in_ems(table, 20, 0.5)
    assert is_whole
    assert widths[1] == 3.5
    assert sum(widths) == pytest.approx(20)
    assert widths[2] < 2.5


def test_where_all_columns_are_too_narrow_each_gives_its_part() -> None:
    table = Table("", "表", [Column("不了解", 1), Column("基本满意", 1)], [["1", "2"]])
    widths, is_whole = in_ems(table, 5, 0.5)
    assert not is_whole
    assert sum(widths) == pytest.approx(5)
    assert needed(table, 0.5) == [3.5, 4.5]


@pytest.mark.parametrize("shown", [ranged(40, 12, 7), composite(ranged(40, 12))], ids=["ranges", "composite"])
def test_in_the_pdf_an_interval_stands_on_one_line(shown: dict[str, Any]) -> None:
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=made(shown, "pdf"), capture_output=True, check=True)
    said = text.stdout.decode().replace(" ", "")
    rows = len(shown["evaluations"])
    assert len(re.findall(r"46\.7～100\.0", said)) == rows
    assert len(re.findall(r"85\.7～100\.0", said)) == 2 * rows
    assert not re.findall(r"～\n", said)
    assert not re.findall(r"不了\n", said)


def test_a_grade_for_reference_only_stands_on_two_whole_lines() -> None:
    shown = report(40, 12)
    shown["evaluations"][1]["reference_only"] = True
    table = scores(shown)
    place = next(number for number, column in enumerate(table.columns) if column.head == "等次")
    assert str(table.rows[1][place]).endswith("\n（仅供参考）")
    size, widths = fitted(table, 225)
    assert ems("（仅供参考）") * size * MM + PADDING <= widths[place] + 0.01


def test_in_word_the_table_has_the_same_widths() -> None:
    table = distributions(report(40))[0]
    size, widths = fitted(table, 156)
    made_table = word(made(report(40), "docx")).tables[2]
    assert [round(column.width.mm, 1) for column in made_table.columns] == [
        pytest.approx(width, abs=0.1) for width in widths
    ]
    assert made_table.rows[1].cells[0].paragraphs[0].runs[0].font.size.pt == size
