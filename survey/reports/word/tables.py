"""Tables for Word as XML: a library call per cell would take seconds for a round of twenty teams.

Real tables: header row repeated on every page, rows never split, a grid that prints in black and white.
"""

from __future__ import annotations

from collections.abc import Sequence

from survey.reports.blocks import DASH, Cell, Column, Table
from survey.reports.column_widths import fitted
from survey.reports.word.styles import FANGSONG, HEITI, NAMESPACES, fonts, text_of

_TWIPS = 1440 / 25.4
_ALIGN = {"text": "left", "count": "right", "score": "right", "rate": "right", "mixed": "center"}


def table_xml(table: Table, width: int) -> str:
    """The w:tbl element, so many millimetres wide."""
    points, millimetres = fitted(table, width)
    widths = [round(one * _TWIPS) for one in millimetres]
    size = round(2 * points)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="{8 if side in ("top", "bottom") else 4}" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    head = "".join(
        _cell(column.head, w, "center", size, head=True) for column, w in zip(table.columns, widths, strict=True)
    )
    last = len(table.rows) - 1 if table.notes else -1  # stays with the first note below it
    rows = "".join(
        _row(row, table.columns, widths, size, strong=number in table.strong, kept=number == last)
        for number, row in enumerate(table.rows)
    )
    return (
        f'<w:tbl {NAMESPACES}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1"'
        f' w:noVBand="1"/><w:tblCaption w:val="{text_of(table.title).replace(chr(34), "")}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}</w:tbl>"
    )


def _row(
    row: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], size: int, *, strong: bool, kept: bool
) -> str:
    """Empty cells right of the first are joined with it: a heading inside the table."""
    joined = 1
    while joined < len(row) and row[joined] == "":
        joined += 1
    cells = [_cell(row[0], sum(widths[:joined]), "left", size, span=joined, head=strong, kept=kept)]
    for column, cell, width in zip(columns[joined:], row[joined:], widths[joined:], strict=True):
        align = "center" if cell is None else _ALIGN[column.kind]
        cells.append(_cell(cell, width, align, size, head=strong, kept=kept))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>"


def _cell(
    cell: Cell, width: int, align: str, size: int, *, span: int = 1, head: bool = False, kept: bool = False
) -> str:
    lines = (DASH if cell is None else str(cell)).split("\n")
    properties = f'{fonts(HEITI if head else FANGSONG)}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{text_of(line)}</w:t>' for line in lines)
    joined = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{joined}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr>{"<w:keepNext/>" if kept else ""}<w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="20" w:after="20" w:line="280" w:lineRule="exact"/><w:jc w:val="{align}"/></w:pPr>'
        f"<w:r><w:rPr>{properties}</w:rPr>{runs}</w:r></w:p></w:tc>"
    )
