"""How wide the columns of a table become, and in which size it is set: no figure, interval or short head is broken.

A column has the share its author gave it. One that is too narrow for what may not be broken in it takes from those with
room to spare; where that is not enough, the smaller size is taken. Word, PDF and Excel ask here, so they agree.

Law: widths are measured in ems, the width of a Chinese character, and a little generously: no program is asked how it
sets a line, and a font of the same name is not the same on every computer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from survey.reports.blocks import DASH, Column, Table

SIZES = (10.5, 9.0, 8.0)  # points: 五号, and smaller where a table has many columns
PADDING = 2.0  # millimetres of a cell, left and right together
_MM = 25.4 / 72
_SHORT = 6.0  # a line up to this long stays whole in a head or in a cell of few words
_WORDS = 5.0  # so many characters of a text stay together
FIGURE = re.compile(r"[0-9.,～–—%+-]+|[0-9A-F]{4}(?: [0-9A-F]{4}){3}")  # a number, an interval, a 核验编号
_PIECES = re.compile(r"[!-~\u00a0\u2011]+|.")


def fitted(table: Table, millimetres: float) -> tuple[float, list[float]]:
    """(size of type in points, widths in millimetres): the largest size at which nothing has to be broken."""
    for size in SIZES:
        em = size * _MM
        widths, is_whole = in_ems(table, millimetres / em, PADDING / em)
        if is_whole:
            break
    return size, [width * em for width in widths]


def in_ems(table: Table, room: float, padding: float) -> tuple[list[float], bool]:
    """The widths, together `room`, and whether nothing has to be broken; padding: of a cell, both sides together."""
    least, shares = needed(table, padding), shared(table, room)
    if sum(least) > room:
        return [room * width / sum(least) for width in least], False
    lacking = sum(max(width - share, 0) for width, share in zip(least, shares, strict=True))
    spare = sum(max(share - width, 0) for width, share in zip(least, shares, strict=True))
    taken = lacking / spare if spare else 0
    return [
        width if share <= width else share - (share - width) * taken for width, share in zip(least, shares, strict=True)
    ], True


def needed(table: Table, padding: float) -> list[float]:
    """What each column needs so that nothing is broken in it, in ems."""
    return [_least(table, place, column) + padding for place, column in enumerate(table.columns)]


def shared(table: Table, room: float) -> list[float]:
    """The room as the author of the table divided it."""
    total = sum(column.width for column in table.columns)
    return [room * column.width / total for column in table.columns]


def _least(table: Table, place: int, column: Column) -> float:
    head = max(_of_short(line) for line in column.head.split("\n"))
    cells = (row[place] for row in table.rows)
    lines = (line for cell in cells for line in (DASH if cell is None else str(cell)).split("\n"))
    of_cell = _of_short if column.kind == "mixed" else _of_line  # a grade, a rate, a check mark
    return max([head, *map(of_cell, lines)])


def _of_short(line: str) -> float:
    whole = ems(line)
    return whole if whole <= _SHORT else _of_line(line)


def _of_line(line: str) -> float:
    """A figure whole; of a text its longest word, or as many characters as should stay together."""
    whole = ems(line)
    if FIGURE.fullmatch(line):
        return whole
    return max(min(whole, _WORDS), min(_longest(_PIECES.findall(line)), whole))


def _longest(pieces: Sequence[str]) -> float:
    return max(map(ems, pieces), default=0)


def ems(text: str) -> float:
    return sum(_em(char) for char in text)


def _em(char: str) -> float:
    if ord(char) > 0x2E7F or char in "“”‘’—…～":
        return 1.0
    if char in ".,:;'":
        return 0.3
    return 0.56
