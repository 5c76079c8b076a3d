"""The overall question in a report: how many were satisfied, by both denominators, exactly or as a range.

Law: a range is a function of how many rated and of the side on which they are, of nothing finer: whether one person
disagreed with all others or nobody did, every figure here is the same.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from survey.domain import scoring
from survey.domain.questionnaire import Questionnaire
from survey.domain.results.disclosed_counts import counts_and_rates, rate_text
from survey.domain.results.naming import named
from survey.domain.results.record import EvaluationRecord
from survey.domain.results.suppression import Withheld


def satisfaction(questionnaire: Questionnaire, evaluation: EvaluationRecord, withheld: Withheld) -> dict[str, Any]:
    """The rate by both denominators; "satisfaction" is the one that the questionnaire makes the headline.

    Both rates together tell how many rated and how many of them were satisfied; so these two numbers are shown with
    them, and Wilson's interval at 95 % says how much the rate is worth. Of a range, the interval reaches from the lower
    end of the lower rate's to the upper end of the higher rate's.
    """
    overall, counts = questionnaire.overall, evaluation.overall
    positive, rated = scoring.positive_answers(overall.scale, counts), scoring.scored_answers(overall.scale, counts)
    is_exact = withheld.satisfaction is None
    of_valid = rate_text(positive, rated) if is_exact else None
    of_entitled = rate_text(positive, evaluation.entitled) if is_exact else None
    ends = (positive, positive) if is_exact else withheld.satisfied
    return {
        "satisfaction": of_valid if questionnaire.headline_denominator == "valid_answers" else of_entitled,
        "satisfaction_of_valid": of_valid,
        "satisfaction_of_entitled": of_entitled,
        "satisfaction_range": _range(withheld.satisfied, rated, evaluation.entitled),
        "satisfaction_interval": None if ends is None else _interval(ends, rated),
        "overall": {
            **named(overall),
            **counts_and_rates(None if withheld.overall else counts),
            "satisfied": positive if is_exact else None,
            "rated": None if ends is None else rated,
        },
    }


def _range(satisfied: tuple[int, int] | None, rated: int, entitled: int) -> dict[str, list[Any]] | None:
    if satisfied is None:
        return None
    return {
        "satisfied": list(satisfied),
        "of_valid": [rate_text(end, rated) for end in satisfied],
        "of_entitled": [rate_text(end, entitled) for end in satisfied],
    }


def _interval(satisfied: tuple[int, int], rated: int) -> list[str]:
    least, most = (scoring.wilson(Fraction(end, rated), rated) for end in satisfied)
    return [scoring.half_up(100 * end, 1) for end in (least[0], most[1])]
