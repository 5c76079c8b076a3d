"""Reading a round spec from a file: YAML, or the Excel template (survey.sheets.rounds).

Law: every refusal names the file, the place in it (line, or sheet and cell), what stands there and what was expected.
The meaning of a spec is in domain.spec; here it only becomes plain values, with a memory of where each stood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.domain.ports import Randomness
from survey.domain.rounds import Round
from survey.domain.spec import parse_spec
from survey.errors import InvalidSpec

MAX_BYTES = 2 * 1024 * 1024
MAX_NESTING, MAX_VALUES = 50, 50_000
SHOWN_FAULTS = 10
_STEP = re.compile(r"\.?\b([a-z_]+)\b|\[(\d+)\]", re.ASCII)

Steps = tuple[str | int, ...]  # ("teams", 2, "units", 1, "entitled"): numbers count from 1, as people do


@dataclass(frozen=True)
class SpecFile:
    """The plain values of a spec, and the place of each in the file ("line 7")."""

    document: object
    places: Mapping[Steps, str]


def read_round(path: Path, randomness: Randomness) -> Round:
    """A round in state draft from a .yaml, .yml or .xlsx file. Raises InvalidSpec."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InvalidSpec(f"{path} has {size} bytes; expected a round spec of at most {MAX_BYTES}.")
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(path, randomness)
    if path.suffix.lower() in (".yaml", ".yml"):
        spec = _read_yaml(path)
    else:
        raise InvalidSpec(f"{path} is neither YAML nor Excel; expected a name that ends in .yaml, .yml or .xlsx.")
    try:
        return parse_spec(spec.document, path.name, randomness)
    except InvalidSpec as error:
        place = _place_of(str(error), path.name, spec.places)
        what = str(error).removeprefix(path.name).lstrip(": ")
        raise InvalidSpec(f"{path}, {place}: {what}" if place else f"{path}: {what}") from None


def _place_of(message: str, name: str, places: Mapping[Steps, str]) -> str | None:
    """Where the value stands that a message like "spec.yaml: teams[2].units[1].name: ..." speaks of."""
    steps: list[str | int] = []
    position = len(name) + 2
    while found := _STEP.match(message, position):
        word, number = found.groups()
        # The questionnaire's own parser counts from 0.
        steps.append(word if number is None else int(number) + (steps[0] == "questionnaire"))
        position = found.end()
    while steps and tuple(steps) not in places:
        steps.pop()
    return places.get(tuple(steps))


# --- YAML ------------------------------------------------------------------------------------------------------


def _read_yaml(path: Path) -> SpecFile:
    import yaml

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSpec(f"{path} is not UTF-8 text (byte {error.start + 1}); save it as UTF-8.") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        places: dict[Steps, str] = {}
        _walk(node, (), places, path)
        return SpecFile(None if node is None else yaml.SafeLoader("").construct_document(node), places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidSpec(f"{path}{where}: not valid YAML: {error.problem or error.context}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2026-13-45
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise InvalidSpec(f"{path}: not valid YAML: {reason}.") from None


def _walk(node: Any, steps: Steps, places: dict[Steps, str], path: Path) -> None:
    """Note the line of every value. Refuses what safe loading would take but nobody means."""
    import yaml

    if node is None:
        return
    line = node.start_mark.line + 1
    places[steps] = f"line {line}"
    if len(steps) > MAX_NESTING or len(places) > MAX_VALUES:  # aliases can blow up a small file without end
        raise InvalidSpec(f"{path}, line {line}: nested more deeply, or more values, than any round has.")
    if isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value, 1):
            _walk(entry, (*steps, number), places, path)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:  # YAML would silently keep the last one
                raise InvalidSpec(
                    f"{path}, line {key.start_mark.line + 1}: the field {name!r} stands there twice; expected once."
                )
            seen.add(name)
            _walk(value, (*steps, name), places, path)


# --- Excel -----------------------------------------------------------------------------------------------------


def _read_workbook(path: Path, randomness: Randomness) -> Round:
    from survey.domain.draft import make_round
    from survey.sheets.rounds import read_round_workbook
    from survey.sheets.workbook import BadWorkbook

    try:
        imported = read_round_workbook(path.read_bytes())
    except BadWorkbook as error:
        raise InvalidSpec(f"{path}: {error}") from None
    if imported.wrong:
        sentences = "; ".join(str(wrong) for wrong in imported.wrong[:SHOWN_FAULTS])
        more = len(imported.wrong) - SHOWN_FAULTS
        raise InvalidSpec(f"{path}, {sentences}" + (f"; and {more} more." if more > 0 else "."))
    return make_round(imported.draft, randomness)
