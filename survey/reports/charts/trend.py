"""Rounds as a line: points with their values; a line only between rounds that asked the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.reports.charts.bars import CHINESE, HALO, Pauses, plain

_WIDTH, _HEIGHT, _TOP, _BOTTOM, _LEFT, _RIGHT = 640, 240, 26, 186, 48, 610
_ROOM_FOR_WORDS = 80
_INK, _QUIET, _GRID, _LINE = "#10201f", "#4a5756", "#b9c4c3", "#14504d"


@dataclass(frozen=True)
class Words:
    """withheld: said of a round without this figure; between: beside the line between rounds that are not joined;
    apart: the same in the drawing's title.
    """

    withheld: str
    between: str
    apart: str


_CHINESE_WORDS = Words("没有显示", "问卷不同", "问卷与上一轮不同，不用线相连")


def trend_chart(
    names: Sequence[str],
    values: Sequence[str | None],
    joined: Sequence[bool],
    title: str,
    pauses: Pauses = CHINESE,
    words: Words = _CHINESE_WORDS,
) -> str:
    """names and values of the rounds, oldest first; joined[i]: draw a line from round i-1 to i.

    Between rounds that asked other questions a broken upright line stands instead, with its words where there is room.

    The scale is 0 to 100, as everywhere: a cut scale makes a tenth of a point look like a change.
    """
    drawn = []
    for mark in range(0, 101, 20):
        y = _y(Fraction(mark))
        drawn.append(f'<path d="M{_LEFT} {y}H{_RIGHT}" stroke="{_GRID}"/>')
        drawn.append(_text(_LEFT - 8, y + 4, str(mark), "end", 12, _QUIET))
    places = [_LEFT + (i + 0.5) * (_RIGHT - _LEFT) / max(len(names), 1) for i in range(len(names))]
    for i, value in enumerate(values):
        before = values[i - 1] if i else None
        if value is not None and before is not None and joined[i]:
            path = f"M{places[i - 1]:.1f} {_y(Fraction(before))}L{places[i]:.1f} {_y(Fraction(value))}"
            drawn.append(f'<path d="{path}" stroke="{_LINE}" stroke-width="2" fill="none"/>')
    room = (_RIGHT - _LEFT) / max(len(names), 1)
    for i in range(1, len(names)):
        if not joined[i]:
            drawn += _between(places[i] - room / 2, words.between if room > _ROOM_FOR_WORDS else "")
    for place, name, value in zip(places, names, values, strict=True):
        x = round(place, 1)
        if value is None:
            drawn.append(_text(x, _BOTTOM - 8, "—", "middle", 14, _QUIET))
        else:
            y = _y(Fraction(value))
            drawn.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{_LINE}" stroke="#ffffff"/>')
            # Under the point where it is near the top, so that no line of the grid runs through the figure.
            drawn.append(_text(x, y + 18 if Fraction(value) > 88 else y - 9, value, "middle", 13, _INK, HALO))
        for line, text in enumerate(_lines(name, room)):
            drawn.append(_text(x, _BOTTOM + 20 + 15 * line, text, "middle", 12, _QUIET))
    said = pauses.rows.join(
        f"{name} " + pauses.parts.join([value or words.withheld, *([] if is_joined or place == 0 else [words.apart])])
        for place, (name, value, is_joined) in enumerate(zip(names, values, joined, strict=True))
    )
    return (
        f'<svg class="chart wide" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
        f' font-family="Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{plain(title)}{pauses.colon}{plain(said)}</title>{''.join(drawn)}</svg>"
    )


def _between(x: float, words: str) -> list[str]:
    line = f'<path d="M{x:.1f} {_TOP}V{_BOTTOM}" stroke="{_QUIET}" stroke-dasharray="4 4"/>'
    return [line, *([_text(round(x, 1), _TOP - 8, words, "middle", 12, _QUIET)] if words else [])]


def _y(value: Fraction) -> float:
    return round(float(_BOTTOM - value * (_BOTTOM - _TOP) / 100), 1)


def _lines(name: str, room: float) -> list[str]:
    """At most two lines of the round's name; the whole of it stands in the title and in the table."""
    letters = max(2, int(room // 13))
    first, rest = name[:letters], name[letters:]
    return [first] if not rest else [first, rest if len(rest) <= letters else rest[: letters - 1] + "…"]


def _text(x: float, y: float, text: str, anchor: str, size: int, fill: str, halo: str = "") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{halo}>{plain(text)}</text>'
