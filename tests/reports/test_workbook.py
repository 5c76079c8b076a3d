"""The workbook: figures as numbers, nobody's text as a formula, ready to print."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest

from survey.reports.words import check_number
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


def test_every_item_of_every_team_has_a_row_with_counts_and_rates() -> None:
    shown = report(*SIZES)
    rows = list(excel(made(shown, "xlsx"))["附表3 选项分布"].iter_rows(min_row=4, values_only=True))
    by_item = {(row[0], row[2]): row for row in rows if row[2]}
    for team in shown["evaluations"]:
        for item in team["items"]:
            row = by_item[team["team"], item["code"]]
            if item["counts"] is None:
                assert set(row[4:]) == {"—"}
            else:
                assert list(row[4:10]) == list(item["counts"].values())
                assert [f"{value:.1f}" for value in row[10:16]] == list(item["rates"].values())
                assert f"{row[16]:.2f}" == item["score"]


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
