"""The QR codes of a print run as a PDF of its own: one page per sheet, nothing on it but black rectangles.

slips.typ lays a page of it under each sheet. Drawn one by one, as SVG, the codes took most of the time in
which slips are made. Written here as rectangles, in plain characters, they need no library and no second reading: PDF
has an operator for a rectangle (ISO 32000-1, 8.5.2.1), three times shorter than the path of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from survey.reports.qr import Modules, dark_runs, qr_codes

PER_SHEET = 10
_POINTS = 72 / 25.4  # in a millimetre
_WIDTH, _HEIGHT = 210.0, 297.0  # of the sheet; all in millimetres, as in slips.typ
_SLIP_WIDTH, _SLIP_HEIGHT = 105.0, 59.4
_LEFT, _TOP, _SIDE = 6.0, 5.5, 25.0  # of the code on its slip


def qr_sheets(texts: Sequence[str]) -> str:
    """The file, in ASCII: the codes of these texts, ten to a page, two in a row."""
    codes = list(qr_codes(texts))
    return _pdf([_sheet(codes[first : first + PER_SHEET]) for first in range(0, len(codes), PER_SHEET)])


def _sheet(codes: Sequence[Modules]) -> str:
    return "\n".join(_drawn(code, *divmod(number, 2)) for number, code in enumerate(codes))


def _drawn(code: Modules, row: int, column: int) -> str:
    x = (column * _SLIP_WIDTH + _LEFT) * _POINTS
    y = (_HEIGHT - row * _SLIP_HEIGHT - _TOP) * _POINTS
    module = _SIDE / code.size * _POINTS
    rectangles = _rectangles(code.stride)
    drawn = [rectangles[place << 8 | byte] for place, byte in enumerate(code.rows) if byte]
    # From here y goes down, and a module is one long.
    return "\n".join([f"q {module:.5f} 0 0 {-module:.5f} {x:.5f} {y:.5f} cm", *drawn, "f Q"])


class _Rectangles(dict[int, str]):
    """place << 8 | byte of the rows -> how PDF says it. Kept, at most 256 for each place: they come again and again."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self._stride = stride

    def __missing__(self, key: int) -> str:
        runs = dark_runs(key >> 8, key & 255, self._stride)
        self[key] = words = " ".join(f"{x} {y} {length} 1 re" for x, y, length in runs)
        return words


@lru_cache(maxsize=8)
def _rectangles(stride: int) -> _Rectangles:
    return _Rectangles(stride)


def _pdf(pages: Sequence[str]) -> str:
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>"]
    box = f"0 0 {_WIDTH * _POINTS:.4f} {_HEIGHT * _POINTS:.4f}"
    for content in pages:
        after = len(objects) + 2
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Resources<<>>/Contents {after} 0 R>>")
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
    return _file(objects)


def _file(objects: Iterable[str]) -> str:
    """ISO 32000-1, 7.5: header, body, where each object begins, trailer."""
    pieces = ["%PDF-1.7\n"]
    place, places = len(pieces[0]), []
    for number, content in enumerate(objects, 1):
        pieces.append(f"{number} 0 obj\n{content}\nendobj\n")
        places.append(place)
        place += len(pieces[-1])
    pieces.append(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n")
    pieces += [f"{begin:010d} 00000 n \n" for begin in places]
    pieces.append(f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{place}\n%%EOF\n")
    return "".join(pieces)
