"""Drawings of figures as SVG markup: one drawing for page, file and paper.

Law: plain attributes and classes only (pages forbid inline styles); bars start at zero; every drawing says its
figures in its title, and in black and white its parts are told apart by labels, not by colour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape, unescape


@dataclass(frozen=True)
class Pauses:
    """What stands between title and figures, between rows, between the parts of a row, and between an option and its
    count, in a drawing's title; number: how many ballots, after a label; range: a range, named as one.
    """

    colon: str
    rows: str
    parts: str
    count: str
    number: str
    range: str


CHINESE = Pauses("：", "；", "、", "", "（n={}）", "{}（只显示范围）")
ENGLISH = Pauses(": ", "; ", ", ", " ", " (n={})", "{} (only a range is shown)")
PAUSES = {"zh": CHINESE, "en": ENGLISH}
_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
_WIDTH = 320
_HEIGHT = 22
# From the best option to the worst: (fill, ink). Lightness falls and rises so that neighbours differ on grey paper.
_TONES = (("#14504d", "#ffffff"), ("#7fb3ae", "#10201f"), ("#d3e4e2", "#10201f"), ("#3a3a3a", "#ffffff"))
# Of a figure through which a line of the grid would run.
HALO = ' stroke="#ffffff" stroke-width="3" paint-order="stroke"'
_OUTSIDE = ("#ffffff", "#444444")  # "don't know" and blank: outlined, outside the score


@dataclass(frozen=True)
class Part:
    """One part of a stacked bar: label as shown, how many, and whether it lies outside the score."""

    label: str
    count: int
    outside: bool = False


def bar(value: str, title: str) -> str:
    """A horizontal bar for a score from 0 to 100 ("91.30"), with marks at every 20 points."""
    length = _at(Fraction(value) / 100)
    marks = "".join(f'<path d="M{_at(Fraction(n, 5))} 0v{_HEIGHT}" stroke="#999999"/>' for n in range(6))
    body = f'{marks}<rect x="0" y="5" width="{length}" height="12" fill="{_TONES[0][0]}"/>'
    return _drawing(body, title)


def distribution(parts: Sequence[Part], title: str, pauses: Pauses = CHINESE) -> str:
    """A bar of all counted ballots, one part per option in the order given; parts of nobody are left out.

    The title is followed by every label and count, so that nothing is in the picture alone.
    """
    total = sum(part.count for part in parts)
    said = f"{title}{pauses.colon}" + pauses.parts.join(f"{part.label} {part.count}" for part in parts)
    if not total:
        return _drawing("", said)
    drawn = []
    tone = before = 0
    for part in parts:
        fill, ink = _OUTSIDE if part.outside else _TONES[min(tone, len(_TONES) - 1)]
        tone += not part.outside
        if part.count:
            start, end = _at(Fraction(before, total)), _at(Fraction(before + part.count, total))
            drawn.append(_part(part, start, end, fill, ink))
        before += part.count
    return _drawing("".join(drawn), said)


def _part(part: Part, start: float, end: float, fill: str, ink: str) -> str:
    width = round(end - start, 2)
    outline = ' stroke-dasharray="3 2"' if part.outside else ""
    box = f'<rect x="{start}" y="1" width="{width}" height="20" fill="{fill}" stroke="#10201f"{outline}/>'
    text = next((text for text in (f"{part.label} {part.count}", str(part.count)) if _length(text) + 6 <= width), None)
    if text is None:
        return box
    middle = round(start + width / 2, 2)
    return f'{box}<text x="{middle}" y="15" text-anchor="middle" font-size="11" fill="{ink}">{plain(text)}</text>'


def _drawing(body: str, title: str) -> str:
    return (
        f'<svg class="chart" role="img" viewBox="-1 0 {_WIDTH + 2} {_HEIGHT}" width="{_WIDTH + 2}" height="{_HEIGHT}"'
        f' xmlns="http://www.w3.org/2000/svg"><title>{plain(title)}</title>{body}</svg>'
    )


def _at(share: Fraction) -> float:
    return round(float(share * _WIDTH), 2)


def _length(text: str) -> float:
    """Estimated width of a label at 11 px: Chinese characters are square, others a little over half."""
    return sum(11 if ord(char) > 0x2E7F else 6.4 for char in text)


def texts_of(svg: str) -> list[str]:
    """What a drawing writes, for the check of glyphs."""
    return [unescape(text) for text in _TEXT.findall(svg)]


def plain(text: str) -> str:
    """Other people's text inside markup: escaped, without the control characters that XML 1.0 forbids."""
    return escape("".join(char for char in text if ord(char) >= 0x20 and char not in "\ufffe\uffff"))
