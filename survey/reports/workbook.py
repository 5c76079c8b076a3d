"""The tables of a round as an Excel workbook: figures as numbers, native charts, pages ready to print.

Law: other people's text is always written as a string and never starts a formula, not even when somebody edits the
cell later (quote prefix). Figures come from tables.py, as printed; a withheld one is a dash. The same record gives the
same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from survey.reports import tables
from survey.reports.blocks import DASH, Cell, Column, Table
from survey.reports.parcels import NO_DATE, without_times
from survey.reports.words import check_number

Report = Mapping[str, Any]
_FONT = "宋体"
_NUMBER_FORMATS = {"count": "0", "score": "0.00", "rate": "0.0"}
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_A4 = 9
_PORTRAIT, _LANDSCAPE = 88, 132  # characters across a page at 10.5 points
_GREYS = ("#14504D", "#7FB3AE", "#A8A8A8", "#3A3A3A", "#D9D9D9", "#F2F2F2")


class _Book:
    """One workbook: formats are made once, every sheet gets the same head, foot and print set-up."""

    def __init__(self, report: Report, title: str) -> None:
        self.report = report
        self.number = check_number(report["record"])
        self._made = io.BytesIO()
        self.book: Workbook = xlsxwriter.Workbook(self._made, _OPTIONS)
        self.book.set_properties(
            {"title": title, "subject": report["name"], "author": "", "company": "", "created": NO_DATE,
             "keywords": f"核验编号 {self.number}"}
        )  # fmt: skip
        self._formats: dict[tuple[Any, ...], Format] = {}

    def finish(self) -> bytes:
        self.book.close()
        return without_times(self._made.getvalue())

    def format(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(
                {"font_name": _FONT, "font_size": 10.5, "valign": "vcenter", **properties}
            )
        return self._formats[key]

    def sheet(self, name: str, *, landscape: bool) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(_A4)
        if landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.8, right=0.7, top=0.8, bottom=0.9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&9核验编号 {self.number}&R&11— &P —")
        sheet.hide_gridlines(2)
        return sheet

    def table(self, sheet: Worksheet, table: Table, top: int = 0) -> int:
        """Write a table with title, unit, header, rows and notes; returns the first free row."""
        room = _LANDSCAPE if table.is_wide else _PORTRAIT
        total = sum(column.width for column in table.columns)
        widths = [room * column.width / total for column in table.columns]
        last = len(table.columns) - 1
        heading: dict[str, Any] = {"bold": True, "font_size": 14, "align": "center"}
        if last:
            sheet.merge_range(top, 0, top, last, "", self.format(**heading))
        self.text(sheet, top, 0, f"{table.name}　{table.title}".strip("　"), **heading)
        sheet.write_string(top + 1, last, table.unit, self.format(align="right", font_size=9))
        head = top + 2
        for place, column in enumerate(table.columns):
            sheet.write_string(
                head, place, column.head, self.format(bold=True, border=1, align="center", text_wrap=True)
            )
            sheet.set_column(place, place, widths[place])
        sheet.set_row(head, 6 + 14 * _most_lines([column.head for column in table.columns], widths))
        for number, row in enumerate(table.rows):
            sheet.set_row(head + 1 + number, 3 + 14 * _most_lines(row, widths))
            for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                self.cell(sheet, head + 1 + number, place, column, cell, bold=number in table.strong)
        line = head + 1 + len(table.rows)
        note: dict[str, Any] = {"font_size": 9, "text_wrap": True, "valign": "top"}
        for text in table.notes:
            if last:
                sheet.merge_range(line, 0, line, last, "", self.format(**note))
            self.text(sheet, line, 0, text, **note)
            sheet.set_row(line, 13 * _most_lines([text], [1.15 * room]))
            line += 1
        return line

    def cell(self, sheet: Worksheet, row: int, place: int, column: Column, cell: Cell, *, bold: bool) -> None:
        style: dict[str, Any] = {"border": 1, **({"bold": True} if bold else {})}
        if cell is None:
            sheet.write_string(row, place, DASH, self.format(**style, align="center"))
        elif column.kind in _NUMBER_FORMATS and cell != "":
            number = float(cell)
            sheet.write_number(row, place, number, self.format(**style, num_format=_NUMBER_FORMATS[column.kind]))
        else:
            align = "center" if column.kind == "mixed" else "left"
            self.text(sheet, row, place, str(cell), **style, text_wrap=True, align=align)

    def text(self, sheet: Worksheet, row: int, place: int, text: str, **style: Any) -> None:
        """As a string; with a quote prefix where it looks like a formula."""
        if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
            style["quote_prefix"] = True
        sheet.write_string(row, place, text, self.format(**style))  # XlsxWriter escapes control characters itself

    def finish_page(self, sheet: Worksheet, columns: int, rows: int, *, frozen: int = 3, first: int = 1) -> None:
        sheet.freeze_panes(frozen, first)
        sheet.repeat_rows(0, frozen - 1)
        sheet.print_area(0, 0, max(rows - 1, 0), columns - 1)


def render(report: Report) -> bytes:
    """The workbook of 附表1, 2, 3 and, once released, 5, with charts; never the restricted checklist."""
    book = _Book(report, f"{report['name']} 作风纪律后评估附表")
    for name, table in (("附表1 基本情况", tables.participation(report)), ("附表2 得分及等次", tables.scores(report))):
        sheet = book.sheet(name, landscape=table.is_wide)
        rows = book.table(sheet, table)
        book.finish_page(sheet, len(table.columns), rows)
    _comparison(book)
    _satisfaction(book)
    _items(book)
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
    book = _Book(report, f"{report['name']} 禁止事项反映情况表（限阅）")
    for number, table in enumerate(tables.checklists(report), 1):
        sheet = book.sheet(f"附表4-{number}（限阅）", landscape=False)
        rows = book.table(sheet, table)
        book.finish_page(sheet, len(table.columns), rows)
    if not book.book.worksheets():
        book.sheet("附表4（限阅）", landscape=False).write_string(0, 0, "本轮问卷没有禁止事项。")
    return book.finish()


def _comparison(book: _Book) -> None:
    """Teams from the highest total down, with a native bar chart."""
    teams = sorted(
        (team for team in book.report["evaluations"] if team["score"] is not None),
        key=lambda team: -Fraction(team["score"]),
    )
    table = Table(
        "",
        "各组总分比较",
        [
            Column("巡察组", 3),
            Column("总分", 1.2, "score"),
            Column("等次", 2, "mixed"),
            Column("有效答卷", 1.2, "count"),
        ],
        [[team["team"], team["score"], tables.grade_cell(team), team["counted"]] for team in teams],
        unit="单位：分、份",
        notes=["总分不显示的组不在此表，见附表2。"],
    )
    sheet = book.sheet("各组比较", landscape=False)
    rows = book.table(sheet, table)
    if teams:
        chart = book.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": "总分",
                "categories": ["各组比较", 3, 0, 2 + len(teams), 0],
                "values": ["各组比较", 3, 1, 2 + len(teams), 1],
                "data_labels": {"value": True, "num_format": "0.00"},
                "fill": {"color": _GREYS[0]},
                "gap": 60,
            }
        )
        chart.set_title({"name": "各组总分", "name_font": {"size": 12}})
        chart.set_x_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        chart.set_y_axis({"reverse": True, "crossing": "max"})
        chart.set_legend({"none": True})
        chart.set_size({"width": 560, "height": 110 + 26 * len(teams)})
        sheet.insert_chart(rows + 1, 0, chart, {"description": "各组总分条形图，数值见上表"})
        rows += 8 + (26 * len(teams)) // 18
    book.finish_page(sheet, len(table.columns), rows)


def _satisfaction(book: _Book) -> None:
    """The answers to the overall question by team, with a native stacked chart."""
    report = book.report
    shown = [team for team in report["evaluations"] if team["overall"]["counts"] is not None]
    options = report["questionnaire"]["scales"][report["evaluations"][0]["overall"]["scale"]]
    heads = [option["zh"] for option in options] + ["未填"]
    codes = [option["code"] for option in options] + ["blank"]
    table = Table(
        "",
        "总体满意度分布表",
        [Column("巡察组", 3), *(Column(head, 1.2, "count") for head in heads)],
        [[team["team"], *(team["overall"]["counts"][code] for code in codes)] for team in shown],
        unit="单位：份",
        notes=[
            "总体满意度为对照题，不计入总分。",
            *tables.reasons(report["evaluations"], {"all", "satisfaction", "overall"}),
        ],
    )
    name = "总体满意度"
    sheet = book.sheet(name, landscape=False)
    rows = book.table(sheet, table)
    if shown:
        chart = book.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
        for place in range(len(heads)):
            chart.add_series(
                {
                    "name": [name, 2, place + 1],
                    "categories": [name, 3, 0, 2 + len(shown), 0],
                    "values": [name, 3, place + 1, 2 + len(shown), place + 1],
                    "fill": {"color": _GREYS[place % len(_GREYS)]},
                    "border": {"color": "#10201F"},
                }
            )
        chart.set_title({"name": "总体满意度", "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True, "crossing": "max"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 560, "height": 130 + 26 * len(shown)})
        sheet.insert_chart(rows + 1, 0, chart, {"description": "总体满意度分布，数值见上表"})
        rows += 9 + (26 * len(shown)) // 18
    book.finish_page(sheet, len(table.columns), rows)


def _items(book: _Book) -> None:
    """附表3 as one long table per scale: all teams, counts and rates apart, ready for a filter."""
    report = book.report
    scales = dict.fromkeys(item["scale"] for team in report["evaluations"] for item in team["items"])
    for number, scale in enumerate(scales, 1):
        options = report["questionnaire"]["scales"][scale]
        codes = [option["code"] for option in options] + ["blank"]
        heads = [option["zh"] for option in options] + ["未填"]
        rows: list[list[Cell]] = []
        for team in report["evaluations"]:
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
                        item["score"],
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
                f"各选项的比例以有效答卷为分母。{tables.ROUNDED}",
                *tables.reasons(report["evaluations"], {"all", "items"}),
            ],
        )
        sheet = book.sheet("附表3 选项分布" if len(scales) == 1 else f"附表3 选项分布{number}", landscape=True)
        end = book.table(sheet, table)
        if rows:
            sheet.autofilter(2, 0, 2 + len(rows), len(table.columns) - 1)
        book.finish_page(sheet, len(table.columns), end, first=4)


def _most_lines(cells: Sequence[Cell], widths: Sequence[float]) -> int:
    """Lines of the tallest cell: programs do not find out by themselves how high a wrapped row is."""
    lines = 1
    for cell, width in zip(cells, widths, strict=True):
        texts = str(cell or "").split("\n")
        wide = (sum(2.1 if ord(char) > 0x2E7F else 1.1 for char in text) for text in texts)
        lines = max(lines, sum(max(1, math.ceil(w / max(width - 0.5, 1))) for w in wide))
    return lines
