"""Trying all answers that whole people may have given finds no withheld item (an attack of its own, with fractions)."""

from __future__ import annotations

import random
from bisect import bisect_left
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement

import pytest

from survey.domain.disclosure import disclose
from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.attainable import Withheld, enough_remain
from survey.domain.results.openness import PROTECTION
from tests.domain.results import only, record

POINTS = {"A": 100, "B": 80, "C": 60, "D": 0}
SCALE = frozenset(map(Fraction, POINTS.values()))
K = 5


@cache
def means(least: int, most: int) -> list[Fraction]:
    """By trying every combination of answers."""
    return sorted(
        {
            Fraction(sum(answers), n)
            for n in range(least, most + 1)
            for answers in combinations_with_replacement(POINTS.values(), n)
        }
    )


def known_sum(evaluation: dict, dimension: str) -> tuple[Fraction, Fraction]:
    """Between which values the sum of the withheld items of a dimension lies, from all that is shown."""
    items = [item for item in evaluation["items"] if item["dimension"] == dimension]
    shown = sum(
        Fraction(sum(POINTS[option] * item["counts"][option] for option in POINTS), item["answered"])
        for item in items
        if item["score"] is not None
    )
    ends = {d["code"]: between(d) for d in evaluation["dimensions"]}
    weights = {d["code"]: Fraction(d["weight"]) for d in evaluation["dimensions"]}
    others = [code for code in weights if code != dimension]
    total = [end * sum(weights.values()) for end in between(evaluation)]
    from_total = (
        (total[0] - sum(weights[code] * ends[code][1] for code in others)) / weights[dimension],
        (total[1] - sum(weights[code] * ends[code][0] for code in others)) / weights[dimension],
    )
    low, high = max(ends[dimension][0], from_total[0]), min(ends[dimension][1], from_total[1])
    return len(items) * low - shown, len(items) * high - shown


def between(entry: dict) -> tuple[Fraction, Fraction]:
    if entry["range"] is not None:
        return Fraction(entry["range"][0]), Fraction(entry["range"][1])
    half = Fraction(1, 200)
    return Fraction(entry["score"]) - half, Fraction(entry["score"]) + half


@cache
def sums(n: int, items: int) -> list[Fraction]:
    """All sums of the means of so many items that k and more people rated."""
    found = {Fraction(0)}
    for _ in range(items):
        found = {one + value for one in found for value in means(K, n)}
    return sorted(found)


def possible(evaluation: dict, code: str, n: int) -> set[Fraction]:
    """What the item that few rated may be, for somebody who reads the report, knows the rule and tries everything."""
    low, high = known_sum(evaluation, code[:2])
    hidden = [i for i in evaluation["items"] if i["dimension"] == code[:2] and i["score"] is None]
    others = sums(n, len(hidden) - 1)

    def fits(value: Fraction) -> bool:
        at = bisect_left(others, low - value)
        return at < len(others) and others[at] <= high - value

    return set(filter(fits, means(1, K - 1)))


@pytest.mark.parametrize("n", [10, 11, 12, 13])
def test_an_item_that_few_rated_keeps_half_of_the_values_that_the_scale_leaves_it(n: int) -> None:
    draw = random.Random(n)
    codes = [item.code for item in default_questionnaire().scored_items]
    for _ in range(20):
        ballots = [{code: draw.choice("AAAABBCD") for code in codes} | {"O-1": draw.choice("AAB")} for _ in range(n)]
        few = draw.choice([1, 2, 3])
        for place, ballot in enumerate(ballots):
            ballot["D6-1"] = draw.choice("ABCD") if place < few else "X"
        evaluation = only(disclose(record(ballots)))
        hidden = [i for i in evaluation["items"] if i["dimension"] == "D6" and i["score"] is None]
        assert len(hidden) >= 2
        low, high = known_sum(evaluation, "D6")
        left = possible(evaluation, "D6-1", n)
        allowed = [value for value in means(1, K - 1) if low - 100 * (len(hidden) - 1) <= value <= high]
        assert len(left) >= max(2, len(allowed) / 2)
        assert max(left) - min(left) >= PROTECTION


def test_one_answer_beside_one_other_item_would_be_found_by_trying() -> None:
    """The attack itself works: 91.54 over four items, 13 people, three shown but one."""
    items = [Withheld(Fraction(100), 1, K - 1), Withheld(Fraction(1180, 13), K, 13)]
    assert not enough_remain(SCALE, items, Fraction(4, 200))


def test_a_third_item_hides_them() -> None:
    items = [
        Withheld(Fraction(100), 1, K - 1),
        Withheld(Fraction(1180, 13), K, 13),
        Withheld(Fraction(1100, 13), K, 13),
    ]
    assert enough_remain(SCALE, items, Fraction(9, 100))


def test_a_scale_of_three_points_is_tried_as_well() -> None:
    points = frozenset(map(Fraction, (0, 50, 100)))
    large = [Withheld(Fraction(50), 1, 4), Withheld(Fraction(5050, 101), K, 101), Withheld(Fraction(30), K, 60)]
    assert enough_remain(points, large, Fraction(9, 100))
