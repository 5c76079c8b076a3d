"""What a paper document consists of, before anybody decides whether it becomes Word or PDF.

Law: a document is written once, as a list of blocks; word/gongwen.py and report_pdf.py only set it. So the two cannot
say different things.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from survey.reports.charts.bars import texts_of

Cell = str | int | None  # None: withheld, printed as a dash
Kind = Literal["text", "count", "score", "rate", "mixed"]
DASH = "—"
_LONG = re.compile(r"[!-~\u00a0\u2011]{12,}|[0-9a-f]{8} [0-9a-f]{8}")


@dataclass(frozen=True)
class Column:
    """width: share of the table's width; kind decides alignment and, in a workbook, the number format.

    "score" and "rate" cells are decimal strings as printed; "mixed" cells are centred text.
    """

    head: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """name: "附表1"; unit: the line above the right corner; notes: definitions and reasons below; strong: row
    numbers of sums."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    unit: str = ""
    notes: Sequence[str] = ()
    strong: frozenset[int] = frozenset()

    @property
    def is_wide(self) -> bool:
        """More than nine columns go on a landscape page (GB/T 9704 practice)."""
        return len(self.columns) > 9


@dataclass(frozen=True)
class Title:
    """A title of its own inside a document of several sheets, set as the document's; one entry per line."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Heading:
    """level 1 一、 level 2 （一）; numbered by whoever composes."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """style: "body" indented two characters; "note" small, for definitions; "plain" without indent."""

    text: str
    style: Literal["body", "note", "plain"] = "body"

    @property
    def is_ragged(self) -> bool:
        """A long address, check mark or digest leaves a gap in the line before it: it is not stretched over that."""
        return bool(_LONG.search(self.text))


@dataclass(frozen=True)
class Picture:
    """svg: markup of charts/; alt: everything it shows, in words; width in millimetres, height follows."""

    svg: str
    alt: str
    width: float = 156.0


@dataclass(frozen=True)
class Attachments:
    """The line "附件：1. …" at the end of the text."""

    titles: Sequence[str]


@dataclass(frozen=True)
class Signatures:
    """Places to sign by hand, each with its label."""

    labels: Sequence[str]


@dataclass(frozen=True)
class NewPage:
    """label: "附件1", in the upper left corner."""

    landscape: bool = False
    label: str = ""


Block = Title | Heading | Paragraph | Picture | Attachments | Signatures | NewPage | Table


@dataclass(frozen=True)
class Sheet:
    """Size of type and distance of lines in points; margins in millimetres: top, right, bottom, left; has_numbers:
    whether its pages are numbered.
    """

    size: float = 16
    pitch: float = 28.95
    margins: tuple[int, int, int, int] = (37, 26, 35, 28)  # GB/T 9704 section 5.2.1
    has_numbers: bool = True

    @property
    def is_compact(self) -> bool:
        return self.size < OFFICIAL.size


OFFICIAL = Sheet()  # 3号, 22 lines of 28 characters
COMPACT = Sheet(12, 20)  # 小四 and closer lines, for what must stay on one page


@dataclass(frozen=True)
class Document:
    """title: one entry per line; mark: "内部资料　注意保存" or "限阅"; number: the 核验编号 for every page, "" where
    nothing is to be verified; lang: "zh" or "en".
    """

    title: Sequence[str]
    number: str
    blocks: Sequence[Block]
    mark: str = "内部资料　注意保存"
    subject: str = ""
    sheet: Sheet = OFFICIAL
    lang: str = "zh"

    def all_text(self) -> list[str]:
        """Every piece of text that will be printed, for the check of glyphs."""
        found = [*self.title, self.number, self.mark]
        for block in self.blocks:
            if isinstance(block, Heading | Paragraph):
                found.append(block.text)
            elif isinstance(block, Picture):
                found += [block.alt, *texts_of(block.svg)]
            elif isinstance(block, Title):
                found += block.lines
            elif isinstance(block, Attachments):
                found += block.titles
            elif isinstance(block, Signatures):
                found += block.labels
            elif isinstance(block, NewPage):
                found.append(block.label)
            else:
                found += [block.name, block.title, block.unit, *block.notes]
                found += [column.head for column in block.columns]
                found += [str(cell) for row in block.rows for cell in row if cell is not None]
        return found

    def printable(self) -> Document:
        """The same without control characters, which neither XML nor typst takes: names are other people's text."""
        cleaned: Document = _without_controls(self)
        return cleaned


def _without_controls(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(char for char in value if char == "\n" or (ord(char) >= 0x20 and char not in "\ufffe\uffff"))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _without_controls(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, list | tuple):
        return type(value)(_without_controls(entry) for entry in value)
    return value
