"""The workbook: figures as numbers, nobody's text as a formula, ready to print."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest

from survey.domain.disclosure import disclose
from survey.reports.words import check_number
from tests.domain.results import full, record
from tests.reports.papers_support import excel, made, record_bytes, renamed, report

SIZES = (40, 7, 3)


def test_scores_and_rates_are_numbers_equal_to_the_last_digit() -> None:
    shown = report(*SIZES)
    sheet = excel(made(shown, "xlsx"))["附表2 得分及等次"]
    row = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "第e1巡察组")
    team = shown["evaluations"][0]
    assert [Decimal(repr(value)) for value in row[2:9]] == [
        Decimal(value) for value in [*(d["score"] for d in team["dimensions"]), team["score"]]
    ]
    assert Decimal(repr(row[10])) == Decimal(team["satisfaction_of_valid"])


def test_every_item_of_every_shown_team_has_a_row_with_counts_and_rates() -> None:
    shown = report(*SIZES)
    rows = list(excel(made(shown, "xlsx"))["附表3 选项分布"].iter_rows(min_row=4, values_only=True))
    team = shown["evaluations"][0]
    of_team = [row for row in rows if row[0] == team["team"]]
    assert [row[2] for row in of_team] == [item["code"] for item in team["items"]]
    for row, item in zip(of_team, team["items"], strict=True):
        assert list(row[4:10]) == list(item["counts"].values())
        assert [f"{value:.1f}" for value in row[10:16]] == list(item["rates"].values())
        assert f"{row[16]:.2f}" == item["score"]


def test_a_team_of_which_no_item_is_shown_has_one_row_that_names_the_reason() -> None:
    rows = list(excel(made(report(*SIZES), "xlsx"))["附表3 选项分布"].iter_rows(min_row=4, values_only=True))
    for team, reason in (
        ("第e2巡察组", "各题选项分布没有显示。计入的答卷少于10份，只显示总分、等次和满意率。"),
        ("第e3巡察组", "全部数字没有显示。计入的答卷少于5份。人数较少，不单独显示任何数字。"),
    ):
        (row,) = [row for row in rows if str(row[0]).startswith(team)]
        assert row[3] == reason
        assert {*row[1:3], *row[4:]} == {"—"}


def test_a_withheld_item_of_a_shown_team_keeps_its_row_of_dashes() -> None:
    """Its reason stands below the table, with the code of the item."""
    answers = [{**full("A"), "D1-1": "A" if number < 3 else "X"} for number in range(12)]
    shown = disclose(record(answers))
    withheld = {item["code"] for item in shown["evaluations"][0]["items"] if item["counts"] is None}
    assert "D1-1" in withheld
    rows = list(excel(made(shown, "xlsx"))["附表3 选项分布"].iter_rows(min_row=4, values_only=True))
    assert {row[2] for row in rows if row[2] and set(row[4:]) == {"—"}} == withheld
    assert any("D1-1" in str(row[0]) and "没有显示。作出评价的不足5人" in str(row[0]) for row in rows)


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(1)", '=HYPERLINK("http://x")'])
def test_a_name_that_looks_like_a_formula_is_a_string_in_every_cell(name: str) -> None:
    content = made(renamed(record_bytes(12), name), "xlsx")
    book = excel(content)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == name for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    assert all(cell.quotePrefix for cell in cells if cell.value == name)
    archive = zipfile.ZipFile(io.BytesIO(content))
    sheets = [archive.read(part).decode() for part in archive.namelist() if part.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)


def test_sheets_are_frozen_have_print_areas_and_carry_the_check_number() -> None:
    shown = report(*SIZES)
    for sheet in excel(made(shown, "xlsx")):
        assert sheet.freeze_panes is not None
        assert sheet.print_area
        assert str(sheet.page_setup.paperSize) == sheet.PAPERSIZE_A4
        assert check_number(shown["record"]) in sheet.oddFooter.left.text


def test_charts_are_native() -> None:
    names = zipfile.ZipFile(io.BytesIO(made(report(*SIZES), "xlsx"))).namelist()
    assert [name for name in names if name.startswith("xl/charts/chart")] == [
        "xl/charts/chart1.xml",
        "xl/charts/chart2.xml",
    ]


def test_the_checklist_has_a_workbook_of_its_own() -> None:
    assert "T-01" in str([row for sheet in excel(made(report(*SIZES), "xlsx", "checklist")) for row in sheet.values])


def test_a_workbook_without_any_shown_figure_is_whole() -> None:
    assert len(excel(made(report(3), "xlsx")).sheetnames) == 5
