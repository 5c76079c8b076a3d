"""Reading a round spec from a file: YAML, or the Excel template with the same columns.

Law: every refusal names the file, the place in it (line, or sheet and cell), what stands there and what was expected.
The meaning of a spec is in domain.spec; here it only becomes plain values, with a memory of where each stood.

The Excel template has two sheets. "round": a name in column A and its value in column B, one row per field;
custodians are separated by 、 or ; or comma. "units": a header row with the columns team, leader, unit, entitled,
then one row per unit; a team's name may be left out in the rows below its first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from survey.domain.ports import Randomness
from survey.domain.rounds import Round
from survey.domain.spec import parse_spec
from survey.errors import InvalidSpec

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 2000
MAX_NESTING, MAX_VALUES = 50, 50_000
MAX_UNPACKED = 100 * 1024 * 1024  # bytes: a small workbook may claim to hold gigabytes
ROUND_SHEET, UNITS_SHEET = "round", "units"
UNIT_COLUMNS = ("team", "leader", "unit", "entitled")
_STEP = re.compile(r"\.?\b([a-z_]+)\b|\[(\d+)\]", re.ASCII)

Steps = tuple[str | int, ...]  # ("teams", 2, "units", 1, "entitled"): numbers count from 1, as people do


# What openpyxl raises for a workbook whose parts are broken; SyntaxError stands for both XML parsers it may use.
_UNREADABLE = (
    BadZipFile,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
)


@dataclass(frozen=True)
class SpecFile:
    """The plain values of a spec, and the place of each in the file ("line 7" or "sheet units, cell D7")."""

    document: object
    places: Mapping[Steps, str]


def read_round(path: Path, randomness: Randomness) -> Round:
    """A round in state draft from a .yaml, .yml or .xlsx file. Raises InvalidSpec."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InvalidSpec(f"{path} has {size} bytes; expected a round spec of at most {MAX_BYTES}.")
    if path.suffix.lower() == ".xlsx":
        spec = _read_workbook(path)
    elif path.suffix.lower() in (".yaml", ".yml"):
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


def _read_workbook(path: Path) -> SpecFile:
    sheets = _sheets(path)
    for wanted in (ROUND_SHEET, UNITS_SHEET):
        if wanted not in sheets:
            raise InvalidSpec(f"{path} has no sheet {wanted!r}; found {', '.join(sheets)}.")
    places: dict[Steps, str] = {}
    document = _round_sheet(sheets[ROUND_SHEET], places, path)
    places[("teams",)] = f"sheet {UNITS_SHEET}"
    document["teams"] = _units_sheet(sheets[UNITS_SHEET], places, path)
    return SpecFile(document, places)


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Sheet name in lower case -> rows of plain values."""
    import io
    import warnings
    from zipfile import ZipFile

    import openpyxl

    try:
        content = io.BytesIO(path.read_bytes())
        with ZipFile(content) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise InvalidSpec(f"{path} unpacks to more than any round spec holds.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drawings and validations, which are not read
            # Values only: what a formula shows counts, and nothing in the file is executed.
            workbook = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
            try:
                return {sheet.title.strip().lower(): _rows(sheet, path, sheet.title) for sheet in workbook.worksheets}
            finally:
                workbook.close()
    except _UNREADABLE as error:
        raise InvalidSpec(f"{path} cannot be read as an Excel workbook ({type(error).__name__}).") from None


def _rows(sheet: Any, path: Path, name: str) -> list[list[Any]]:
    """The cells as plain values; bounded, since a sheet may claim a million empty rows."""
    rows: list[list[Any]] = []
    for number, row in enumerate(sheet.iter_rows(max_col=8, values_only=True), 1):
        cells = [_plain(value) for value in row]
        if number > MAX_ROWS:
            if any(cell is not None for cell in cells):
                raise InvalidSpec(f"{path}, sheet {name}: more than {MAX_ROWS} rows.")
            break
        rows.append(cells)
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float) and value.is_integer():
        return int(value)  # Excel has no whole numbers of its own
    return value


def _round_sheet(rows: list[list[Any]], places: dict[Steps, str], path: Path) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        name, value = (*row, None, None)[:2]
        if name is None:
            continue
        field, cell = str(name).lower(), f"sheet {ROUND_SHEET}, cell B{number}"
        if field == "teams" or field == "questionnaire":
            raise InvalidSpec(f"{path}, {cell}: {field} does not belong on this sheet.")
        if field in document:
            raise InvalidSpec(f"{path}, {cell}: the field {field!r} stands there twice; expected once.")
        if value is None:
            continue
        places[(field,)] = cell
        if field == "custodians":
            value = [part.strip() for part in re.split(r"[、,，;；\n]", str(value)) if part.strip()]
        elif field == "name":
            value = str(value)
        elif isinstance(value, datetime):
            raise InvalidSpec(
                f"{path}, {cell}: Excel times have no zone; write it as text such as 2026-03-01T09:00:00+08:00."
            )
        document[field] = value
    return document


def _units_sheet(rows: list[list[Any]], places: dict[Steps, str], path: Path) -> list[dict[str, Any]]:
    header = [str(cell).lower() if cell is not None else "" for cell in (rows[0] if rows else [])]
    for wanted in UNIT_COLUMNS:
        if header.count(wanted) != 1 and not (wanted == "leader" and wanted not in header):
            raise InvalidSpec(
                f"{path}, sheet {UNITS_SHEET}, row 1: expected the columns {', '.join(UNIT_COLUMNS)}, each once."
            )
    column = {name: header.index(name) for name in UNIT_COLUMNS if name in header}
    teams: dict[str, dict[str, Any]] = {}
    current: str | None = None
    for number, row in enumerate(rows[1:], 2):
        cells = {name: row[index] if index < len(row) else None for name, index in column.items()}
        if all(cell is None for cell in cells.values()):
            continue
        at = {name: f"sheet {UNITS_SHEET}, cell {chr(ord('A') + index)}{number}" for name, index in column.items()}
        current = str(cells["team"]) if cells["team"] is not None else current
        if current is None:
            raise InvalidSpec(f"{path}, {at['team']}: expected the name of a team, found nothing.")
        team = teams.setdefault(current, {"name": current, "units": []})
        steps: Steps = ("teams", list(teams).index(current) + 1)
        places.setdefault(steps, at["team"])
        leader = cells.get("leader")
        if leader is not None:
            if team.setdefault("leader", str(leader)) != str(leader):
                raise InvalidSpec(
                    f"{path}, {at['leader']}: team {current} has two leaders; expected {team['leader']!r} or nothing."
                )
            places.setdefault((*steps, "leader"), at["leader"])
        unit = (*steps, "units", len(team["units"]) + 1)
        places.update({unit: at["unit"], (*unit, "name"): at["unit"], (*unit, "entitled"): at["entitled"]})
        name = cells["unit"]
        team["units"].append({"name": None if name is None else str(name), "entitled": cells["entitled"]})
    return list(teams.values())
