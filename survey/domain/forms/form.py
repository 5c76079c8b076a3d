"""The shape of a questionnaire: scales, items, dimensions, bands. Made by questionnaire.parse_questionnaire only."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

BLANK = "blank"  # how an unanswered item is counted; therefore never an option code
PADDING_STEP = 256


@dataclass(frozen=True)
class Option:
    """score is None for an answer outside the score ("don't know")."""

    code: str
    zh: str
    en: str
    score: Fraction | None = None
    positive: bool = False


@dataclass(frozen=True)
class Scale:
    name: str
    options: tuple[Option, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.options)

    @property
    def scored(self) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.score is not None)


@dataclass(frozen=True)
class Item:
    """One question answered by one option of its scale."""

    code: str
    zh: str
    en: str
    scale: Scale


@dataclass(frozen=True)
class Dimension:
    code: str
    weight: Fraction
    zh: str
    en: str
    scale: Scale
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Checklist:
    code: str
    zh: str
    en: str
    scale: Scale
    items: tuple[Item, ...]


@dataclass(frozen=True)
class OpenQuestion:
    code: str
    zh: str
    en: str
    max_chars: int  # Unicode code points


@dataclass(frozen=True)
class Band:
    """A grade: minimum <= score < maximum; the top band includes its maximum of 100."""

    code: str
    zh: str
    en: str
    minimum: Fraction
    maximum: Fraction


@dataclass(frozen=True)
class Composite:
    """Total = conduct score of this form * conduct + a score entered by the office * quality - deductions.

    conduct and quality are shares of 1; deductions: whether points may be taken off.
    """

    conduct: Fraction
    quality: Fraction
    deductions: bool


@dataclass(frozen=True)
class Questionnaire:
    id: str
    version: str
    title_zh: str
    title_en: str
    scales: tuple[Scale, ...]
    dimensions: tuple[Dimension, ...]
    overall: Item
    checklist: Checklist | None
    open_questions: tuple[OpenQuestion, ...]
    role: Item | None  # only when switched on
    role_minimum: int  # people in the pool below which the role question may not be asked
    bands: tuple[Band, ...]  # from the highest to the lowest
    headline_denominator: str  # "valid_answers" or "entitled"
    reminder_line: Fraction | None
    grade_from: Fraction  # participation below which no grade is given
    full_from: Fraction  # participation below which the result is for reference only
    composite: Composite | None
    unanimous_below: int  # a cell in which everybody agrees is shown as a band below this many ballots
    document: dict[str, Any] = field(hash=False, repr=False)

    @property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def answerable(self) -> tuple[Item, ...]:
        """Every item that takes an option, in the order of the form."""
        return (
            *self.scored_items,
            self.overall,
            *(self.checklist.items if self.checklist else ()),
            *([self.role] if self.role else ()),
        )

    @cached_property
    def allowed_options(self) -> dict[str, frozenset[str]]:
        """Item code -> its option codes. Cached: the count asks for it once per ballot."""
        return {item.code: frozenset(item.scale.codes) for item in self.answerable}

    @cached_property
    def allowed_lengths(self) -> dict[str, int]:
        """Open question code -> the most code points of its text."""
        return {question.code: question.max_chars for question in self.open_questions}

    @property
    def plaintext_length(self) -> int:
        """Length of every padded plaintext: 4-byte length, the longest possible JSON, zeros up to a multiple of 256."""
        answers = {item.code: max(item.scale.codes, key=len) for item in self.answerable}
        # A code point is at most 4 bytes in UTF-8; an escape (quote, backslash, newline) is 2.
        texts = {question.code: "x" * (4 * question.max_chars) for question in self.open_questions}
        longest = 4 + len(json.dumps({"answers": answers, "texts": texts}, separators=(",", ":")))
        return -(-longest // PADDING_STEP) * PADDING_STEP
