"""Whether every text of a paper can be printed, asked while it can still be changed.

Law: a text is printed whole or not at all (fonts.py), and what is frozen never changes; so a round with a name or a
questionnaire that no font can write is not frozen, and the office enters no such word into a report. A name stands on
slips, on notices and on the papers of custody, so every font of these has to have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.domain.drafts.draft import Draft, draft_of
from survey.domain.drafts.faults import Place
from survey.domain.drafts.typed import text_of
from survey.domain.rounds import Round
from survey.reports.fonts import SANS, SERIF, MissingGlyph, check_glyphs, first_missing, font_files


@dataclass(frozen=True)
class Unprintable:
    """place: the field, as a fault has it; name: what stands there, of a long text the place itself; char: the first
    character of it that cannot be written.
    """

    place: Place
    name: str
    char: str


def unprintable(draft: Draft, fonts: Path) -> list[Unprintable]:
    """In the order in which the form is read. Raises SettingsError where the fonts are not installed."""
    files = tuple(font_files(fonts, SANS, SERIF))
    found = [(place, text, first_missing(text, files)) for place, text in _printed(draft)]
    return [Unprintable(place, _around(text, char), char) for place, text, char in found if char]


def check_words(texts: Iterable[str], fonts: Path) -> None:
    """Raises MissingGlyph where one of these words, which go into papers, cannot be printed."""
    check_glyphs(texts, font_files(fonts, SANS, SERIF))


def check_printable(round_: Round, fonts: Path) -> None:
    """Raises MissingGlyph, in the words of the command line."""
    for one in unprintable(draft_of(round_), fonts):
        raise MissingGlyph(
            f"The {_WORDS[str(one.place[-1])]} “{one.name}” cannot be printed: none of the fonts has the character "
            f"{one.char} (U+{ord(one.char):04X}). Nothing was done; write the name another way.",
            why="glyph",
            char=one.char,
            number=f"U+{ord(one.char):04X}",
            text=one.name,
        )


_WORDS = {
    "name": "name of the round",
    "custodians": "custodian",
    "questionnaire": "text of the questionnaire",
    "team": "team",
    "unit": "unit",
}
_SHOWN = 40  # characters of a text in a sentence about it
_ON_SCREEN_ONLY = ("intro", "open_hint")


def _around(text: str, char: str) -> str:
    """The text, or the part of a long one where the character stands."""
    if len(text) <= _SHOWN:
        return text
    start = max(0, text.index(char) - _SHOWN // 2)
    part = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + _SHOWN < len(text) else ''}"


def _printed(draft: Draft) -> Iterator[tuple[Place, str]]:
    """The leader is left out: no paper names a person of a team."""
    yield ("name",), text_of(draft.name) or ""
    for custodian in draft.custodians:
        yield ("custodians",), text_of(custodian) or ""
    for text in _of_questionnaire(draft.questionnaire or {}):
        yield ("questionnaire",), text
    for number, row in enumerate(draft.rows, 1):
        yield ("rows", number, "team"), text_of(row.team) or ""
        yield ("rows", number, "unit"), text_of(row.unit) or ""


def _of_questionnaire(document: Mapping[str, Any]) -> Iterator[str]:
    """The Chinese texts of a questionnaire that stand on papers; the built-in one has no other characters."""
    return _chinese({key: value for key, value in document.items() if key not in _ON_SCREEN_ONLY})


def _chinese(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("zh"), str):
            yield value["zh"]
        for part in value.values():
            yield from _chinese(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _chinese(part)
