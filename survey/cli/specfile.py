"""Reading a round spec from a file: YAML, or the Excel template (survey.sheets.rounds).

Law: every refusal names the file, the place in it (line, or sheet and cell), what stands there and what was expected.
The meaning of a spec is in domain.drafts.spec; here it only becomes plain values, with a memory of where each stood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from survey.domain.drafts.spec import parse_spec
from survey.domain.ports import Randomness
from survey.domain.rounds import Round
from survey.domain.yaml_document import Steps, YamlDocument, read_yaml
from survey.errors import InvalidSpec

MAX_BYTES = 2 * 1024 * 1024
SHOWN_FAULTS = 10
_STEP = re.compile(r"\.?\b([a-z_]+)\b|\[(\d+)\]", re.ASCII)


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


def _read_yaml(path: Path) -> YamlDocument:
    try:
        return read_yaml(path.read_bytes())
    except InvalidSpec as error:
        raise InvalidSpec(f"{path}{error}") from None


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


# --- Excel -----------------------------------------------------------------------------------------------------


def _read_workbook(path: Path, randomness: Randomness) -> Round:
    from survey.domain.drafts.draft import make_round
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
