"""A questionnaire as a form: the fields a browser sends become a document, and one button changes its structure.

A field is named by its path in the document, with points: "dimensions.2.items.0.zh". The form carries the whole
document, so that what somebody typed can be saved as a version of its own when another was quicker.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.domain.canonical_form import LEAST, PARTICIPATION, canonical
from survey.errors import NotFound

Document = dict[str, Any]

MOST = 150  # entries of one list; far more than any form may have
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


# --- Structure


def change_structure(document: Document, deed: str, path: str) -> tuple[Document, str]:
    """The document after "add", "up", "down" or "delete" at a path, and the field to go to."""
    document = copy.deepcopy(document)
    if deed == "add":
        return document, _add(document, path)
    way, _, last = path.rpartition(".")
    holder = _at(document, way)
    if isinstance(holder, dict) and deed == "delete" and last in holder and _may_go(path):
        del holder[last]
        return document, way or last
    if not isinstance(holder, list) or not last.isdecimal() or int(last) >= len(holder):
        raise NotFound("There is no such place in the questionnaire.")
    here = int(last)
    if deed == "delete":
        del holder[here]
        return document, f"{way}.{max(here - 1, 0)}" if holder else way
    there = here + {"up": -1, "down": 1}[deed]
    if 0 <= there < len(holder):
        holder[here], holder[there] = holder[there], holder[here]
        here = there
    return document, f"{way}.{here}"


def _may_go(path: str) -> bool:
    return path in ("checklist", "optional_role_question") or path.startswith("scales.")


def _at(document: Document, path: str) -> Any:
    value: Any = document
    for step in path.split(".") if path else ():
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise NotFound("There is no such place in the questionnaire.")
    return value


def _add(document: Document, path: str) -> str:
    scored = next((name for name, one in document["scales"].items() if any(_scores(one))), "")
    plain = next((name for name, one in document["scales"].items() if not any(_scores(one))), "")
    texts = {"zh": "", "en": ""}
    if path == "scales":
        name = next(name for number in range(1, MOST) if (name := f"scale{number}") not in document["scales"])
        document["scales"][name] = {"options": [{"code": code, **texts, "score": None} for code in "AB"]}
        return f"scales.{name}"
    if path == "checklist":
        document.setdefault(path, {"code": _free(document, "T"), **texts, "scale": plain, "items": []})
        return path
    if path == "optional_role_question":
        options = [{"code": code, **texts} for code in "AB"]
        document.setdefault(path, {"enabled": True, "code": _free(document, "R-1"), **texts, "options": options})
        return path
    holder = _at(document, path)
    if not isinstance(holder, list) or len(holder) >= MOST:
        raise NotFound("There is no such place in the questionnaire.")
    if path == "dimensions":
        code = _free(document, "D", len(holder) + 1)
        item = {"code": f"{code}-1", **texts}
        new: Document = {"code": code, "weight": None, **texts, "scale": scored, "items": [item]}
    elif path == "open_questions":
        new = {"code": _free(document, "C-", len(holder) + 1), "max_chars": 300, **texts}
    elif path == "bands":
        new = {"code": f"S{len(holder) + 1}", **texts, "min": None, "max": None}
    elif path.endswith(".options"):
        new = {"code": _free_option(holder), **texts, "score": None}
    else:
        of = _at(document, path.rpartition(".")[0])
        width = 2 if path.startswith("checklist") else 1
        new = {"code": _free(document, f"{of.get('code', '')}-", len(holder) + 1, width), **texts}
    holder.append(new)
    return f"{path}.{len(holder) - 1}"


def _scores(scale: Mapping[str, Any]) -> list[bool]:
    return [option.get("score") is not None for option in scale["options"]]


def _free(document: Document, stem: str, number: int | None = None, width: int = 1) -> str:
    """A code that no question has: the stem, or the stem with the next number."""
    used = set(_codes(document))
    if number is None and stem not in used:
        return stem
    number = number or 1
    while (code := f"{stem}{number:0{width}}") in used:
        number += 1
    return code


def _codes(value: Any) -> list[str]:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [value["code"]] if isinstance(value, dict) and "code" in value else []
    return own + [code for one in inner for code in _codes(one)]


def _free_option(options: list[Document]) -> str:
    used = {option.get("code") for option in options}
    return next((code for code in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if code not in used), "")
