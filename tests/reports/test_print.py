"""Slips: what is on paper, what is not, and that a missing glyph stops the printer."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from survey.errors import SettingsError
from survey.reports.fonts import SANS, SERIF, MissingGlyph, check_glyphs, font_files
from survey.reports.slips.print import Slip, slips_pdf

FONTS = Path(__file__).parents[2] / "node_modules" / "@expo-google-fonts"
FINGERPRINT = "Ab3_-fGhIjKlMnOpQrStUv"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def slip(
    code: str = "ABCD-EFGH-JKMN", team: str = "第一巡察组", unit: str = "文学院", closes: str | None = None
) -> Slip:
    return Slip(
        url=f"https://survey.example.org/e/abcdefghjk#c={code}&m={FINGERPRINT}",
        code=code,
        fingerprint=FINGERPRINT,
        round_name="2026年第一轮巡察",
        team_name=team,
        unit_name=unit,
        address="survey.example.org",
        closes=closes,
    )


def codes(n: int) -> list[str]:
    letters = itertools.islice(itertools.product(ALPHABET, repeat=4), n)
    return [f"{''.join(four)}-2345-6789" for four in letters]


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    file = tmp_path / "slips.pdf"
    file.write_bytes(slips_pdf([slip(code, closes="6月30日18时") for code in codes(23)], FONTS))
    return file


def run(*command: str | Path) -> str:
    assert shutil.which(str(command[0])), f"{command[0]} is needed (package poppler-utils)"
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_there_are_ten_slips_on_a_page_in_the_order_given_with_every_code_once(printed: Path) -> None:
    assert "Pages:           3" in run("pdfinfo", printed)
    text = run("pdftotext", printed, "-")
    assert sorted(re.findall(r"[2-9A-Z]{4}-2345-6789", text)) == sorted(codes(23))
    first = run("pdftotext", "-l", "1", printed, "-")
    assert len(re.findall(r"-2345-6789", first)) == 10


def test_a_slip_names_team_unit_address_fingerprint_and_deadline(printed: Path) -> None:
    text = re.sub(r"\s+", "", run("pdftotext", printed, "-"))
    for words in ("第一巡察组作风纪律后评估", "文学院", "survey.example.org", "6月30日18时", FINGERPRINT):
        assert text.count(words) == 23


def test_a_slip_carries_no_number_but_its_own_facts(printed: Path) -> None:
    lines = run("pdftotext", printed, "-").splitlines()
    numbers = [line for line in lines if re.fullmatch(r"\s*[-–#第]?\s*\d+\s*[号页-]?\s*", line)]
    assert numbers == []


def test_the_file_says_nothing_about_when_it_was_made(printed: Path) -> None:
    facts = run("pdfinfo", printed)
    assert not re.search(r"(CreationDate|ModDate):.*20\d\d", facts)


def test_the_fonts_are_embedded(printed: Path) -> None:
    fonts = run("pdffonts", printed).splitlines()[2:]
    assert any("NotoSansSC" in line for line in fonts)
    assert all(line.split()[-5] == "yes" for line in fonts)


def test_the_same_slips_give_the_same_bytes() -> None:
    assert slips_pdf([slip()], FONTS) == slips_pdf([slip()], FONTS)


def test_slips_of_several_units_in_one_file_keep_their_own_names_and_order(tmp_path: Path) -> None:
    file = tmp_path / "two.pdf"
    units = ["文学院", "图书馆"] * 6
    file.write_bytes(slips_pdf([slip(code, unit=unit) for code, unit in zip(codes(12), units, strict=True)], FONTS))
    assert re.findall("文学院|图书馆", run("pdftotext", "-raw", file, "-")) == units


def test_the_longest_names_push_no_code_off_the_paper(tmp_path: Path) -> None:
    file = tmp_path / "long.pdf"
    file.write_bytes(slips_pdf([slip(code, team="巡" * 60, unit="W" * 60) for code in codes(10)], FONTS))
    assert "Pages:           1" in run("pdfinfo", file)
    assert len(re.findall(r"-2345-6789", run("pdftotext", file, "-"))) == 10


@pytest.mark.parametrize(
    ("name", "char"), [("文学院\U0001f600", "U\\+1F600"), ("\U000323af组", "U\\+323AF"), ("பள்ளி", "U\\+0BAA")]
)
def test_a_name_with_a_missing_glyph_is_not_printed(name: str, char: str) -> None:
    with pytest.raises(MissingGlyph, match=char):
        slips_pdf([slip(unit=name)], FONTS)


def test_the_words_on_a_slip_fit_a_line_and_have_glyphs() -> None:
    from survey.reports.slips.print import _LABELS, _WORDS

    assert max(len(line) for line in _WORDS) <= 31
    check_glyphs([*_WORDS, _LABELS], font_files(FONTS, SANS, SERIF))


def test_without_fonts_nothing_is_printed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="NotoSansSC_400Regular"):
        slips_pdf([slip()], tmp_path)
