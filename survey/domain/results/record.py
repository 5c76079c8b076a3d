"""Reading a tally record back, distrustfully: the bytes may come from a file that somebody edited.

Law: only bytes that are a whole, canonical and consistent record become a Record; in each item the options and the
blanks add up to the ballots counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.domain.questionnaire import BLANK, Item, Questionnaire, parse_questionnaire
from survey.domain.results.answers import VOID_REASONS
from survey.domain.results.overlap import Overlap
from survey.domain.results.tally import SCHEMA, canonical_json, texts_digest
from survey.errors import InvalidInput, InvalidSpec


@dataclass(frozen=True)
class EvaluationRecord:
    id: str
    team: str
    entitled: int
    printed: int
    used: int
    counted: int
    void: Mapping[str, int]
    items: Mapping[str, Mapping[str, int]]
    overall: Mapping[str, int]
    checklist: Mapping[str, Mapping[str, int]]
    texts: Mapping[str, list[str]] | None  # None: erased after their digest was released
    units: list[dict[str, Any]]
    role: Mapping[str, int] | None
    overlap: Overlap | None


@dataclass(frozen=True)
class Record:
    """texts_minimum: as the round says, but never below what the form says of small groups that agree."""

    round_id: str
    name: str
    minimum_group: int
    texts_minimum: int
    questionnaire: Questionnaire
    boxes_digest: str
    custodians_opened: list[dict[str, Any]]
    evaluations: tuple[EvaluationRecord, ...]


def read_record(data: bytes) -> Record:
    """The record in these bytes; raises InvalidInput naming the first thing that is wrong."""
    try:
        document = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InvalidInput("The tally record is not UTF-8 JSON.") from None
    top = _Fields(document, "record")
    if top.get("schema", str) != SCHEMA:
        raise InvalidInput(f"The tally record has the schema {top.get('schema', str)}; expected {SCHEMA}.")
    try:
        canonical = canonical_json(document)
    except ValueError:
        canonical = b""
    if canonical != data:
        raise InvalidInput("The tally record is not in its canonical form; its hash would name other bytes.")
    try:
        questionnaire = parse_questionnaire(document.get("questionnaire"), "record.questionnaire")
    except InvalidSpec as error:
        raise InvalidInput(f"The tally record is not whole: {error}") from None
    evaluations = top.get("evaluations", list)
    return Record(
        round_id=top.get("round", str),
        name=top.get("name", str),
        minimum_group=top.number("minimum_group", least=1),
        texts_minimum=max(top.number("texts_minimum", least=1), questionnaire.unanimous_below),
        questionnaire=questionnaire,
        boxes_digest=top.get("boxes_digest", str),
        custodians_opened=top.get("custodians_opened", list),
        evaluations=tuple(
            _evaluation(_Fields(value, f"record.evaluations[{index}]"), questionnaire)
            for index, value in enumerate(evaluations)
        ),
    )


class _Fields:
    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise InvalidInput(f"{path} is no JSON object.")
        self.value = value
        self.path = path

    def get(self, key: str, kind: type) -> Any:
        value = self.value.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise InvalidInput(f"{self.path}.{key} is missing or not of type {kind.__name__}.")
        return value

    def number(self, key: str, least: int = 0) -> int:
        value: int = self.get(key, int)
        if value < least:
            raise InvalidInput(f"{self.path}.{key} is {value}; expected at least {least}.")
        return value

    def fields(self, key: str) -> _Fields:
        return _Fields(self.value.get(key), f"{self.path}.{key}")

    def counts(self, key: str, item: Item, counted: int) -> dict[str, int]:
        """Options in the order of the scale, then "blank"; refused unless they add up to the ballots counted."""
        fields = self.fields(key)
        codes = (*item.scale.codes, BLANK)
        if set(fields.value) != set(codes):
            raise InvalidInput(f"{fields.path} has other options than {', '.join(codes)}.")
        counts = {code: fields.number(code) for code in codes}
        if sum(counts.values()) != counted:
            raise InvalidInput(f"{fields.path} adds up to {sum(counts.values())}; expected {counted}, as counted.")
        return counts

    def table(self, key: str, items: tuple[Item, ...], counted: int) -> dict[str, Mapping[str, int]]:
        fields = self.fields(key)
        if set(fields.value) != {item.code for item in items}:
            raise InvalidInput(f"{fields.path} has other items than the questionnaire.")
        return {item.code: fields.counts(item.code, item, counted) for item in items}


def _evaluation(fields: _Fields, questionnaire: Questionnaire) -> EvaluationRecord:
    counted = fields.number("counted")
    checklist = questionnaire.checklist.items if questionnaire.checklist else ()
    void = fields.fields("void")
    unknown = set(void.value) - set(VOID_REASONS)
    if unknown:
        raise InvalidInput(f"{void.path} has the unknown reason {min(unknown)}.")
    role = questionnaire.role
    return EvaluationRecord(
        id=fields.get("id", str),
        team=fields.get("team", str),
        entitled=fields.number("entitled", least=1),
        printed=fields.number("printed"),
        used=fields.number("used"),
        counted=counted,
        void={reason: void.number(reason) for reason in void.value},
        items=fields.table("items", questionnaire.scored_items, counted),
        overall=fields.counts("overall", questionnaire.overall, counted),
        checklist=fields.table("checklist", checklist, counted),
        texts=_texts(fields, questionnaire, counted) if "texts" in fields.value else None,
        units=[_unit(_Fields(unit, f"{fields.path}.units")) for unit in fields.get("units", list)],
        role=fields.counts("role", role, counted) if role else None,
        overlap=_overlap(fields.fields("overlap")) if "overlap" in fields.value else None,
    )


def _texts(evaluation: _Fields, questionnaire: Questionnaire, counted: int) -> dict[str, list[str]]:
    fields = evaluation.fields("texts")
    texts = {question.code: fields.get(question.code, list) for question in questionnaire.open_questions}
    if set(texts) != set(fields.value):
        raise InvalidInput(f"{fields.path} has other questions than the questionnaire.")
    for code, entries in texts.items():
        if len(entries) > counted or not all(isinstance(entry, str) for entry in entries):
            raise InvalidInput(f"{fields.path}.{code} is not a list of at most {counted} texts.")
    try:
        found = texts_digest(evaluation.get("texts_salt", str), texts)
    except ValueError:
        found = ""
    if found != evaluation.get("texts_digest", str):
        raise InvalidInput(f"{fields.path} does not fit its digest; somebody changed the texts.")
    return texts


def _overlap(fields: _Fields) -> Overlap:
    below = fields.number("below") if "below" in fields.value else 0
    return Overlap(fields.get("round", str), fields.number("apart", least=1), below)


def _unit(fields: _Fields) -> dict[str, Any]:
    numbers = {key: fields.number(key) for key in ("entitled", "printed", "used")}
    return {"name": fields.get("name", str), **numbers}
