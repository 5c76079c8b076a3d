"""Adding, moving and deleting parts of a questionnaire: what one button of the editor does to the document.

A place is named by its path with points: "dimensions.2.items.0".
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from survey.errors import NotFound

Document = dict[str, Any]

MOST = 150  # entries of one list; far more than any form may have


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
