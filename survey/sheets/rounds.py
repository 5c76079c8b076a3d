"""A round spec from the Excel template: plain values, and where each stood.

Two sheets. "round": a name in column A and its value in column B, one row per field; custodians are separated by 、 or
; or comma. "units": a header row with the columns team, leader, unit, entitled, then one row per unit; a team's name
may be left out in the rows below its first. The Chinese names of sheets, fields and columns are read as well.

Law: every wrong cell is named with sheet and cell, what stands there and what was expected; nothing is made while one
is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from survey.domain.drafts.draft import Draft, UnitRow
from survey.domain.drafts.faults import Expected, Fault, Place, faults_of, shown
from survey.domain.reading import BadPlace
from survey.sheets.workbook import BadWorkbook, Sheet, Trouble, oddity, read_workbook

ROUND_SHEET, UNITS_SHEET = "round", "units"
UNIT_COLUMNS = ("team", "leader", "unit", "entitled")
_SHEETS = {ROUND_SHEET: "轮次", UNITS_SHEET: "单位"}
_COLUMNS = {"巡察组": "team", "组长": "leader", "单位": "unit", "被巡察单位": "unit", "应参评人数": "entitled"}
_FIELDS = {
    "轮次名称": "name",
    "密钥保管人": "custodians",
    "开封人数": "threshold",
    "最小组": "minimum_group",
    "意见最小份数": "texts_minimum",
    "备用码": "spare_percent",
    "开放时间": "opens_at",
    "截止时间": "closes_at",
    "共用平板": "kiosk",
}
FIELDS = tuple(_FIELDS.values())
# What an office reads instead of the names of sheets, fields and columns.
CHINESE = _SHEETS | {name: words for words, name in (_FIELDS | _COLUMNS).items()}
_MOMENTS = ("opens_at", "closes_at")
_EXPECTED = {**dict.fromkeys(_MOMENTS, Expected.MOMENT), "kiosk": Expected.YES_OR_NO}
_SEPARATORS = re.compile(r"[、,，;；\n]")


@dataclass(frozen=True)
class WrongCell:
    """sheet: its title; cell: "B3", or empty for the sheet as a whole; fault: of a round, or of a questionnaire."""

    sheet: str
    cell: str
    fault: Fault | BadPlace

    def __str__(self) -> str:
        cell = f", cell {self.cell}" if self.cell else ""
        return f"sheet {self.sheet}{cell}: {self.fault}"


@dataclass(frozen=True)
class Import:
    """draft: what the workbook says; wrong: every cell that must be put right first."""

    draft: Draft
    wrong: list[WrongCell]


def split_custodians(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())


def read_round_workbook(content: bytes) -> Import:
    """Raises BadWorkbook where the file as a whole cannot be read."""
    sheets = read_workbook(content)
    reading = _Reading({}, [])
    round_sheet, units_sheet = (_sheet(sheets, name) for name in (ROUND_SHEET, UNITS_SHEET))
    draft = replace(reading.round(round_sheet), rows=reading.units(units_sheet))
    known = {(wrong.sheet, wrong.cell) for wrong in reading.wrong}
    for fault in faults_of(draft):
        title, cell = reading.where(fault.place, round_sheet.title, units_sheet.title)
        if (title, cell) not in known:
            reading.wrong.append(WrongCell(title, cell, fault))
    return Import(draft, sorted(reading.wrong, key=_reading_order))


def read_units_workbook(content: bytes, draft: Draft) -> Import:
    """Teams and units alone, into a draft whose other fields stand: a sheet "round" is not needed and not read."""
    sheets = read_workbook(content)
    reading = _Reading({}, [])
    sheet = _sheet(sheets, UNITS_SHEET)
    draft = replace(draft, rows=reading.units(sheet))
    known = {(wrong.sheet, wrong.cell) for wrong in reading.wrong}
    for fault in faults_of(draft):
        title, cell = reading.where(fault.place, "", sheet.title)
        if title and (title, cell) not in known:
            reading.wrong.append(WrongCell(title, cell, fault))
    return Import(draft, sorted(reading.wrong, key=_reading_order))


def _reading_order(wrong: WrongCell) -> tuple[bool, int, str]:
    """The sheet of the round first, then line by line."""
    line = int(wrong.cell[1:]) if wrong.cell else 0
    return wrong.sheet.lower() in (UNITS_SHEET, _SHEETS[UNITS_SHEET]), line, wrong.cell


def _sheet(sheets: Mapping[str, Sheet], name: str) -> Sheet:
    found = sheets.get(name) or sheets.get(_SHEETS[name])
    if found is None:
        raise BadWorkbook(Trouble.NO_SHEET, name)
    return found


@dataclass
class _Reading:
    places: dict[Place, tuple[str, str]]
    wrong: list[WrongCell]

    def where(self, place: Place, round_title: str, units_title: str) -> tuple[str, str]:
        if place in self.places:
            return self.places[place]
        return (units_title if place[0] == "rows" else round_title), ""

    def _refuse(self, sheet: Sheet, cell: str, expected: Expected, found: object, words: str = "") -> None:
        self.wrong.append(WrongCell(sheet.title, cell, Fault((), expected, shown(found), words=words)))

    def round(self, sheet: Sheet) -> Draft:
        values: dict[str, Any] = {}
        for number, row in enumerate(sheet.rows, 1):
            heading, value = (*row, None, None)[:2]
            if heading is None:
                continue
            name = _FIELDS.get(str(heading), str(heading).lower())
            cell = f"B{number}"
            if name not in FIELDS:
                self._refuse(sheet, f"A{number}", Expected.UNKNOWN, heading, ", ".join(FIELDS))
            elif name in values:
                self._refuse(sheet, f"A{number}", Expected.DIFFERENT, heading)
            elif (odd := oddity(value)) and not (isinstance(value, datetime) and name in _MOMENTS):
                self._refuse(sheet, cell, _EXPECTED.get(name, Expected.VALUE), odd)
                self.places[(name,)] = (sheet.title, cell)
            elif value is not None:
                values[name] = split_custodians(str(value)) if name == "custodians" else value
                self.places[(name,)] = (sheet.title, cell)
        return Draft(**values)

    def units(self, sheet: Sheet) -> tuple[UnitRow, ...]:
        heading = [str(cell).strip() if cell is not None else "" for cell in (sheet.rows[0] if sheet.rows else [])]
        names = [_COLUMNS.get(cell, cell.lower()) for cell in heading]
        if any(names.count(name) != 1 and not (name == "leader" and name not in names) for name in UNIT_COLUMNS):
            self._refuse(sheet, "A1", Expected.COLUMNS, " ".join(filter(None, heading)), ", ".join(UNIT_COLUMNS))
            return ()
        column = {name: names.index(name) for name in UNIT_COLUMNS if name in names}
        rows: list[UnitRow] = []
        for number, cells in enumerate(sheet.rows[1:], 2):
            values = {name: cells[index] if index < len(cells) else None for name, index in column.items()}
            place = len(rows) + 1
            for name, index in column.items():
                cell = f"{chr(ord('A') + index)}{number}"
                self.places[("rows", place, name)] = (sheet.title, cell)
                if odd := oddity(values[name]):
                    self._refuse(sheet, cell, Expected.VALUE, odd)
                    values[name] = odd  # something stands there: no second fault about nothing
            rows.append(UnitRow(**values))
        while rows and rows[-1].is_empty:
            rows.pop()
        return tuple(rows)
