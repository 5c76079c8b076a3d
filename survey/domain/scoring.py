"""The scoring rule, exactly: counts in, fractions out.

Item: mean of the scored options over the scored answers ("don't know" and blank count nowhere); undefined without a
scored answer. Dimension: plain mean of its defined items. Total: weighted mean of the defined dimensions. Nothing is
rounded on the way; half_up() rounds for display only, because a rounded mean of rounded means is a different figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from survey.domain.questionnaire import Band, Questionnaire, Scale

Counts = Mapping[str, int]  # option code or "blank" -> how many ballots


@dataclass(frozen=True)
class Scores:
    """Exact scores from 0 to 100; None where nobody gave a scored answer."""

    total: Fraction | None
    dimensions: Mapping[str, Fraction | None]
    items: Mapping[str, Fraction | None]


def scored_answers(scale: Scale, counts: Counts) -> int:
    """How many ballots gave an answer that has a score."""
    return sum(counts.get(option.code, 0) for option in scale.scored)


def positive_answers(scale: Scale, counts: Counts) -> int:
    """How many ballots gave an answer that counts as satisfied."""
    return sum(counts.get(option.code, 0) for option in scale.options if option.positive)


def item_score(scale: Scale, counts: Counts) -> Fraction | None:
    answers = scored_answers(scale, counts)
    if answers == 0:
        return None
    points = sum((counts.get(o.code, 0) * o.score for o in scale.scored if o.score is not None), Fraction(0))
    return points / answers


def score(questionnaire: Questionnaire, counts: Mapping[str, Counts]) -> Scores:
    """Scores of one team from the counts per item code."""
    items = {item.code: item_score(item.scale, counts[item.code]) for item in questionnaire.scored_items}
    dimensions = {d.code: _mean([items[item.code] for item in d.items]) for d in questionnaire.dimensions}
    weighted = [(d.weight, m) for d in questionnaire.dimensions if (m := dimensions[d.code]) is not None]
    weight = sum((w for w, _ in weighted), Fraction(0))
    total = sum((w * m for w, m in weighted), Fraction(0)) / weight if weighted else None
    return Scores(total, dimensions, items)


def _mean(values: list[Fraction | None]) -> Fraction | None:
    defined = [value for value in values if value is not None]
    return sum(defined, Fraction(0)) / len(defined) if defined else None


def grade(questionnaire: Questionnaire, total: Fraction) -> Band:
    """The band of an exact score: minimum <= score, from the highest band down."""
    return next(band for band in questionnaire.bands if total >= band.minimum)


def rate(part: int, whole: int) -> Fraction | None:
    """Per cent, exact; None when there is nothing to divide by."""
    return Fraction(100 * part, whole) if whole else None


def wilson(share: Fraction, n: int) -> tuple[Fraction, Fraction]:
    """Wilson's score interval at 95 % around a share (0 to 1) of n answers; Wilson 1927, J. Am. Stat. Assoc. 22, 209.

    Never leaves 0..1 and stays honest where everybody agrees, which is where the usual p +- 2s says "exactly 100 %".
    """
    z = Fraction(196, 100)
    with localcontext(prec=30):  # decimal, not binary: the same digits on every machine
        inside = share * (1 - share) / n + z * z / (4 * n * n)
        root = Fraction((Decimal(inside.numerator) / Decimal(inside.denominator)).sqrt())
    middle, whole = share + z * z / (2 * n), 1 + z * z / n
    return max(Fraction(0), (middle - z * root) / whole), min(Fraction(1), (middle + z * root) / whole)


def half_up(value: Fraction, decimals: int) -> str:
    """A value >= 0 as decimal text, halves rounded up: half_up(Fraction(91295, 1000), 2) == "91.30"."""
    scale = 10**decimals
    rounded = (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)
    whole, part = divmod(rounded, scale)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)
