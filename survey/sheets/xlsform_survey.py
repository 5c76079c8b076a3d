"""The sheet "survey" of an XLSForm: questions in groups, row by row, into the document.

Law: a type or a part that is not known is refused, never skipped, and so is a cell that says what this program would
not do (a required question, another constraint).
"""

from __future__ import annotations

from typing import Any

from survey.domain.drafts.faults import Expected
from survey.sheets.xlsform import (
    CHECKLIST,
    DIMENSION,
    EN,
    HINT,
    INTRO,
    ITEM,
    NOTES,
    OPEN,
    OVERALL,
    PARTS,
    ROLE,
    ROLE_LIST,
    ZH,
    constraint,
)
from survey.sheets.xlsform_places import ROOT, Places
from survey.sheets.xlsform_tables import Row, Table

Document = dict[str, Any]

_TYPE_OF = {
    INTRO: "note",
    HINT: "note",
    DIMENSION: "begin_group",
    CHECKLIST: "begin_group",
    ITEM: "select_one",
    OVERALL: "select_one",
    ROLE: "select_one",
    OPEN: "text",
}


class SurveySheet:
    """roles: options of the question about the role, by their list; what is used is taken out."""

    def __init__(self, table: Table, document: Document, places: Places, roles: dict[str, list[Document]]) -> None:
        self.table, self.document, self.places, self.roles = table, document, places, roles

    def read(self) -> None:
        self.places[f"{ROOT}.dimensions"] = (self.table.title, self.table.heads["weight"])
        for name in ("overall", "open_questions", "checklist"):
            self.places[f"{ROOT}.{name}"] = (self.table.title, self.table.heads["part"])
        group: dict[str, Any] | None = None
        path = ""
        for row in self.table.rows:
            kind, part = _kind(row.text("type")), row.text("part")
            self._fixed(row, kind, part)
            if kind == "end_group":
                if group is None:
                    self.table.refuse(row.cells["type"], Expected.UNKNOWN, kind, "begin_group")
                group = None
            elif part not in PARTS or _TYPE_OF[part] != kind.partition(" ")[0]:
                cell = row.cells["part"] if part not in PARTS else row.cells["type"]
                words = ", ".join(PARTS) if part not in PARTS else _TYPE_OF[part]
                self.table.refuse(cell, Expected.UNKNOWN, part if part not in PARTS else row["type"], words)
                if kind == "begin_group":
                    group, path = {"items": []}, "nowhere"  # its items are looked at all the same
            elif (part == ITEM) == (group is None):
                words = "begin_group" if group is None else "end_group"
                self.table.refuse(row.cells["type"], Expected.UNKNOWN, row["type"], words)
            elif part in (DIMENSION, CHECKLIST):
                group, path = self._begin(row, part)
            elif part == ITEM and group is not None:
                self._item(row, group, path, kind)
            else:
                self._single(row, part, kind)
        if group is not None:
            self.table.refuse("", Expected.UNKNOWN, None, "end_group")
        if "overall" not in self.document:
            self.table.refuse(self.table.heads["part"], Expected.UNKNOWN, None, OVERALL)

    def _begin(self, row: Row, part: str) -> tuple[dict[str, Any], str]:
        path = f"dimensions[{len(self.document['dimensions'])}]" if part == DIMENSION else "checklist"
        weight = {"weight": "weight"} if part == DIMENSION else {}
        group = {
            **self.places.put(self.table, row, path, code="name", zh=ZH, en=EN, **weight),
            "scale": "",
            "items": [],
        }
        if part == DIMENSION:
            self.document["dimensions"].append(group)
        elif "checklist" in self.document:
            self.table.refuse(row.cells["part"], Expected.DIFFERENT, part)
        else:
            self.document["checklist"] = group
        self.places[f"{ROOT}.{path}.scale"] = self.places[f"{ROOT}.{path}.items"] = (
            self.table.title,
            row.cells["type"],
        )
        return group, path

    def _item(self, row: Row, group: dict[str, Any], path: str, kind: str) -> None:
        scale = kind.partition(" ")[2]
        if not group["items"]:
            group["scale"] = scale
            self.places[f"{ROOT}.{path}.scale"] = (self.table.title, row.cells["type"])
        elif scale != group["scale"]:  # items of one dimension are counted together
            self.table.refuse(row.cells["type"], Expected.UNKNOWN, row["type"], f"select_one {group['scale']}")
        item = self.places.put(self.table, row, f"{path}.items[{len(group['items'])}]", code="name", zh=ZH, en=EN)
        group["items"].append(item)

    def _single(self, row: Row, part: str, kind: str) -> None:
        name = {INTRO: "intro", HINT: "open_hint", OVERALL: "overall", ROLE: "optional_role_question"}.get(part)
        if name in self.document:
            self.table.refuse(row.cells["part"], Expected.DIFFERENT, part)
            return
        if part == OPEN:
            path = f"open_questions[{len(self.document['open_questions'])}]"
            columns = {"code": "name", "zh": ZH, "en": EN, "max_chars": "max_chars"}
            self.document["open_questions"].append(self.places.put(self.table, row, path, **columns))
            return
        code = {} if part in NOTES else {"code": "name"}
        values = self.places.put(self.table, row, str(name), **code, zh=ZH, en=EN)
        scale = kind.partition(" ")[2]
        if part == OVERALL:
            values["scale"] = scale
            self.places[f"{ROOT}.overall.scale"] = (self.table.title, row.cells["type"])
        elif part == ROLE:
            least = row["at_least"]
            values |= {"enabled": row["relevant"] is None, "options": self.roles.pop(scale, [])}
            values |= {} if least is None else {"min_batch_size": least}
            self.places[f"{ROOT}.optional_role_question.min_batch_size"] = (self.table.title, row.cells["at_least"])
            self.places[f"{ROOT}.optional_role_question.options"] = (self.table.title, row.cells["type"])
            if scale != ROLE_LIST + str(values["code"]):
                words = f"select_one {ROLE_LIST}{values['code']}"
                self.table.refuse(row.cells["type"], Expected.UNKNOWN, row["type"], words)
        self.document[str(name)] = values

    def _fixed(self, row: Row, kind: str, part: str) -> None:
        """Cells that may say only one thing, or nothing."""
        is_open, is_end = part == OPEN, kind == "end_group"
        allowed = {
            "required": ("no",),
            "appearance": ("multiline",) if is_open else (),
            "constraint": (constraint(row["max_chars"]),) if is_open else (),
            "relevant": ("false()",) if part == ROLE else (),
            **({} if part == DIMENSION else {"weight": ()}),
            **({} if is_open else {"max_chars": ()}),
            **({} if part == ROLE else {"at_least": ()}),
            **({"part": (), ZH: (), EN: ()} if is_end else {}),
        }
        if part in NOTES:
            allowed["name"] = (NOTES[part],)
        for column, words in allowed.items():
            value = row[column]
            if value is not None and value not in words:
                expected = Expected.UNKNOWN if words else Expected.EMPTY
                self.table.refuse(row.cells[column], expected, value, ", ".join(words))


def _kind(written: str) -> str:
    """XLSForm takes "begin group" and "begin_group"."""
    words = written.split()
    return "_".join(words) if words[:1] in (["begin"], ["end"]) else " ".join(words)
