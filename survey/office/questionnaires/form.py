"""A questionnaire as a form: the fields a browser sends become a document.

A field is named by its path in the document, with points: "dimensions.2.items.0.zh". The form carries the whole
document, so that what somebody typed can be saved as a version of its own when another was quicker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.domain.forms.canonical_form import LEAST, PARTICIPATION, canonical

Document = dict[str, Any]

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")
_ENTRY = r"\d{1,3}"
_ITEM = rf"items\.{_ENTRY}\.(code|zh|en)"
# Every field of the editor. None is the beginning of another, so that a tree can be made of any of them.
_FIELDS = re.compile(
    r"version|language|reminder_line"
    r"|(title|intro|open_hint)\.(zh|en)"
    rf"|scales\.[A-Za-z0-9_-]{{1,16}}\.(kept|options\.{_ENTRY}\.(code|zh|en|score|positive))"
    rf"|dimensions\.{_ENTRY}\.(code|weight|scale|zh|en|{_ITEM})"
    r"|overall\.(code|scale|zh|en)"
    rf"|checklist\.(code|scale|zh|en|{_ITEM})"
    rf"|open_questions\.{_ENTRY}\.(code|max_chars|zh|en)"
    rf"|optional_role_question\.(enabled|min_batch_size|code|zh|en|options\.{_ENTRY}\.(code|zh|en))"
    rf"|bands\.{_ENTRY}\.(code|zh|en|min|max)"
    r"|(scoring|validity|disclosure_control)\.[a-z_]{1,40}",
    re.ASCII,
)
_YES_NO = {"yes": True, "no": False}


def document_of_form(form: MultiDict[str, str], before: Mapping[str, Any]) -> Document:
    """What the form says, in the canonical way; its id stays."""
    typed = _nested(form)
    read: Document = {
        **{name: typed[name] for name in ("title", "intro", "open_hint", "overall") if name in typed},
        "id": before["id"],
        "version": typed.get("version", "").strip(),
        "language": [part.strip() for part in typed.get("language", "").split(",")],
        "scales": {name: {"options": _options(one)} for name, one in typed.get("scales", {}).items()},
        "dimensions": [
            {**one, "weight": _number(one.get("weight")), "items": _listed(one.get("items"))}
            for one in _listed(typed.get("dimensions"))
        ],
        "open_questions": [
            {**one, "max_chars": _number(one.get("max_chars"))} for one in _listed(typed.get("open_questions"))
        ],
        "bands": [
            {**one, "min": _number(one.get("min")), "max": _number(one.get("max"))}
            for one in _listed(typed.get("bands"))
        ],
        "reminder_line": _number(typed.get("reminder_line")),
    }
    if checklist := typed.get("checklist"):
        read["checklist"] = {**checklist, "items": _listed(checklist.get("items"))}
    if role := typed.get("optional_role_question"):
        read["optional_role_question"] = {
            **role,
            "enabled": _flag(role.get("enabled")),
            "min_batch_size": _number(role.get("min_batch_size")),
            "options": _options(role),
        }
    return canonical(read | _rules(typed))


def _rules(typed: Mapping[str, Any]) -> Document:
    scoring, given = typed.get("scoring", {}), typed.get("disclosure_control", {})
    validity = typed.get("validity", {})
    parts = [{"name": name, "weight": _number(scoring.get(f"{name}_weight"))} for name in ("conduct", "quality")]
    composite: Document = {"enabled": _flag(scoring.get("composite")), "parts": parts}
    if scoring.get("deductions") == "yes":
        composite["deductions"] = True
    return {
        "scoring": {"headline_denominator": scoring.get("headline_denominator", ""), "composite": composite},
        "validity": {key: _share(validity.get(key)) for key in PARTICIPATION},
        "disclosure_control": {
            **{key: _number(given.get(key)) for key in LEAST},
            "unanimous_cell_rule": {"apply_below": _number(given.get("apply_below"))},
        },
    }


def _nested(form: MultiDict[str, str]) -> dict[str, Any]:
    """ "a.0.b" -> {"a": {"0": {"b": …}}}, of the fields that the editor has."""
    tree: dict[str, Any] = {}
    for name, value in form.items():
        if not _FIELDS.fullmatch(name):
            continue
        *way, last = name.split(".")
        branch = tree
        for step in way:
            branch = branch.setdefault(step, {})
        branch[last] = value
    return tree


def _listed(of: object) -> list[dict[str, Any]]:
    """{"0": …, "1": …} -> […], in the order of the numbers."""
    return [of[key] for key in sorted(of, key=int)] if isinstance(of, Mapping) else []


def _options(of: object) -> list[Document]:
    options = []
    for one in _listed(of.get("options") if isinstance(of, Mapping) else None):
        option = {**one, "score": _number(one.get("score"))}
        option["positive"] = _YES_NO.get(one.get("positive", ""))
        options.append(option)
    return options


def _number(text: object) -> Any:
    """A number as it was meant; None for nothing; what is no number stays as typed, to be told."""
    if not isinstance(text, str) or not text.strip():
        return None
    plain = "".join(str(int(char)) if char.isdecimal() else char for char in text.strip()).replace("．", ".")
    if not _NUMBER.fullmatch(plain):
        return text.strip()
    return float(plain) if "." in plain else int(plain)


def _share(text: object) -> Any:
    """66.67 per cent -> 0.6667"""
    number = _number(text)
    return float(Decimal(str(number)) / 100) if isinstance(number, int | float) else number


def percent(value: object) -> str:
    """0.6667 -> "66.67", for the field that _share() reads."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    try:
        shown = f"{Decimal(str(value)) * 100:f}"
    except InvalidOperation:
        return str(value)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _flag(text: object) -> Any:
    return _YES_NO.get(str(text), text)
