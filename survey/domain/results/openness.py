"""How much stays open about a withheld score for somebody who knows the scale, the sums and the ranges shown.

Law: exact fractions; whatever is known of a value is a range from lowest to highest, and its room is their distance.
"""

from __future__ import annotations

from fractions import Fraction

from survey.domain.questionnaire import Questionnaire, Scale
from survey.domain.scoring import Counts, Scores

PROTECTION = Fraction(5)  # points of 100 that must remain open about a withheld score
Range = tuple[Fraction, Fraction]  # lowest and highest


def agree(scale: Scale, counts: Counts) -> bool:
    """All who rated gave the same score."""
    return len({option.score for option in scale.scored if counts.get(option.code, 0)}) == 1


def ends(scale: Scale) -> tuple[Fraction, Fraction]:
    points = [option.score for option in scale.scored if option.score is not None]
    return min(points), max(points)


def range_around(scale: Scale, score: Fraction) -> Range | None:
    """All scores of the scale but the end that is farther from this one; None where that would say too much."""
    points = sorted({option.score for option in scale.scored if option.score is not None})
    if len(points) < 3:
        return None
    low, high = (points[1], points[-1]) if 2 * points.index(score) >= len(points) - 1 else (points[0], points[-2])
    return (low, high) if high - low >= PROTECTION else None


def mean_range(ranges: list[Range]) -> Range:
    lows, highs = zip(*ranges, strict=True)
    return sum(lows, Fraction(0)) / len(ranges), sum(highs, Fraction(0)) / len(ranges)


def room(known: list[tuple[Fraction, Range]]) -> Fraction:
    """The least distance between the ends where one of these values may lie, for somebody who knows only their sum.

    known: (value, the range in which it is known to lie anyway).
    """
    total = sum((value for value, _ in known), Fraction(0))
    least = sum((low for _, (low, _) in known), Fraction(0))
    most = sum((high for _, (_, high) in known), Fraction(0))
    return min(min(high, total - least + low) - max(low, total - most + high) for _, (low, high) in known)


def is_open(questionnaire: Questionnaire, scores: Scores) -> bool:
    """Whether the total alone leaves PROTECTION points about the score of every dimension (or item of the only one)."""
    if len(questionnaire.dimensions) == 1:
        (only,) = questionnaire.dimensions
        rated = [m for item in only.items if (m := scores.items[item.code]) is not None]
        return room([(m, ends(only.scale)) for m in rated]) >= PROTECTION
    defined = [(d.weight, *ends(d.scale)) for d in questionnaire.dimensions if scores.dimensions[d.code] is not None]
    weights = sum((weight for weight, _, _ in defined), Fraction(0))
    known = weights * (scores.total or Fraction(0))
    least = sum((weight * low for weight, low, _ in defined), Fraction(0))
    most = sum((weight * high for weight, _, high in defined), Fraction(0))
    return all(
        min(high, (known - least + weight * low) / weight) - max(low, (known - most + weight * high) / weight)
        >= min(PROTECTION, high - low)
        for weight, low, high in defined
    )
