"""Whether every name of a draft can be printed, asked while the names can still be changed.

Law: a name is printed whole or not at all (fonts.py), and what is frozen never changes; so a round with a name that no
font can write is not frozen. A name stands on slips, on notices and on the papers of custody, so every font of these
has to have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from survey.domain.drafts.draft import Draft, draft_of
from survey.domain.drafts.faults import Place
from survey.domain.drafts.typed import text_of
from survey.domain.rounds import Round
from survey.reports.fonts import SANS, SERIF, MissingGlyph, first_missing, font_files


@dataclass(frozen=True)
class Unprintable:
    """place: the field, as a fault has it; char: the first character of the name that cannot be written."""

    place: Place
    name: str
    char: str


def unprintable(draft: Draft, fonts: Path) -> list[Unprintable]:
    """In the order in which the form is read. Raises SettingsError where the fonts are not installed."""
    files = tuple(font_files(fonts, SANS, SERIF))
    found = [Unprintable(place, name, first_missing(name, files)) for place, name in _printed_names(draft)]
    return [one for one in found if one.char]


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


_WORDS = {"name": "name of the round", "custodians": "custodian", "team": "team", "unit": "unit"}


def _printed_names(draft: Draft) -> Iterator[tuple[Place, str]]:
    """The leader is left out: no paper names a person of a team."""
    yield ("name",), text_of(draft.name) or ""
    for custodian in draft.custodians:
        yield ("custodians",), text_of(custodian) or ""
    for number, row in enumerate(draft.rows, 1):
        yield ("rows", number, "team"), text_of(row.team) or ""
        yield ("rows", number, "unit"), text_of(row.unit) or ""
