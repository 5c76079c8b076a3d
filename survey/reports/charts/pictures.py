"""Drawings (SVG) as PNG for Word, drawn by typst with our own fonts: the same picture on every machine.

Law: a name in a drawing is drawn whole or not at all, as on every paper (fonts.py).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import typst

from survey.reports.charts.bars import texts_of
from survey.reports.fonts import SANS, check_glyphs, font_files, for_typst

PIXELS_PER_INCH = 220.0  # sharp on an office printer, small in the file
_SOURCE = b"""
#set page(width: auto, height: auto, margin: 0pt)
#set text(font: "Noto Sans SC", fallback: false)
#for drawing in json(bytes(sys.inputs.drawings)) {
  page(image(bytes(drawing.svg), format: "svg", width: drawing.width * 1mm))
}
"""


def png_of(drawings: Sequence[tuple[str, float]], fonts_dir: Path) -> list[bytes]:
    """One PNG per (SVG markup, width in millimetres); raises MissingGlyph, SettingsError without the fonts."""
    if not drawings:
        return []
    files = tuple(font_files(fonts_dir, SANS))
    check_glyphs((text for svg, _ in drawings for text in texts_of(svg)), files)
    data = json.dumps([{"svg": svg, "width": width} for svg, width in drawings], ensure_ascii=False)
    compiler = typst.Compiler(
        _SOURCE,
        font_paths=for_typst(files),
        sys_inputs={"drawings": data},
    )
    made = compiler.compile(format="png", ppi=PIXELS_PER_INCH, timestamp=0)
    return [made] if isinstance(made, bytes) else list(made or [])


def png_size(png: bytes) -> tuple[int, int]:
    """(width, height) in pixels, from the header chunk (PNG, section 11.2.2)."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
