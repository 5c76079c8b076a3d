"""A questionnaire to an XLSForm workbook. What read_xlsform() reads from it is the same document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from survey.sheets.xlsform import (
    BANDS,
    CHECKLIST,
    CHOICES,
    COLUMNS,
    DIMENSION,
    EN,
    HINT,
    INTRO,
    ITEM,
    LANGUAGE,
    NOTES,
    OPEN,
    OVERALL,
    ROLE,
    ROLE_LIST,
    RULE_PATHS,
    RULES,
    SETTINGS,
    SURVEY,
    ZH,
    constraint,
)

_WIDTHS = {ZH: 60, EN: 60, "note": 60, "type": 22, "constraint": 24, "form_title": 40, "form_id": 28, "rule": 24}
Row = dict[str, Any]
Document = Mapping[str, Any]


def write_xlsform(document: Document) -> bytes:
    """The workbook (.xlsx) of a canonical document; the same document gives the same cells."""
    import openpyxl
    from openpyxl.styles import Alignment, Font

    rows = {
        SURVEY: _survey(document),
        CHOICES: _choices(document),
        SETTINGS: iter([_settings(document)]),
        BANDS: _bands(document),
        RULES: _rules(document),
    }
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, lines in rows.items():
        sheet = workbook.create_sheet(title)
        for number, line in enumerate([dict(zip(COLUMNS[title], COLUMNS[title], strict=True)), *lines], 1):
            for place, name in enumerate(COLUMNS[title], 1):
                if (value := line.get(name)) in (None, ""):
                    continue
                cell = sheet.cell(number, place, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # a text stays a text, also one that begins with =
                    cell.number_format = "@"
                cell.alignment = Alignment(vertical="top", wrap_text=name in (ZH, EN, "note"))
        for place, name in enumerate(COLUMNS[title], 1):
            sheet.cell(1, place).font = Font(bold=True)
            sheet.column_dimensions[sheet.cell(1, place).column_letter].width = _WIDTHS.get(name, 16)
        sheet.freeze_panes = "A2"
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _labels(of: Mapping[str, Any]) -> Row:
    return {ZH: of["zh"], EN: of.get("en")}


def _survey(document: Document) -> Iterator[Row]:
    if "intro" in document:
        yield {"type": "note", "name": NOTES[INTRO], **_labels(document["intro"]), "part": INTRO}
    for dimension in document["dimensions"]:
        yield from _group(dimension, DIMENSION)
    overall = document["overall"]
    yield {**_choice(overall, overall["scale"]), "part": OVERALL}
    if "checklist" in document:
        yield from _group(document["checklist"], CHECKLIST)
    if role := document.get("optional_role_question"):
        hidden = {} if role["enabled"] else {"relevant": "false()"}
        least = {"at_least": role["min_batch_size"]}
        yield {**_choice(role, ROLE_LIST + role["code"]), "part": ROLE, **least, **hidden}
    if "open_hint" in document:
        yield {"type": "note", "name": NOTES[HINT], **_labels(document["open_hint"]), "part": HINT}
    for question in document["open_questions"]:
        yield {
            "type": "text",
            "name": question["code"],
            **_labels(question),
            "required": "no",
            "appearance": "multiline",
            "constraint": constraint(question["max_chars"]),
            "part": OPEN,
            "max_chars": question["max_chars"],
        }


def _group(of: Mapping[str, Any], part: str) -> Iterator[Row]:
    yield {"type": "begin_group", "name": of["code"], **_labels(of), "part": part, "weight": of.get("weight")}
    for item in of["items"]:
        yield {**_choice(item, of["scale"]), "part": ITEM}
    yield {"type": "end_group"}


def _choice(item: Mapping[str, Any], scale: str) -> Row:
    return {"type": f"select_one {scale}", "name": item["code"], **_labels(item), "required": "no"}


def _choices(document: Document) -> Iterator[Row]:
    lists = [(name, scale["options"]) for name, scale in document["scales"].items()]
    if role := document.get("optional_role_question"):
        lists.append((ROLE_LIST + role["code"], role["options"]))
    for name, options in lists:
        for option in options:
            satisfied = {True: "yes", False: "no", None: None}[option.get("positive")]
            yield {
                "list_name": name,
                "name": option["code"],
                **_labels(option),
                "score": option.get("score"),
                "satisfied": satisfied,
            }


def _settings(document: Document) -> Row:
    return {
        "form_title": document["title"]["zh"],
        "form_id": document["id"],
        "version": document["version"],
        "default_language": LANGUAGE,
    }


def _bands(document: Document) -> Iterator[Row]:
    for band in document["bands"]:
        yield {"name": band["code"], **_labels(band), "min": band["min"], "max": band["max"]}


def _rules(document: Document) -> Iterator[Row]:
    composite = document["scoring"]["composite"]
    validity, disclosure = document["validity"], document["disclosure_control"]
    values = {
        "title_en": document["title"].get("en"),
        "language": ", ".join(document["language"]),
        "headline_denominator": document["scoring"]["headline_denominator"],
        "composite": "yes" if composite["enabled"] else "no",
        "composite_conduct": composite["parts"][0]["weight"],
        "composite_quality": composite["parts"][1]["weight"],
        "composite_deductions": "yes" if composite.get("deductions") else "no",
        "reminder_line": document.get("reminder_line"),
        "participation_full": validity["participation_valid_min"],
        "participation_grade": validity["participation_reference_only_min"],
        "least_figures": disclosure["min_ballots_for_any_figure"],
        "least_units": disclosure["min_ballots_for_unit_breakdown"],
        "least_remarks": disclosure["min_ballots_for_comments"],
        "unanimous_below": disclosure["unanimous_cell_rule"]["apply_below"],
    }
    for rule, (_path, note) in RULE_PATHS.items():
        yield {"rule": rule, "value": values[rule], "note": note}
