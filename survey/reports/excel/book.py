"""Writing tables into an Excel workbook: cells that are safe, numbers that are numbers, sheets ready to print.

Law: other people's text is always written as a string and never starts a formula, not even when somebody edits the
cell later (quote prefix). A withheld figure is a dash. The same tables give the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from survey.reports.blocks import DASH, Cell, Column, Table
from survey.reports.column_widths import needed, shared
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
INK = "#14504D"
_PORTRAIT, _LANDSCAPE = 88, 132  # characters across a page at 10.5 points
_EM, _CELL = 2.1, 1.0  # characters: how wide a Chinese one is, and what a cell keeps free at its edges


class Book:
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

    def table(self, sheet: Worksheet, table: Table, top: int = 0, *, widths: bool = True) -> int:
        """Write a table with title, unit, header, rows and notes; returns the first free row.

        widths=False: under another table, whose columns it shares.
        """
        room = _LANDSCAPE if table.is_wide else _PORTRAIT
        # A sheet may become wider than its page: it is printed smaller then (fit_to_pages).
        least = needed(table, _CELL / _EM)
        shares = [_EM * max(both) for both in zip(shared(table, room / _EM), least, strict=True)]
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
            if widths:
                sheet.set_column(place, place, shares[place])
        sheet.set_row(head, 6 + 14 * _most_lines([column.head for column in table.columns], shares))
        for number, row in enumerate(table.rows):
            sheet.set_row(head + 1 + number, 3 + 14 * _most_lines(row, shares))
            for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                self.cell(sheet, head + 1 + number, place, column, cell, bold=number in table.strong)
        line = head + 1 + len(table.rows)
        note: dict[str, Any] = {"font_size": 9, "text_wrap": True, "valign": "top"}
        for text in table.notes:
            if last:
                sheet.merge_range(line, 0, line, last, "", self.format(**note))
            self.text(sheet, line, 0, text, **note)
            sheet.set_row(line, 13 * _most_lines([text], [1.15 * sum(shares)]))
            line += 1
        return line

    def cell(self, sheet: Worksheet, row: int, place: int, column: Column, cell: Cell, *, bold: bool) -> None:
        style: dict[str, Any] = {"border": 1, **({"bold": True} if bold else {})}
        if cell is None:
            sheet.write_string(row, place, DASH, self.format(**style, align="center"))
        elif column.kind in _NUMBER_FORMATS and cell != "" and "～" not in str(cell):  # a range is text
            number = float(cell)
            sheet.write_number(row, place, number, self.format(**style, num_format=_NUMBER_FORMATS[column.kind]))
        else:
            align = "left" if column.kind == "text" else "center"
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


def _most_lines(cells: Sequence[Cell], widths: Sequence[float]) -> int:
    """Lines of the tallest cell: programs do not find out by themselves how high a wrapped row is."""
    lines = 1
    for cell, width in zip(cells, widths, strict=True):
        texts = str(cell or "").split("\n")
        wide = (sum(_EM if ord(char) > 0x2E7F else 1.1 for char in text) for text in texts)
        lines = max(lines, sum(max(1, math.ceil(w / max(width - 0.5, 1))) for w in wide))
    return lines
