"""QR codes as drawings, also thousands of them whose texts differ in a few places only.

A QR code is linear: between two texts of one length the same modules turn over wherever the same bits differ, whatever
else the texts say (ISO/IEC 18004: bytes as they are, Reed-Solomon over GF(2), a fixed mask). So the modules of a slip's
address are those of its neighbour's with some turned over, and which ones is worked out once per place and bit instead
of once per slip: a hundred times quicker than encoding each from the beginning.

Law: every code drawn is the one that the encoder makes of the same text; a test compares them module by module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import segno

# Any mask is valid for a reader; choosing the prettiest of eight takes five times as long, and there may be thousands.
_MASK = 3
_DARK = re.compile("1+")


@dataclass(frozen=True)
class Modules:
    """size: modules in a row; rows: a bit each, 1 where it is dark, each row filled up to whole bytes."""

    size: int
    rows: bytes

    @property
    def stride(self) -> int:
        """Bytes in a row."""
        return -(-self.size // 8)


def qr_svg(text: str) -> str:
    """The QR code (error correction M or better) as SVG: one path, no quiet zone (whoever shows it leaves it)."""
    (code,) = qr_codes([text])
    path = [
        f"M{x} {y}h{length}v1h-{length}z"
        for place, byte in enumerate(code.rows)
        for x, y, length in dark_runs(place, byte, code.stride)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {code.size} {code.size}" shape-rendering="crispEdges">'
        f'<path d="{"".join(path)}"/></svg>'
    )


def qr_codes(texts: Iterable[str]) -> Iterator[Modules]:
    """The QR code of each text, error correction M or better."""
    first, size, number = b"", 0, 0
    for text in texts:
        raw = text.encode("utf-8")
        if len(raw) != len(first):
            first = raw
            size, number = _encoded(raw)
        yield Modules(size, (number ^ _turned(first, raw)).to_bytes(size * -(-size // 8), "big"))


def dark_runs(place: int, byte: int, stride: int) -> list[tuple[int, int, int]]:
    """(x, y, length) of the dark modules of the byte at this place in the rows."""
    y, column = divmod(place, stride)
    return [(column * 8 + run.start(), y, run.end() - run.start()) for run in _DARK.finditer(f"{byte:08b}")]


def _encoded(raw: bytes) -> tuple[int, int]:
    """(size, rows as one number)"""
    matrix = segno.make_qr(raw, error="m", mask=_MASK, mode="byte").matrix
    size = len(matrix)
    lines = ("".join(map(str, row)).ljust(-(-size // 8) * 8, "0") for row in matrix)
    return size, int("".join(lines), 2)


def _turned(one: bytes, other: bytes) -> int:
    """The modules in which the codes of two texts of one length differ."""
    modules = 0
    for place, (left, right) in enumerate(zip(one, other, strict=True)):
        if left != right:
            modules ^= _turned_by(len(one), place, left ^ right)
    return modules


@lru_cache(maxsize=16384)
def _turned_by(length: int, place: int, bits: int) -> int:
    """The modules that turn over with these bits of the byte at this place; some 200 bytes each."""
    lowest = bits & -bits
    if bits != lowest:
        return _turned_by(length, place, lowest) ^ _turned_by(length, place, bits ^ lowest)
    text = bytearray(length)
    _size, before = _plain(length)
    text[place] = bits
    return before ^ _encoded(bytes(text))[1]


@lru_cache(maxsize=16)
def _plain(length: int) -> tuple[int, int]:
    return _encoded(bytes(length))
