"""A paper of the round as PDF, for reading and the archive: typst, with open fonts embedded.

Law: nothing is printed when one character has no glyph (fonts.check_glyphs); the same document gives the same bytes,
and the PDF says nothing of when it was made.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from survey.reports.blocks import (
    Attachments,
    Block,
    Document,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Sheet,
    Signatures,
    Table,
    Title,
)
from survey.reports.column_widths import fitted
from survey.reports.fonts import SANS, SERIF, check_glyphs, font_files, for_typst
from survey.reports.places import DOCUMENTS

_KINDS: dict[type, str] = {
    Title: "title",
    Heading: "heading",
    Paragraph: "paragraph",
    Picture: "picture",
    Attachments: "attachments",
    Signatures: "signatures",
    NewPage: "new-page",
    Table: "table",
}


def render(document: Document, fonts_dir: Path) -> bytes:
    """The PDF; raises MissingGlyph naming a character that cannot be printed, SettingsError without the fonts."""
    document = document.printable()
    files = font_files(fonts_dir, SANS, SERIF)
    check_glyphs(document.all_text(), files)
    data = {
        "title": list(document.title),
        "number": document.number,
        "mark": document.mark,
        "sheet": {**asdict(document.sheet), "compact": document.sheet.is_compact},
        "lang": document.lang,
        "blocks": _all_data(document.blocks, document.sheet),
    }
    compiler = typst.Compiler(
        DOCUMENTS / "report.typ",
        font_paths=for_typst(tuple(files)),
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
    )
    pdf = compiler.compile(format="pdf", timestamp=0)
    if not isinstance(pdf, bytes):
        raise TypeError("typst returned no single PDF")
    return pdf


def _all_data(blocks: Sequence[Block], sheet: Sheet) -> list[dict[str, Any]]:
    """kept: stays with what follows, so that a place to sign never stands alone; a note keeps the text before it.

    A table directly before places to sign takes them in, as its tail: so its last rows stay with them.
    """
    found, width = list[dict[str, Any]](), _width(sheet, landscape=False)
    for block in blocks:
        if isinstance(block, NewPage):
            width = _width(sheet, landscape=block.landscape)
        if isinstance(block, Signatures) and found and found[-1]["kind"] == "table" and found[-1]["rows"]:
            found[-1]["tail"] = list(block.labels)
            continue
        found.append(_data(block, width))
    for place in range(len(found) - 1, 0, -1):
        block, before = found[place], found[place - 1]
        block["follows_note"], before["precedes_note"] = _is_note(before), _is_note(block)
        if block["kind"] in ("attachments", "signatures") or (block["kept"] and _is_note(block)):
            before["kept"] = True
    return found


def _is_note(block: Mapping[str, Any]) -> bool:
    return block["kind"] == "paragraph" and block["style"] == "note"


def _width(sheet: Sheet, *, landscape: bool) -> int:
    """Of the type area, in millimetres."""
    top, right, bottom, left = sheet.margins
    return 297 - top - bottom if landscape else 210 - right - left


def _data(block: Block, width: int) -> dict[str, Any]:
    fields = asdict(block)
    if isinstance(block, Table):
        fields["strong"] = sorted(block.strong)
        fields["size"], fields["widths"] = fitted(block, width)
    if isinstance(block, Paragraph):
        fields["ragged"] = block.is_ragged
    rest = {"kept": False, "tail": [], "follows_note": False, "precedes_note": False}
    return {"kind": _KINDS[type(block)], **rest, **fields}
