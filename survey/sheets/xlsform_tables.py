"""The sheets of an XLSForm as rows of named cells, and what has to be put right in them.

Law: a column that is not known is refused, never skipped: a form whose questions silently vanish is worse than one
that is not read (KoboToolbox kpi issue 4939).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from survey.domain.drafts.faults import Expected, Fault, shown
from survey.sheets.rounds import WrongCell
from survey.sheets.workbook import BadWorkbook, Sheet, Trouble, oddity, read_workbook
from survey.sheets.xlsform import COLUMNS, EN, ZH

_LABEL = re.compile(r"label::.{0,40}\((zh|en)\)")
_MOST_COLUMNS = 32  # looked at, so that a heading far to the right is refused too


@dataclass
class Row:
    """cells: column -> "B3"; values: column -> what stands there."""

    cells: dict[str, str]
    values: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str) -> str:
        """A number typed where a text belongs is meant as that text."""
        value = self.values.get(name)
        return "" if value is None else str(value)


@dataclass
class Table:
    """heads: column -> the cell of its heading; wrong: shared by all tables of a workbook."""

    title: str
    wrong: list[WrongCell]
    rows: list[Row] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    is_read: bool = False

    def refuse(self, cell: str, expected: Expected, found: object = None, words: str = "") -> None:
        self.wrong.append(WrongCell(self.title, cell, Fault((), expected, shown(found), words=words)))


def read_tables(content: bytes) -> tuple[dict[str, Table], list[WrongCell]]:
    """Raises BadWorkbook where the file as a whole cannot be read."""
    sheets = read_workbook(content, columns=_MOST_COLUMNS)
    wrong: list[WrongCell] = []
    tables = {}
    for name in COLUMNS:
        if name not in sheets:
            raise BadWorkbook(Trouble.NO_SHEET, name)
        tables[name] = _table(sheets[name], name, wrong)
    return tables, wrong


def _table(sheet: Sheet, name: str, wrong: list[WrongCell]) -> Table:
    """The rows under the heading. is_read: the heading is as it should be."""
    table = Table(sheet.title, wrong)
    columns: dict[int, str] = {}
    before = len(wrong)
    for index, heading in enumerate(sheet.rows[0] if sheet.rows else []):
        if heading is None:
            continue
        known = _known(str(heading), name)
        if known is None:
            table.refuse(f"{_letters(index)}1", Expected.UNKNOWN, heading, ", ".join(COLUMNS[name]))
        elif known in table.heads:
            table.refuse(f"{_letters(index)}1", Expected.DIFFERENT, heading)
        else:
            columns[index], table.heads[known] = known, f"{_letters(index)}1"
    missing = [column for column in COLUMNS[name] if column not in table.heads and column != "note"]
    if missing:
        table.refuse("A1", Expected.COLUMNS, words=", ".join(missing))
    table.is_read = len(wrong) == before
    for number, cells in enumerate(sheet.rows[1:], 2):
        row = Row({column: f"{_letters(index)}{number}" for index, column in columns.items()}, {})
        for index, column in columns.items():
            value = cells[index] if index < len(cells) else None
            if odd := oddity(value):
                table.refuse(row.cells[column], Expected.VALUE, odd)
                value = odd
            row.values[column] = value
        if any(value is not None for column, value in row.values.items() if column != "note"):
            table.rows.append(row)
    return table


def _known(heading: str, sheet: str) -> str | None:
    heading = heading.strip()
    if found := _LABEL.fullmatch(heading):
        heading = ZH if found[1] == "zh" else EN
    return heading if heading in COLUMNS[sheet] else None


def _letters(index: int) -> str:
    """0 -> A, 26 -> AA."""
    first, last = divmod(index, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)
