"""From which cell of the workbook each place of the document came, so that a fault can name the cell."""

from __future__ import annotations

import re
from typing import Any

from survey.domain.reading import BadPlace, Rule
from survey.sheets.xlsform import SURVEY, ZH
from survey.sheets.xlsform_tables import Row, Table

ROOT = "questionnaire"


class Places(dict[str, tuple[str, str]]):
    """path -> (sheet, cell)"""

    def put(self, table: Table, row: Row, path: str, **columns: str) -> dict[str, Any]:
        """key -> value for each key=column, remembering where each stood. Labels and code are texts."""
        self.setdefault(f"{ROOT}.{path}", (table.title, row.cells[columns.get("code", ZH)]))
        values: dict[str, Any] = {}
        for key, column in columns.items():
            self[f"{ROOT}.{path}.{key}"] = (table.title, row.cells[column])
            values[key] = row.text(column) if key in ("code", "zh", "en") else row[column]
        return values

    def of(self, fault: BadPlace) -> tuple[str, str]:
        """The cell of the fault, or of the nearest place around it."""
        path = f"{fault.path}.{fault.about['key']}" if fault.rule is Rule.MISSING_KEY else fault.path
        while path and path not in self:
            path = re.sub(r"(\.|^)[^.\[\]]*$|\[\d+\]$", "", path)
        return self.get(path, (SURVEY, ""))
