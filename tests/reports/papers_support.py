"""Reports and their files for the tests of documents."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

import docx
import openpyxl

from survey.domain.disclosure import disclose
from survey.domain.results.tally import canonical_json
from survey.reports import papers
from survey.reports.places import fonts_folder
from tests.domain.results import full, record

BALLOTS = [
    full("A"),
    full("B", "B"),
    full("C", "C", "X"),
    full("A", "A", "Y"),
    full("B", "A", D1_1="D", D2_2="X"),
    full("A", "B", D3_1="C", D4_2="B"),
]


@cache
def record_bytes(*sizes: int) -> bytes:
    return record(
        *[[{**BALLOTS[(i + n) % 6], "C-1": "原话不得出现"} for i in range(n)] for n in sizes], void=["not-json"]
    )


def report(*sizes: int) -> dict[str, Any]:
    return disclose(record_bytes(*sizes))


def renamed(data: bytes, name: str) -> dict[str, Any]:
    """The report on the same record with another name of its first team."""
    document = json.loads(data)
    document["evaluations"][0]["team"] = name
    return disclose(canonical_json(document))


def made(shown: dict[str, Any], format_: str, part: str = "report", team: str | None = None) -> bytes:
    return papers.make(shown, part, format_, fonts_folder(), team)


def word(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def excel(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def text_of_word(content: bytes) -> str:
    document = word(content)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def figures(shown: dict[str, Any]) -> set[str]:
    """Every disclosed figure that belongs into the report's tables, as printed."""
    found: set[str] = set()
    for team in shown["evaluations"]:
        numbers = [team["entitled"], team["printed"], team["used"], team["collected"], team["counted"], team["void"]]
        found.update(map(str, numbers))
        keys = ("score", "return_rate", "participation_rate", "satisfaction_of_valid", "satisfaction_of_entitled")
        found.update(team[key] for key in keys if team[key] is not None)
        found.update(d["score"] for d in team["dimensions"] if d["score"] is not None)
        for item in team["items"]:
            if item["counts"] is not None:
                found.update(map(str, item["counts"].values()))
                found.update(item["rates"].values())
            found.update(item[key] for key in ("score", "satisfaction_of_valid") if item[key] is not None)
    return found
