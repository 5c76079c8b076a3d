"""The scoring rule: the published test vector, and agreement with a computation from the raw answers."""

from __future__ import annotations

import decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.questionnaire import default_questionnaire
from survey.domain.scoring import grade, half_up, item_score, positive_answers, rate, score, scored_answers, wilson

Q = default_questionnaire()

# 40 ballots; good / fairly good / fair / poor / don't know per item; the scoring rule's own vector.
VECTOR = {
    "D1": ("30/8/2/0/0; 28/9/2/1/0; 25/10/3/0/2; 20/5/0/0/15", "93.14"),
    "D2": ("33/5/0/0/2; 22/12/5/1/0; 30/6/1/0/3; 15/12/9/4/0", "88.64"),
    "D3": ("31/7/1/1/0; 24/11/4/0/1; 27/8/2/0/3; 20/12/6/2/0", "89.94"),
    "D4": ("32/4/0/0/4; 33/3/0/0/4; 33/3/0/0/4; 29/8/2/0/1", "97.07"),
    "D5": ("26/9/2/1/2; 25/8/2/0/5; 22/11/4/1/2", "90.35"),
    "D6": ("21/14/4/1/0; 20/12/4/1/3; 19/14/5/1/1", "86.04"),
}


def vector_counts() -> dict[str, dict[str, int]]:
    return {
        item.code: dict(zip("ABCDX", map(int, column.split("/")), strict=True))
        for dimension in Q.dimensions
        for item, column in zip(dimension.items, VECTOR[dimension.code][0].split(";"), strict=True)
    }


def test_the_vector_gives_91_30_and_the_grade_excellent() -> None:
    scores = score(Q, vector_counts())
    assert scores.total is not None
    assert half_up(scores.total, 2) == "91.30"
    assert grade(Q, scores.total).zh == "优秀"


@pytest.mark.parametrize("code", VECTOR)
def test_the_vector_gives_the_dimension_score(code: str) -> None:
    value = score(Q, vector_counts()).dimensions[code]
    assert value is not None
    assert half_up(value, 2) == VECTOR[code][1]


BALLOT = st.fixed_dictionaries({}, optional={item.code: st.sampled_from("ABCDX") for item in Q.scored_items})


@given(st.lists(BALLOT, max_size=8))
def test_scores_equal_a_computation_from_the_raw_answers(ballots: list[dict[str, str]]) -> None:
    counts = {
        item.code: {option: sum(ballot.get(item.code) == option for ballot in ballots) for option in "ABCDX"}
        for item in Q.scored_items
    }
    points = {"A": 100, "B": 80, "C": 60, "D": 0}
    total, weights = Fraction(0), 0
    scores = score(Q, counts)
    for dimension in Q.dimensions:
        means = []
        for item in dimension.items:
            given_points = [points[b[item.code]] for b in ballots if b.get(item.code, "X") != "X"]
            if given_points:
                means.append(Fraction(sum(given_points), len(given_points)))
                assert scores.items[item.code] == means[-1]
            else:
                assert scores.items[item.code] is None
        if means:
            total += int(dimension.weight) * sum(means) / len(means)
            weights += int(dimension.weight)
            assert scores.dimensions[dimension.code] == sum(means) / len(means)
        else:
            assert scores.dimensions[dimension.code] is None
    assert scores.total == (total / weights if weights else None)


def test_don_t_know_and_blank_change_no_score() -> None:
    scale = Q.dimensions[0].scale
    assert item_score(scale, {"A": 1, "D": 1, "X": 90, "blank": 9}) == 50
    assert scored_answers(scale, {"A": 1, "D": 1, "X": 90, "blank": 9}) == 2
    assert positive_answers(scale, {"A": 1, "B": 2, "C": 4, "X": 8}) == 3


@pytest.mark.parametrize(
    ("score_text", "code"),
    [("100", "S1"), ("90", "S1"), ("89.999", "S2"), ("80", "S2"), ("60", "S3"), ("59.99", "S4"), ("0", "S4")],
)
def test_a_score_on_the_edge_belongs_to_the_higher_band(score_text: str, code: str) -> None:
    assert grade(Q, Fraction(score_text)).code == code


def test_a_rate_of_nothing_is_undefined() -> None:
    assert rate(0, 0) is None
    assert rate(1, 3) == Fraction(100, 3)


@given(st.fractions(min_value=0, max_value=100), st.integers(0, 4))
def test_half_up_agrees_with_decimal(value: Fraction, decimals: int) -> None:
    with decimal.localcontext(prec=200):
        exact = decimal.Decimal(value.numerator) / value.denominator
        step = decimal.Decimal(1).scaleb(-decimals)
        assert half_up(value, decimals) == f"{exact.quantize(step, decimal.ROUND_HALF_UP):f}"


@pytest.mark.parametrize(("value", "text"), [("0.005", "0.01"), ("91.295", "91.30"), ("0.0049", "0.00"), ("7", "7.00")])
def test_halves_go_up(value: str, text: str) -> None:
    assert half_up(Fraction(value), 2) == text


@pytest.mark.parametrize(
    ("positive", "answers", "low", "high"),
    [  # z = 1.96
        (9, 10, "59.6", "98.2"),
        (10, 10, "72.2", "100.0"),
        (0, 5, "0.0", "43.4"),
        (97, 100, "91.5", "99.0"),
    ],
)
def test_wilsons_interval_is_wide_for_few_answers_and_never_leaves_0_to_100(
    positive: int, answers: int, low: str, high: str
) -> None:
    below, above = wilson(Fraction(positive, answers), answers)
    assert (half_up(100 * below, 1), half_up(100 * above, 1)) == (low, high)
