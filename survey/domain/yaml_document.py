"""YAML for people: bytes to plain values, with the line of each, and back. Nothing in it is executed.

Law: what safe loading would take but nobody means is refused: a field twice, aliases that grow without end.
Source: YAML 1.1 as PyYAML reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.errors import InvalidSpec

MAX_NESTING, MAX_VALUES = 50, 50_000

Steps = tuple[str | int, ...]  # ("teams", 2, "units", 1, "entitled"): numbers count from 1, as people do


class BadYaml(InvalidSpec):
    """reason: why it cannot be read, in English; line: where, if at one place; twice: a field that is repeated."""

    kind = "bad-yaml"

    def __init__(
        self, reason: str, line: int | None = None, column: int | None = None, twice: str | None = None
    ) -> None:
        where = f", line {line}" + (f", column {column}" if column else "") if line else ""
        super().__init__(f"{where}: {reason}")
        self.reason, self.line, self.twice = reason, line, twice


@dataclass(frozen=True)
class YamlDocument:
    """The plain values, and the place of each in the file ("line 7")."""

    document: object
    places: Mapping[Steps, str]


def read_yaml(content: bytes) -> YamlDocument:
    """Raises BadYaml; its sentence begins with the place, for a file's name to stand before it."""
    import yaml  # here, because it takes longer to import than most commands to run

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadYaml(f"it is not UTF-8 text (byte {error.start + 1}); save it as UTF-8.") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        places: dict[Steps, str] = {}
        _walk(node, (), places)
        return YamlDocument(None if node is None else yaml.SafeLoader("").construct_document(node), places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"not valid YAML: {error.problem or error.context}."
        raise (BadYaml(reason, mark.line + 1, mark.column + 1) if mark else BadYaml(reason)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2026-13-45
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise BadYaml(f"not valid YAML: {reason}.") from None


def write_yaml(document: Mapping[str, Any]) -> str:
    """The document as a person would write it: its own order, Chinese as Chinese."""
    import yaml

    written: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)
    return written


def _walk(node: Any, steps: Steps, places: dict[Steps, str]) -> None:
    """Note the line of every value."""
    import yaml

    if node is None:
        return
    line = node.start_mark.line + 1
    places[steps] = f"line {line}"
    if len(steps) > MAX_NESTING or len(places) > MAX_VALUES:
        raise BadYaml("nested more deeply, or more values, than any round has.", line)
    if isinstance(node, yaml.SequenceNode):
        for number, entry in enumerate(node.value, 1):
            _walk(entry, (*steps, number), places)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:  # YAML would silently keep the last one
                reason = f"the field {name!r} stands there twice; expected once."
                raise BadYaml(reason, key.start_mark.line + 1, twice=name)
            seen.add(name)
            _walk(value, (*steps, name), places)
