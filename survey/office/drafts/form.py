"""A round as a form: what a browser sends becomes a Draft, and a Draft fills the form again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.domain.drafts.draft import Draft, UnitRow
from survey.domain.drafts.faults import MAX_ROWS
from survey.domain.drafts.typed import moment_of, text_of, truth_of
from survey.domain.local_time import BEIJING
from survey.errors import InvalidInput
from survey.sheets.rounds import split_custodians

COLUMNS = ("team", "leader", "unit", "entitled")
MORE = 8  # empty lines offered below the filled ones
_PLAIN = ("name", "threshold", "minimum_group", "texts_minimum", "spare_percent")
_MOMENTS = ("opens_at", "closes_at")


def draft_of_form(form: MultiDict[str, str], before: Draft) -> Draft:
    """Fields that the form does not send stay as they were."""
    values: dict[str, Any] = {name: form[name] for name in _PLAIN if name in form}
    if "custodians" in form:
        values["custodians"] = split_custodians(form["custodians"])
    for name in _MOMENTS:
        if name in form:
            values[name] = _moment(form[name])
    if kiosk := form.getlist("kiosk"):
        values["kiosk"] = kiosk[-1]  # a hidden "no" stands before the box, which sends nothing when it is empty
    if "unit" in form:
        columns = [form.getlist(column)[: MAX_ROWS + MORE] for column in COLUMNS]
        values["rows"] = tuple(UnitRow(*(text_of(value) for value in values)) for values in zip(*columns, strict=False))
    return replace(before, **values)


def lines_of(draft: Draft, more: int = MORE) -> list[UnitRow]:
    """What the form shows: the lines as they are, and empty ones below."""
    rows = list(draft.rows)
    while rows and rows[-1].is_empty:
        rows.pop()
    return rows + [UnitRow()] * more


def for_input(value: object) -> str:
    """A moment as <input type=datetime-local> wants it; what is none stays as typed."""
    moment = moment_of(value)
    if isinstance(moment, datetime):
        return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M")
    return text_of(value) or ""


def pack(draft: Draft) -> str:
    """The draft as one hidden field of the preview; what comes back is checked as if it were typed."""
    values = {name: getattr(draft, name) for name in (*_PLAIN, "custodians", "kiosk")}
    values |= {name: for_input(getattr(draft, name)) for name in _MOMENTS}
    values["rows"] = [[getattr(row, column) for column in COLUMNS] for row in draft.rows if not row.is_empty]
    return json.dumps(values, ensure_ascii=False)


def unpack(text: str, before: Draft) -> Draft:
    """Raises InvalidInput for what pack() never wrote."""
    try:
        values = json.loads(text)
        rows = tuple(UnitRow(*map(_cell, row)) for row in values["rows"])
        custodians = tuple(str(name) for name in values["custodians"])
        plain = {name: _cell(values[name]) for name in (*_PLAIN, "kiosk")}
        moments = {name: _moment(str(values[name])) for name in _MOMENTS}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInput("This is not what the preview sent.") from None
    return replace(before, rows=rows, custodians=custodians, **plain, **moments)


def _cell(value: object) -> str | int | float | None:
    return value if isinstance(value, str | int | float) or value is None else str(value)


def _moment(text: str) -> object:
    """As typed, in the zone of the form; None for nothing."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text or None
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def values_of(draft: Draft) -> Mapping[str, Any]:
    """The single fields as texts for the form."""
    values = {name: text_of(getattr(draft, name)) or "" for name in _PLAIN}
    values |= {name: for_input(getattr(draft, name)) for name in _MOMENTS}
    values["custodians"] = "\n".join(str(name) for name in draft.custodians)
    values["kiosk"] = truth_of(draft.kiosk) is True
    return values
