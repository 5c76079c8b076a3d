"""Drawings with several rows: teams or dimensions side by side, and answers around a middle line.

Law: as in bars.py; besides, every row carries its label and its value in the drawing itself, so that it can be read
alone, in black and white, and without a legend. A withheld value is a dash, never a bar of length zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from survey.reports.charts.bars import CHINESE, HALO, Part, Pauses, plain

_FONTS = "Noto Sans SC, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
_WIDTH = 640
_ROW = 30
_NARROW, _WIDE = 168, 232  # room for eleven or sixteen characters of a name
_INK, _QUIET, _GRID = "#10201f", "#4a5756", "#b9c4c3"
_BAR = "#14504d"
# Positive answers from the middle outwards to the right, negative ones to the left; lightness tells them apart.
_RIGHT = ("#7fb3ae", "#14504d")
_LEFT = ("#a8a8a8", "#3a3a3a")


@dataclass(frozen=True)
class Row:
    """label; value: "91.30" or None where it is withheld; note: a word after the value ("良好"); range: what is said
    instead of a value ("95～100"), "" where nothing is; number: how many ballots the value is made of.
    """

    label: str
    value: str | None
    note: str = ""
    range: str = ""
    number: int | None = None

    def tail(self, pauses: Pauses) -> str:
        return "" if self.number is None else pauses.number.format(self.number)

    def said(self, withheld: str) -> str:
        """In the drawing: "91.30 良好", "95～100 优秀", or that nothing is shown."""
        return f"{self.value or self.range or withheld} {self.note}".strip()

    def told(self, withheld: str, pauses: Pauses) -> str:
        """In its title, where nobody sees that a bar is missing: a range is named as one."""
        what = self.value or (pauses.range.format(self.range) if self.range else in_words(withheld))
        return pauses.parts.join(filter(None, (what, self.note)))


@dataclass(frozen=True)
class Answers:
    """One bar around the middle: positive from the best down, negative down to the worst, apart: outside the score."""

    label: str
    positive: Sequence[Part]
    negative: Sequence[Part]
    apart: Sequence[Part]


def in_words(withheld: str) -> str:
    """ "— 不显示" without its dash, which is read out as nothing or as the name of a sign."""
    return withheld.removeprefix("—").strip() or withheld


def sorted_rows(rows: Sequence[Row]) -> list[Row]:
    """The highest value first; those without a value last, in the order given."""
    return sorted(rows, key=lambda row: -Fraction(row.value) if row.value is not None else Fraction(1))


def comparison(
    rows: Sequence[Row], title: str, withheld: str = "—", pauses: Pauses = CHINESE, beside: Sequence[Row] = ()
) -> str:
    """Horizontal bars from 0 to 100 in the order given, with values; a range is words without a bar.

    beside: the rows of all drawings that this one is read with: a point is equally long in all of them.
    """
    left, right = _room([row.label + row.tail(pauses) for row in (*rows, *beside)]), _WIDTH - 128
    scale = Fraction(right - left, 100)
    height = _ROW * len(rows) + 24
    drawn = []
    for mark in range(0, 101, 20):
        x = _round(left + mark * scale)
        drawn.append(f'<path d="M{x} 0V{height - 20}" stroke="{_GRID}"/>')
        drawn.append(_text(x, height - 5, str(mark), size=12, fill=_QUIET, anchor="middle"))
    for index, row in enumerate(rows):
        top = index * _ROW
        drawn.append(_text(left - 8, top + 20, _short(row.label, left, row.tail(pauses)), anchor="end"))
        if row.value is None:
            ink = _INK if row.range else _QUIET
            drawn.append(_text(left + 6, top + 20, row.said(withheld), fill=ink, halo=True))
            continue
        length = _round(Fraction(row.value) * scale)
        end = left + length
        drawn.append(f'<rect x="{left}" y="{top + 6}" width="{length}" height="18" fill="{_BAR}"/>')
        drawn.append(_text(end + 6, top + 20, row.said(withheld), weight="bold", halo=True))
    said = pauses.rows.join(f"{row.label}{row.tail(pauses)} {row.told(withheld, pauses)}" for row in rows)
    return _drawing(height, f"{title}{pauses.colon}{said}", drawn)


def diverging(
    rows: Sequence[Answers],
    title: str,
    withheld: str = "—",
    captions: tuple[str, str, str] = ("← 其他", "满意类 →", "未评价"),
    pauses: Pauses = CHINESE,
    beside: Sequence[Answers] = (),
) -> str:
    """Answers of many items or teams: what is positive to the right of the middle, what is negative to the left.

    In per cent of those who rated, so that bars can be compared; who did not rate stands apart, as a number at the
    right edge. A row without parts is withheld. captions: words for left, right and apart. beside: the rows of all
    drawings that this one is read with: they share one scale and one middle.
    """
    measured = [*rows, *beside]
    left, right = _room([row.label for row in measured]), _WIDTH - 92
    most = max((_share(row.negative, row) for row in measured), default=Fraction(0))
    # The middle lies so that the longest negative side fits, at least a tenth of the width.
    middle = left + _round(max(Fraction(1, 10), most / (1 + most)) * (right - left))
    scale = Fraction(right - middle)
    if most:
        scale = min(scale, Fraction(middle - left) / most)
    height = _ROW * len(rows) + 24
    drawn = [_text(right + 8, height - 5, captions[2], size=12, fill=_QUIET)]
    said = []
    for index, row in enumerate(rows):
        top = index * _ROW
        drawn.append(_text(left - 8, top + 20, _short(row.label, left), anchor="end"))
        if not row.positive and not row.negative:
            drawn.append(_text(middle + 6, top + 20, withheld, fill=_QUIET))
            said.append(f"{row.label} {in_words(withheld)}")
            continue
        rated = sum(part.count for part in (*row.positive, *row.negative))
        x = Fraction(middle)
        for place, part in enumerate(reversed(row.positive)):
            width = Fraction(part.count, rated or 1) * scale
            drawn.append(_segment(x, width, top, part, _RIGHT[min(place, 1)], dark=place > 0))
            x += width
        x = Fraction(middle)
        for place, part in enumerate(row.negative):
            width = Fraction(part.count, rated or 1) * scale
            x -= width
            drawn.append(_segment(x, width, top, part, _LEFT[min(place, 1)], dark=place > 0))
        apart = sum(part.count for part in row.apart)
        drawn.append(_text(right + 8, top + 20, str(apart), fill=_QUIET))
        parts = (*row.positive, *row.negative, *row.apart)
        said.append(f"{row.label} " + pauses.parts.join(f"{part.label}{pauses.count}{part.count}" for part in parts))
    drawn.append(f'<path d="M{middle} 0V{height - 22}" stroke="{_INK}"/>')
    drawn.append(_text(middle + 4, height - 5, captions[1], size=12, fill=_QUIET))
    drawn.append(_text(middle - 4, height - 5, captions[0], size=12, fill=_QUIET, anchor="end"))
    return _drawing(height, f"{title}{pauses.colon}" + pauses.rows.join(said), drawn)


def _share(parts: Sequence[Part], row: Answers) -> Fraction:
    rated = sum(part.count for part in (*row.positive, *row.negative))
    return Fraction(sum(part.count for part in parts), rated) if rated else Fraction(0)


def _segment(x: Fraction, width: Fraction, top: int, part: Part, fill: str, *, dark: bool) -> str:
    if not part.count:
        return ""
    shape = f'<rect x="{_round(x)}" y="{top + 5}" width="{_round(width)}" height="20" fill="{fill}" stroke="#ffffff"/>'
    ink = "#ffffff" if dark else _INK
    for label in (f"{part.label} {part.count}", str(part.count)):
        if sum(13 if ord(char) > 0x2E7F else 8 for char in label) + 4 <= width:
            return shape + _text(_round(x + width / 2), top + 20, label, size=13, fill=ink, anchor="middle")
    return shape


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 14,
    fill: str = _INK,
    anchor: str = "start",
    weight: str = "",
    halo: bool = False,
) -> str:
    bold = (f' font-weight="{weight}"' if weight else "") + (HALO if halo else "")
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{bold}>{plain(text)}</text>'


def _room(labels: Sequence[str]) -> int:
    """Where the bars begin: the same for all rows, and never so far right that the bars say nothing."""
    return _WIDE if any(_length(label) > _NARROW - 10 for label in labels) else _NARROW


def _short(label: str, room: int, tail: str = "") -> str:
    """The label, cut where it does not fit, then the tail; the whole name stands in the title and in the table."""
    if _length(label + tail) <= room - 10:
        return label + tail
    kept = ""
    for char in label:
        if _length(kept + char + tail) > room - 24:
            break
        kept += char
    return f"{kept}…{tail}"


def _length(text: str) -> float:
    return sum(14 if ord(char) > 0x2E7F else 8.4 for char in text)


def _drawing(height: int, title: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg class="chart wide" role="img" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        f' font-family="{_FONTS}" xmlns="http://www.w3.org/2000/svg"><title>{plain(title)}</title>'
        f"{''.join(drawn)}</svg>"
    )


def _round(value: Fraction | float) -> float:
    return round(float(value), 2)
