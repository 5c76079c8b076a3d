"""Slips as a printer sees them: the sheet is rendered, and measured in its pixels."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import segno

from survey.reports.slips.print import slips_pdf
from tests.reports.test_print import FONTS, codes, slip

DPI = 300
SLIP_WIDTH, SLIP_HEIGHT, FOLD = 105.0, 59.4, 32.0  # millimetres
BLACK, PAPER = 90, 250  # of 255; cut and fold lines are lighter than black


@dataclass(frozen=True)
class Picture:
    """A page in greys; places in millimetres from its upper left corner."""

    width: int
    height: int
    pixels: bytes

    def darkest(self, left: float, top: float, right: float, bottom: float) -> int:
        x, y, to_x, to_y = (round(place / 25.4 * DPI) for place in (left, top, right, bottom))
        rows = range(max(y, 0), min(to_y, self.height))
        return min(min(self.pixels[row * self.width + max(x, 0) : row * self.width + to_x]) for row in rows)

    def at(self, x: float, y: float) -> int:
        return self.pixels[round(y / 25.4 * DPI) * self.width + round(x / 25.4 * DPI)]


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """Ten slips with long names and a closing time: as full as they get."""
    folder = tmp_path_factory.mktemp("sheet")
    slips = [
        slip(code, team="第一巡察组" * 4, unit="继续教育学院" * 3, closes="12月30日18时00分") for code in codes(10)
    ]
    (folder / "slips.pdf").write_bytes(slips_pdf(slips, FONTS))
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-singlefile", "slips.pdf", "sheet"]
    subprocess.run(command, check=True, cwd=folder, capture_output=True)
    return read_pgm(folder / "sheet.pgm")


def read_pgm(file: Path) -> Picture:
    kind, size, _most, pixels = file.read_bytes().split(b"\n", 3)
    assert kind == b"P5"
    width, height = map(int, size.split())
    return Picture(width, height, pixels)


def corners() -> list[tuple[float, float]]:
    """The upper left corner of each slip, row by row."""
    return [(column * SLIP_WIDTH, row * SLIP_HEIGHT) for row in range(5) for column in range(2)]


def test_the_sheet_is_a4(sheet: Picture) -> None:
    assert (round(sheet.width / DPI * 25.4), round(sheet.height / DPI * 25.4)) == (210, 297)


def test_each_code_is_25_mm_wide_with_a_quiet_zone_and_reads_module_by_module(sheet: Picture) -> None:
    for (left, top), code in zip(corners(), codes(10), strict=True):
        matrix = segno.make_qr(slip(code).url, error="m", mask=3).matrix
        module = 25 / len(matrix)
        x, y = left + 6, top + 5.5
        read = [
            [sheet.at(x + (column + 0.5) * module, y + (row + 0.5) * module) < 128 for column in range(len(matrix))]
            for row in range(len(matrix))
        ]
        assert read == [[bool(dark) for dark in row] for row in matrix]
        quiet = 4 * module
        assert sheet.darkest(x - quiet, y - quiet, x - 0.2, y + 25) > PAPER
        assert sheet.darkest(x + 25.2, y, x + 25 + quiet, y + 25) > PAPER


def test_a_printer_that_leaves_5_mm_at_the_edge_prints_everything(sheet: Picture) -> None:
    for edge in ((0, 0, 210, 5), (0, 292, 210, 297), (0, 0, 5, 297), (205, 0, 210, 297)):
        assert sheet.darkest(*edge) > BLACK


def test_folded_the_lower_part_covers_everything_above_the_fold(sheet: Picture) -> None:
    uncovered = FOLD - (SLIP_HEIGHT - FOLD)
    for left, top in corners():
        assert sheet.darkest(left + 1, top + 0.3, left + SLIP_WIDTH - 1, top + uncovered) > PAPER
        assert sheet.darkest(left + 1, top + uncovered, left + SLIP_WIDTH - 1, top + FOLD) < BLACK


def test_nothing_is_printed_on_the_cutting_and_folding_lines(sheet: Picture) -> None:
    for left, top in corners():
        assert sheet.darkest(left + 2, top + FOLD - 0.4, left + SLIP_WIDTH - 2, top + FOLD + 1) > BLACK
        assert sheet.darkest(left, top - 2, left + SLIP_WIDTH, top + 2) > BLACK
        assert sheet.darkest(left - 3, top, left + 3, top + SLIP_HEIGHT) > BLACK


def test_cutting_and_folding_lines_are_there(sheet: Picture) -> None:
    assert sheet.darkest(104.5, 0, 105.5, 297) < 200
    for row in range(1, 5):
        assert sheet.darkest(0, row * SLIP_HEIGHT - 0.5, 210, row * SLIP_HEIGHT + 0.5) < 200
    for row in range(5):
        assert sheet.darkest(0, row * SLIP_HEIGHT + FOLD - 0.5, 210, row * SLIP_HEIGHT + FOLD + 0.5) < 200
