"""The tables of a round as an Excel workbook; sheets with a native chart are those of native_charts and trend_sheet.

Law: figures come from content/tables.py, as printed; a withheld one is a dash. The same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.reports.blocks import Cell, Column, Table
from survey.reports.content import restricted_tables, tables
from survey.reports.content.table_notes import ROUNDED, reasons, score_cell, why_no_items
from survey.reports.content.trend_tables import trend_of
from survey.reports.excel.book import Book
from survey.reports.excel.native_charts import comparison_sheet, satisfaction_sheet
from survey.reports.excel.trend_sheet import trend_sheet

Report = Mapping[str, Any]


def render(report: Report) -> bytes:
    """The workbook of 附表1, 2, 3, 6 and, once approved, 5, with charts; never the restricted checklist."""
    book = Book(report, f"{report['name']} 作风纪律后评估附表")
    for name, table in (("附表1 基本情况", tables.participation(report)), ("附表2 得分及等次", tables.scores(report))):
        sheet = book.sheet(name, landscape=table.is_wide)
        rows = book.table(sheet, table)
        book.finish_page(sheet, len(table.columns), rows)
    comparison_sheet(book)
    satisfaction_sheet(book)
    _items(book)
    if len(report.get("trend", ())) > 1:
        trend_sheet(book, trend_of(report))
    digests = tables.digests(report)
    if digests:
        sheet = book.sheet("附表5 意见建议摘编", landscape=False)
        line = 0
        for table in digests:
            line = book.table(sheet, table, line) + 1
        sheet.print_area(0, 0, line, 3)
    return book.finish()


def render_checklist(report: Report) -> bytes:
    """附表4 alone, for its own readers."""
    book = Book(report, f"{report['name']} 禁止事项反映情况表（限阅）")
    for number, table in enumerate(restricted_tables.checklists(report), 1):
        sheet = book.sheet(f"附表4-{number}（限阅）", landscape=False)
        rows = book.table(sheet, table)
        book.finish_page(sheet, len(table.columns), rows)
    if not book.book.worksheets():
        book.sheet("附表4（限阅）", landscape=False).write_string(0, 0, "本轮问卷没有禁止事项。")
    return book.finish()


def render_trend(report: Report) -> bytes:
    """附表6 alone."""
    book = Book(report, f"{report['name']} 历轮对比")
    trend_sheet(book, trend_of(report))
    return book.finish()


def _items(book: Book) -> None:
    """附表3 as one long table per scale: all teams, counts and rates apart, ready for a filter.

    A team of which no item is shown has one row with the reason: many rows of dashes would say no more.
    """
    report = book.report
    scales = dict.fromkeys(item["scale"] for team in report["evaluations"] for item in team["items"])
    for number, scale in enumerate(scales, 1):
        options = report["questionnaire"]["scales"][scale]
        codes = [option["code"] for option in options] + ["blank"]
        heads = [option["zh"] for option in options] + ["未填"]
        rows: list[list[Cell]] = []
        for team in report["evaluations"]:
            if why := why_no_items(team):
                rows.append([team["team"], None, None, why, *(None for _ in range(2 * len(codes) + 3))])
                continue
            for item in team["items"]:
                if item["scale"] != scale:
                    continue
                counts, rates = item["counts"], item["rates"]
                rows.append(
                    [
                        team["team"],
                        item["dimension"],
                        item["code"],
                        item["zh"],
                        *(None if counts is None else counts[code] for code in codes),
                        *(None if rates is None else rates[code] for code in codes),
                        score_cell(item),
                        item["satisfaction_of_valid"],
                        item["satisfaction_of_entitled"],
                    ]
                )
        table = Table(
            "附表3",
            "各题选项分布表",
            [
                Column("巡察组", 2),
                Column("维度", 1),
                Column("题号", 1),
                Column("题目", 6),
                *(Column(f"{head}\n（份）", 0.8, "count") for head in heads),
                *(Column(f"{head}\n（%）", 0.8, "rate") for head in heads),
                Column("得分", 1, "score"),
                Column("满意率\n（评价者，%）", 1.4, "rate"),
                Column("满意率\n（应参评者，%）", 1.6, "rate"),
            ],
            rows,
            unit="单位：份、分、%",
            notes=[
                f"各选项的比例以有效答卷为分母。{ROUNDED}",
                *reasons([team for team in report["evaluations"] if why_no_items(team) is None], {"items"}),
            ],
        )
        sheet = book.sheet("附表3 选项分布" if len(scales) == 1 else f"附表3 选项分布{number}", landscape=True)
        end = book.table(sheet, table)
        if rows:
            sheet.autofilter(2, 0, 2 + len(rows), len(table.columns) - 1)
        book.finish_page(sheet, len(table.columns), end, first=4)
