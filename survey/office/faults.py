"""Sentences about what was typed or imported: where, what was expected, what was found."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey.domain.drafts.cautions import Caution, Danger
from survey.domain.drafts.faults import Expected, Fault
from survey.domain.drafts.spec import NAME_MAX
from survey.sheets.rounds import CHINESE, ROUND_SHEET, UNIT_COLUMNS, UNITS_SHEET, WrongCell
from survey.sheets.rounds import FIELDS as ROUND_FIELDS
from survey.sheets.workbook import BadWorkbook, Odd, Trouble

FIELDS = {
    "name": _l("Name of the round"),
    "custodians": _l("Custodians"),
    "questionnaire": _l("Questionnaire"),
    "threshold": _l("How many open the boxes"),
    "minimum_group": _l("Figures from (ballots)"),
    "texts_minimum": _l("Remarks from (ballots)"),
    "spare_percent": _l("Spare slips"),
    "opens_at": _l("Opens"),
    "closes_at": _l("Closes"),
    "kiosk": _l("Shared tablet"),
    "rows": _l("Teams and units"),
    "team": _l("Team"),
    "leader": _l("Leader"),
    "unit": _l("Unit"),
    "entitled": _l("Entitled (people)"),
}

_ODD = {
    Odd.FORMULA.value: _l("a formula"),
    Odd.ERROR.value: _l("an error"),
    Odd.TRUTH.value: _l("TRUE or FALSE"),
    Odd.DATE.value: _l("a date"),
}

_TROUBLE = {
    Trouble.TOO_LARGE: _l("The file is larger than 2 MB. A list of teams and units is much smaller."),
    Trouble.OLD: _l("The file is an old .xls or .et file. Open it in WPS or Excel and save it as .xlsx."),
    Trouble.LOCKED: _l("The file has a password. Save it without a password."),
    Trouble.EMPTY: _l(
        "The file is empty: there is nothing in it. Save it again in WPS or Excel and choose it once more."
    ),
    Trouble.TEXT: _l(
        "The file is a text or a web page under another name, such as .csv. Open it in WPS or Excel and save it as "
        ".xlsx."
    ),
    Trouble.OTHER_KIND: _l("The file is a workbook of another kind, such as .ods or .xlsb. Save it as .xlsx."),
    Trouble.NOT_EXCEL: _l("The file is not an Excel workbook. Please choose a file that ends in .xlsx."),
    Trouble.BOMB: _l("The file unpacks to far more than any round holds. It was not read."),
    Trouble.MACROS: _l("The file holds macros. Save it as .xlsx without macros."),
    Trouble.MERGED: _l(
        "The sheet “%(sheet)s” has merged cells (%(cells)s). Split them, so that every value has a cell."
    ),
    Trouble.TOO_MANY_ROWS: _l("The sheet “%(sheet)s” has more than 2000 rows. A round has at most 2000 units."),
    Trouble.NO_SHEET: _l("There is no sheet “%(sheet)s”. Please fill in the template and keep its sheets."),
    Trouble.BROKEN: _l("The file cannot be read. Open it in WPS or Excel, save it again as .xlsx, and try once more."),
}


@dataclass(frozen=True)
class Remark:
    """where: the field or cell, in words; sentence: expected and found; anchor: the id of the field on the page."""

    where: str
    sentence: str
    anchor: str = ""


def of_form(fault: Fault) -> Remark:
    """A fault in a form of rows."""
    if fault.place[0] == "rows" and len(fault.place) == 3:
        _rows, number, name = fault.place
        where = _("Line %(number)s, %(field)s", number=number, field=FIELDS[str(name)])
        return Remark(where, expected(fault), f"{name}-{number}")
    name = str(fault.place[0])
    return Remark(str(FIELDS[name]), expected(fault), f"{name}-1" if name == "rows" else name)


def of_cell(wrong: WrongCell) -> Remark:
    if wrong.cell:
        return Remark(_("Sheet “%(sheet)s”, cell %(cell)s", sheet=wrong.sheet, cell=wrong.cell), expected(wrong.fault))
    where = _("Sheet “%(sheet)s”", sheet=wrong.sheet)
    if wrong.fault.place and (name := str(wrong.fault.place[0])) in FIELDS:
        where += _(": ") + str(FIELDS[name])
    return Remark(where, expected(wrong.fault))


def of_workbook(error: BadWorkbook) -> str:
    sheet = _names(error.sheet) if error.trouble is Trouble.NO_SHEET else error.sheet
    return str(_TROUBLE[error.trouble]) % {"sheet": sheet, "cells": error.cells}


def _names(words: str) -> str:
    """Names of sheets, fields or columns as the template of this page's language has them. Other lists are those of a
    questionnaire's workbook, whose names are the same in every language.
    """
    if str(get_locale()) == "en":
        return words
    named = CHINESE if words in _TEMPLATE else {}
    return "、".join(named.get(word, word) for word in words.split(", "))


_TEMPLATE = {ROUND_SHEET, UNITS_SHEET, ", ".join(ROUND_FIELDS), ", ".join(UNIT_COLUMNS)}


def expected(fault: Fault) -> str:
    """One sentence: what was expected, and what was found."""
    sentence = _expected(fault)
    if fault.expected in (Expected.SOME_ROWS, Expected.TEAM):
        return sentence
    if not fault.found:
        return sentence + _(" Nothing stands there.")
    return sentence + _(" Found: %(found)s", found=_ODD.get(fault.found, fault.found))


def _expected(fault: Fault) -> str:
    numbers = {"least": fault.least, "most": fault.most}
    match fault.expected:
        case Expected.NAME:
            return _("Expected: a name of 1 to %(most)s characters.", most=NAME_MAX)
        case Expected.NUMBER if fault.least == fault.most:
            return _("Expected: %(least)s.", **numbers)
        case Expected.NUMBER:
            return _("Expected: a whole number from %(least)s to %(most)s.", **numbers)
        case Expected.CUSTODIANS:
            return _("Expected: %(least)s to %(most)s custodians, so that one lost share loses nothing.", **numbers)
        case Expected.DIFFERENT:
            return _("Expected: a name that stands there only once.")
        case Expected.TEAM:
            return _("Expected: the name of a team, here or in a line above.")
        case Expected.SAME_LEADER:
            return _("Expected: “%(leader)s” as above, or nothing.", leader=fault.words)
        case Expected.SOME_ROWS:
            return _("Expected: at least one unit.")
        case Expected.FEWER_ROWS:
            return _("Expected: at most %(most)s.", most=fault.most)
        case Expected.MOMENT:
            return _("Expected: date and time, such as 2026-06-30 09:00 (Beijing time).")
        case Expected.LATER:
            return _("Expected: a time after opening.")
        case Expected.YES_OR_NO:
            return _("Expected: yes or no.")
        case Expected.VALUE:
            return _("Expected: a text or a number.")
        case Expected.EMPTY:
            return _("Expected: an empty cell.")
        case Expected.UNKNOWN:
            return _("Expected: one of %(words)s.", words=_names(fault.words))
        case _:
            return _("Expected: the columns %(words)s, each once.", words=_names(fault.words))


def of_caution(caution: Caution) -> str:
    people = {"team": caution.team, "people": caution.entitled, "least": caution.least, "unit": caution.unit}
    match caution.danger:
        case Danger.NO_FIGURES:
            return _(
                "%(team)s has %(people)s people, fewer than %(least)s: no figure of this team will ever be shown. "
                "Put its units with another team, or do without this evaluation.",
                **people,
            )
        case Danger.NO_TEXTS:
            return _(
                "%(team)s has %(people)s people, fewer than %(least)s: only its total can be shown, no item and no "
                "remark.",
                **people,
            )
        case _:
            return _(
                "%(team)s has two units, and %(unit)s only %(people)s people: whoever knows what the other unit thinks "
                "could guess the rest. A third unit in the team protects them.",
                **people,
            )
