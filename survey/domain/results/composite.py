"""The composite score: this questionnaire's total together with a score that the office enters, less deductions.

Law: weights and whether there are deductions are frozen with the form; only the two numbers are entered afterwards.
From a composite the total can be computed, so it is withheld wherever the total is. Exact until display.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from survey.domain.forms.form import Composite
from survey.errors import InvalidInput

MAX_REASON = 200


@dataclass(frozen=True)
class Entered:
    """quality: 0 to 100; deductions: 0 to 100 points, with their reason in words (empty without deductions)."""

    quality: Fraction
    deductions: Fraction = Fraction(0)
    reason: str = ""


def check_entered(rule: Composite | None, entered: Entered) -> Entered:
    """Raises InvalidInput naming what the frozen rule does not allow."""
    if rule is None:
        raise InvalidInput(
            "The questionnaire of this round has no composite score; nothing is entered.", why="no-composite"
        )
    for name, value in (("The quality score", entered.quality), ("The deductions", entered.deductions)):
        if not 0 <= value <= 100 or (value * 100).denominator != 1:
            raise InvalidInput(
                f"{name}: {float(value):g}; expected 0 to 100 with at most 2 decimals.", why="out-of-range"
            )
    if entered.deductions and not rule.deductions:
        raise InvalidInput("The rule of this round knows no deductions; expected 0.", why="no-deductions")
    if bool(entered.deductions) != bool(entered.reason.strip()):
        raise InvalidInput(
            "Deductions and their reason belong together; one of them is missing.", why="deductions-and-reason"
        )
    if len(entered.reason) > MAX_REASON or not entered.reason.isprintable():
        raise InvalidInput(
            f"The reason is not one line of at most {MAX_REASON} characters.", why="long-reason", most=MAX_REASON
        )
    return entered


def composite_score(rule: Composite, total: Fraction, entered: Entered) -> Fraction:
    """Exact, never below 0."""
    return max(Fraction(0), rule.conduct * total + rule.quality * entered.quality - entered.deductions)
