"""QR codes: those that are worked out from one another are those that the encoder makes."""

from __future__ import annotations

import random
import re

import pytest
import segno

from survey.reports.qr import Modules, qr_codes, qr_svg
from survey.reports.slips.qr_sheets import qr_sheets
from tests.reports.test_print import ALPHABET, slip

URL = slip().url


def url(draw: random.Random, host: str = "survey.example.org") -> str:
    code = "-".join("".join(draw.choices(ALPHABET, k=4)) for _ in range(3))
    return f"https://{host}/e/abcdefghjk#c={code}&m=Ab3_-fGhIjKlMnOpQrStUv"


def dark(code: Modules) -> list[list[int]]:
    rows = [code.rows[row * code.stride :][: code.stride] for row in range(code.size)]
    return [[int(bit) for bit in "".join(f"{byte:08b}" for byte in row)] for row in rows]


def encoded(text: str | bytes) -> list[list[int]]:
    """By the encoder, filled up to whole bytes."""
    matrix = segno.make_qr(text, error="m", mask=3, mode="byte").matrix
    return [[*row, *[0] * (-len(row) % 8)] for row in matrix]


@pytest.mark.parametrize("host", ["a.cn", "survey.example.org", "a-long-name.of.a.county.government.example.cn:8443"])
def test_codes_worked_out_from_their_neighbours_are_those_of_the_encoder(host: str) -> None:
    draw = random.Random(7)
    urls = [url(draw, host) for _ in range(60)]
    assert [dark(code) for code in qr_codes(urls)] == [encoded(one) for one in urls]


def test_texts_of_any_bytes_and_lengths_in_one_run_are_those_of_the_encoder() -> None:
    texts = [
        "https://a.example/x",
        "https://b.example/~",
        "甲乙丙丁https",
        "甲乙丁丙HTTPS",
        "short",
        "https://c.example/y",
    ]
    assert [dark(code) for code in qr_codes(texts)] == [encoded(text.encode()) for text in texts]


def test_the_drawing_of_a_code_has_the_modules_of_the_standard_with_error_correction_m() -> None:
    drawn = set()
    markup = qr_svg(URL)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", markup):
        drawn |= {(int(x) + step, int(y)) for step in range(int(length))}
    code = segno.make_qr(URL, error="m", mask=3)
    assert code.error in ("M", "Q", "H")
    assert drawn == {(x, y) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark}
    assert f'viewBox="0 0 {len(code.matrix)} {len(code.matrix)}"' in markup


def test_the_codes_of_sheets_are_one_small_page_per_ten_in_plain_characters() -> None:
    draw = random.Random(8)
    drawn = qr_sheets([url(draw) for _ in range(23)])
    assert drawn.isascii()
    assert drawn.count("/Type/Page/") == 3
    table = drawn.index("xref\n")
    assert int(re.findall(r"startxref\n(\d+)", drawn)[0]) == table
    places = [int(place) for place in re.findall(r"(\d{10}) 00000 n", drawn)]
    assert [drawn[place:].partition(" 0 obj")[0] for place in places] == [str(n) for n in range(1, len(places) + 1)]
