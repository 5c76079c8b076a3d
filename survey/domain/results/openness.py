"""How much stays open about a withheld score for somebody who knows the scale and the sums shown.

Law: exact fractions; whatever is known of a value is a range from lowest to highest, and its room is their distance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from survey.domain.questionnaire import Questionnaire, Scale
from survey.domain.scoring import Counts, Scores, scored_answers

PROTECTION = Fraction(5)  # points of 100 that must remain open about a withheld score
Range = tuple[Fraction, Fraction]  # lowest and highest


def nearly_agree(scale: Scale, counts: Counts) -> bool:
    """All who rated, or all but one, gave the same score."""
    by_score: dict[Fraction, int] = {}
    for option in scale.scored:
        if option.score is not None:
            by_score[option.score] = by_score.get(option.score, 0) + counts.get(option.code, 0)
    return max(by_score.values(), default=0) >= scored_answers(scale, counts) - 1


def ends(scale: Scale) -> Range:
    points = [option.score for option in scale.scored if option.score is not None]
    return min(points), max(points)


def total_ends(questionnaire: Questionnaire, scores: Scores) -> Range:
    """Between which ends a total lies that is made of the dimensions that were rated."""
    rated = [d for d in questionnaire.dimensions if scores.dimensions[d.code] is not None]
    weight = sum((d.weight for d in rated), Fraction(0))
    least = sum((d.weight * ends(d.scale)[0] for d in rated), Fraction(0))
    most = sum((d.weight * ends(d.scale)[1] for d in rated), Fraction(0))
    return least / weight, most / weight


def whole_points(value: Fraction, between: Range) -> Range:
    """The whole points on both sides of a value, one apart; inside the scale."""
    least, most = between
    low = min(Fraction(math.floor(value)), most - 1)
    return max(least, low), min(most, low + 1)


def room(values: Sequence[Fraction], between: Range) -> Fraction:
    """The least distance between the ends where one of these values may lie, for somebody who knows only their sum."""
    low, high = between
    total, others = sum(values, Fraction(0)), len(values) - 1
    return min(high, total - others * low) - max(low, total - others * high)
