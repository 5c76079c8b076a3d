"""Papers that hang on a wall or lie in a hand: the largest type at which each sheet of them stays one sheet.

Word cannot be asked how it will break lines, so the lines are counted here: a Chinese character is as wide as the type
is high, a Latin letter about half of that. The same size goes into Word and PDF.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from survey.reports.blocks import Block, Document, Heading, NewPage, Paragraph, Sheet, Signatures, Title

_MARGINS = (22, 22, 20, 22)  # millimetres: nobody binds what hangs on a wall
_WIDTH, _HEIGHT = 210 - 44, 297 - 42 - 14  # 14 mm kept free: Word and WPS break some lines earlier
_SIZES = (16.0, 15.0, 14.0, 13.0, 12.5, 12.0, 11.5, 11.0, 10.5)
_PITCH = 1.45
_TITLE_LINE = 40  # points
_SLACK = 0.975  # punctuation that may not begin or end a line leaves a little of it empty
_POINT = 72 / 25.4

HANDHELD = Sheet(14, 23, (25, 24, 32, 24))


def as_poster(document: Document) -> Document:
    """The same document in the largest size at which each of its sheets fits a page, at least 10.5 points."""
    pages = list(_pages(document))
    for size in _SIZES:
        sheet = Sheet(size, round(size * _PITCH, 2), _MARGINS, has_numbers=False)
        if all(_height(title, blocks, sheet) <= _HEIGHT * _POINT for title, blocks in pages):
            break
    return replace(document, sheet=sheet)


def _pages(document: Document) -> Iterator[tuple[int, list[Block]]]:
    """(lines of its title, its blocks) of each page."""
    title, blocks = len(document.title), list[Block]()
    for block in document.blocks:
        if isinstance(block, NewPage):
            yield title, blocks
            title, blocks = 0, []
        elif isinstance(block, Title):
            title += len(block.lines)
        else:
            blocks.append(block)
    yield title, blocks


def _height(title: int, blocks: list[Block], sheet: Sheet) -> float:
    return title * _TITLE_LINE + 6 + sum(_lines(block, sheet) for block in blocks) * sheet.pitch


def _lines(block: Block, sheet: Sheet) -> float:
    if isinstance(block, Heading):
        return 1
    if isinstance(block, Signatures):
        return 1.7 * len(block.labels)
    if isinstance(block, Paragraph):
        indent = 2 if block.style == "body" else 0
        return math.ceil((_ems(block.text) + indent) / (_WIDTH * _POINT * _SLACK / sheet.size))
    raise TypeError(f"a {type(block).__name__} has no place on a poster")


def _ems(text: str) -> float:
    return sum(1.0 if ord(char) > 0x2E7F or char in "“”‘’—…" else 0.5 for char in text)
