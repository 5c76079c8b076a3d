"""An XLSForm workbook to a questionnaire: every wrong cell named, nothing taken until all is right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from survey.domain.drafts.faults import Expected
from survey.domain.forms.canonical_form import canonical
from survey.domain.questionnaire import faults_of_questionnaire
from survey.domain.reading import BadPlace
from survey.sheets.rounds import WrongCell
from survey.sheets.xlsform import (
    BANDS,
    CHOICES,
    COLUMNS,
    EN,
    ROLE_LIST,
    RULE_PATHS,
    RULES,
    SETTINGS,
    SURVEY,
    YES_NO,
    ZH,
)
from survey.sheets.xlsform_places import ROOT, Places
from survey.sheets.xlsform_survey import SurveySheet
from survey.sheets.xlsform_tables import Row, Table, read_tables

Document = dict[str, Any]


@dataclass(frozen=True)
class ImportedForm:
    """document: canonical, complete only where wrong is empty; wrong: every cell that must be put right first."""

    document: dict[str, Any]
    wrong: list[WrongCell]


def read_xlsform(content: bytes) -> ImportedForm:
    """Raises BadWorkbook where the file as a whole cannot be read."""
    tables, wrong = read_tables(content)
    if not all(table.is_read for table in tables.values()):  # without its columns a sheet says nothing
        return ImportedForm({}, wrong)
    document: dict[str, Any] = {"scales": {}, "dimensions": [], "open_questions": [], "bands": []}
    places = Places()
    _settings(tables[SETTINGS], document, places)
    _rules(tables[RULES], document, places)
    roles = _choices(tables[CHOICES], document, places)
    _bands(tables[BANDS], document, places)
    SurveySheet(tables[SURVEY], document, places, roles).read()
    for name in roles:  # no question asks it
        tables[CHOICES].refuse(
            tables[CHOICES].heads["list_name"], Expected.UNKNOWN, name, ", ".join(document["scales"])
        )
    document = canonical(document)
    _judge(faults_of_questionnaire(document, ROOT), wrong, places)
    return ImportedForm(document, wrong)


def _judge(faults: list[BadPlace], wrong: list[WrongCell], places: Places) -> None:
    """The faults of the document become faults of the cells it came from; one cell is told once."""
    told = {(one.sheet, one.cell) for one in wrong}
    for fault in faults:
        place = places.of(fault)
        if place not in told:
            wrong.append(WrongCell(*place, fault))
            told.add(place)
    order = {name: number for number, name in enumerate(COLUMNS)}
    wrong.sort(key=lambda one: (order.get(one.sheet.lower(), 9), int(re.sub(r"\D", "", one.cell) or 0), one.cell))


def _settings(table: Table, document: Document, places: Places) -> None:
    for row in table.rows[1:]:
        table.refuse(row.cells["form_title"], Expected.EMPTY, row["form_title"])
    row = table.rows[0] if table.rows else Row(dict(table.heads), {})
    for key, column in (("id", "form_id"), ("version", "version")):
        document[key] = row[column] if key == "version" else row.text(column)  # 1.10 is no number
        places[f"{ROOT}.{key}"] = (table.title, row.cells[column])
    document["title"] = {"zh": row.text("form_title")}
    places[f"{ROOT}.title.zh"] = (table.title, row.cells["form_title"])


def _rules(table: Table, document: Document, places: Places) -> None:
    values: dict[str, Any] = {}
    for row in table.rows:
        rule = row.text("rule")
        if rule not in RULE_PATHS or rule in values:
            expected = Expected.DIFFERENT if rule in values else Expected.UNKNOWN
            table.refuse(row.cells["rule"], expected, rule, ", ".join(RULE_PATHS))
            continue
        values[rule] = _flag(row["value"]) if rule in YES_NO else row["value"]
        places[f"{ROOT}.{RULE_PATHS[rule][0]}"] = (table.title, row.cells["value"])
    document["language"] = [part.strip() for part in str(values.pop("language", "zh-CN, en")).split(",")]
    for part in range(2):
        places[f"{ROOT}.language[{part}]"] = places.get(f"{ROOT}.language", (table.title, ""))
    document["title"]["en"] = str(values.pop("title_en", None) or "")
    if values.get("reminder_line") is not None:
        document["reminder_line"] = values["reminder_line"]
    weights = [{"name": name, "weight": values.get(f"composite_{name}")} for name in ("conduct", "quality")]
    parts = [part for part in weights if part["weight"] is not None]
    composite = {"enabled": values.get("composite", False), "parts": parts}
    if values.get("composite_deductions"):
        composite["deductions"] = values["composite_deductions"]
    denominator = values.get("headline_denominator") or "valid_answers"
    document["scoring"] = {"headline_denominator": denominator, "composite": composite}
    for rule, (path, _note) in RULE_PATHS.items():
        if path.startswith(("validity.", "disclosure_control.min")) and values.get(rule) is not None:
            holder, key = path.split(".")
            document.setdefault(holder, {})[key] = values[rule]
    if values.get("unanimous_below") is not None:
        below = {"apply_below": values["unanimous_below"]}
        document.setdefault("disclosure_control", {})["unanimous_cell_rule"] = below


def _choices(table: Table, document: Document, places: Places) -> dict[str, list[Document]]:
    """The scales into the document; given back: the options of the question about the role, by their list."""
    roles: dict[str, list[Document]] = {}
    places[f"{ROOT}.scales"] = (table.title, table.heads["list_name"])
    for row in table.rows:
        name = row.text("list_name")
        if name.startswith(ROLE_LIST):
            options = roles.setdefault(name, [])
            path = f"optional_role_question.options[{len(options)}]"
        else:
            options = document["scales"].setdefault(name, {"options": []})["options"]
            path = f"scales.{name}.options[{len(options)}]"
            places.setdefault(f"{ROOT}.scales.{name}", (table.title, row.cells["list_name"]))
        columns = {"code": "name", "zh": ZH, "en": EN, "score": "score", "positive": "satisfied"}
        option = places.put(table, row, path, **columns)
        options.append({**option, "positive": _flag(option["positive"])})
    return roles


def _bands(table: Table, document: Document, places: Places) -> None:
    places[f"{ROOT}.bands"] = (table.title, table.heads["min"])
    for number, row in enumerate(table.rows):
        columns = {"code": "name", "zh": ZH, "en": EN, "min": "min", "max": "max"}
        document["bands"].append(places.put(table, row, f"bands[{number}]", **columns))


def _flag(value: object) -> object:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value
