"""The open fonts of printed documents, and the check that they can write every character of a text.

A PDF library drops a missing glyph without a word, and a rare character in a name vanishes from paper. So the text is
compared with the fonts' character maps first, and printing is refused where one is missing (domain rule: names are
printed whole or not at all).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

from survey.errors import SettingsError, SurveyError

SANS = "Noto Sans SC"
SERIF = "Noto Serif SC"
# Name of the file as the font packages have it, anywhere below the fonts folder.
_FILES = {
    SANS: ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf"),
    SERIF: ("NotoSerifSC_400Regular.ttf", "NotoSerifSC_600SemiBold.ttf"),
}


class MissingGlyph(SurveyError):
    """A character that no installed font can print; nothing was printed."""

    status = 422
    kind = "missing-glyph"


def font_files(fonts_dir: Path, *families: str) -> list[Path]:
    """The font files of these families below fonts_dir; raises SettingsError naming the first that is not there."""
    return [_find(fonts_dir, name) for family in families for name in _FILES[family]]


@lru_cache(maxsize=16)
def _find(fonts_dir: Path, name: str) -> Path:
    found = sorted(fonts_dir.rglob(name))
    if not found:
        raise SettingsError(f"The font {name} is not below {fonts_dir}; expected the font packages to be installed.")
    return found[0]


@lru_cache(maxsize=4)
def for_typst(files: tuple[Path, ...]) -> typst.Fonts:
    """These fonts and typst's own, no system fonts: paper must not depend on what else a server has installed.

    Kept, because reading the fonts takes longer than printing a unit's slips, and a round has many units.
    """
    return typst.Fonts(include_system_fonts=False, font_paths=sorted({path.parent for path in files}))


def check_glyphs(texts: Iterable[str], files: Iterable[Path]) -> None:
    """Raise MissingGlyph, naming the first character that one of these fonts cannot write and where it stands."""
    named = tuple(files)
    for text in texts:
        if char := first_missing(text, named):
            raise MissingGlyph(
                f"The character {char} (U+{ord(char):04X}) in “{text[:40]}” is in none of the installed fonts;"
                " nothing was printed. Install a font that has it, or write the name another way.",
                why="glyph",
                char=char,
                number=f"U+{ord(char):04X}",
                text=text[:40],
            )


def first_missing(text: str, files: tuple[Path, ...]) -> str:
    """The first character that one of these fonts cannot write, or nothing."""
    known = _known(files)
    return next((char for char in text if ord(char) not in known), "")


@lru_cache(maxsize=8)
def _known(files: tuple[Path, ...]) -> frozenset[int]:
    return frozenset.intersection(*map(_characters, files)) | {ord("\n")}


@lru_cache(maxsize=8)
def _characters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
