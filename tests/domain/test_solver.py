"""An attacker with a solver: linear programming over everything published leaves every withheld figure open.

The attacker sees the JSON report and the questionnaire, nothing else, and knows the rule by heart. Every published
figure becomes an equation or, as printed, an inequality of half its last digit; every withheld one an unknown. The
least and the greatest value of each unknown are then found with scipy's HiGHS.

Law: withheld scores keep PROTECTION points (a little less for rounding), withheld counts at least two values. What is
shown in whole points is shown, less exactly; it protects the items behind it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from survey.domain.disclosure import disclose
from survey.domain.questionnaire import Questionnaire, default_questionnaire, parse_questionnaire
from survey.domain.results.openness import PROTECTION
from survey.domain.results.overlap import Overlap
from survey.domain.results.suppression import WHOLE_POINTS
from survey.domain.scoring import score
from tests.domain.results import Ballot, full, only, record, tally

ROUNDING = 0.005
ENOUGH = float(PROTECTION) - 0.5  # what rounding may take


class Unknowns:
    """Named unknowns between bounds, and inequalities over them."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.bounds: list[tuple[float, float]] = []
        self.rows: list[dict[str, float]] = []
        self.most: list[float] = []

    def add(self, name: str, low: float, high: float) -> None:
        self.names.append(name)
        self.bounds.append((low, high))

    def between(self, row: Mapping[str, float], low: float, high: float) -> None:
        self.rows += [dict(row), {name: -factor for name, factor in row.items()}]
        self.most += [high, -low]

    def range_of(self, name: str) -> tuple[float, float]:
        matrix = [[row.get(n, 0.0) for n in self.names] for row in self.rows] or None
        ends = []
        for sign in (1, -1):
            goal = [sign if n == name else 0 for n in self.names]
            found = linprog(goal, A_ub=matrix, b_ub=self.most or None, bounds=self.bounds, method="highs")
            assert found.status == 0, found.message  # the truth itself is a solution
            ends.append(sign * found.fun)
        return ends[0], ends[1]


@cache
def form() -> Questionnaire:
    """Dimensions of 1, 2 and 3 items; the checklist has two lines."""
    document = copy.deepcopy(default_questionnaire().document)
    document["checklist"]["items"] = document["checklist"]["items"][:2]
    document["dimensions"] = document["dimensions"][:3]
    for dimension, size, weight in zip(document["dimensions"], (1, 2, 3), (20, 30, 50), strict=True):
        dimension.update(items=dimension["items"][:size], weight=weight)
    return parse_questionnaire(document)


def ballots(least: int, most: int) -> st.SearchStrategy[list[Ballot]]:
    """Teams that mostly agree, with "don't know" in plenty: there the rules are at work."""
    option = st.sampled_from(["A", "A", "A", "B", "C", "D", "X", "X", "X"])
    items = {item.code: option for item in form().scored_items}
    checks = {code: st.sampled_from("NNNYX") for code in ("T-01", "T-02")}
    ballot = st.fixed_dictionaries({**items, **checks, "O-1": st.sampled_from("AABCX")})
    best = st.fixed_dictionaries({**{c: st.sampled_from("AAAAX") for c in items}, **checks, "O-1": st.just("A")})
    return st.one_of(st.lists(ballot, min_size=least, max_size=most), st.lists(best, min_size=least, max_size=most))


def scores_of(evaluation: Mapping[str, Any], defined: set[str]) -> tuple[Unknowns, list[str]]:
    """What the report says about means: (the system, names of the withheld ones). defined: items that were rated.

    The attacker is even told which withheld items were rated by anybody, which the report does not say.
    """
    system, withheld = Unknowns(), []
    coarse = {(e["what"], e["code"]) for e in evaluation["suppressed"] if e["reason"] == WHOLE_POINTS}
    items: dict[str, list[str]] = {}
    for item in evaluation["items"]:
        if item["code"] not in defined:
            continue
        items.setdefault(item["dimension"], []).append(item["code"])
        low, high = 0.0, 100.0
        if item["score"] is not None:
            low, high = float(item["score"]) - ROUNDING, float(item["score"]) + ROUNDING
        else:
            withheld.append(item["code"])
        system.add(item["code"], max(low, 0), min(high, 100))
    weights = {d["code"]: float(d["weight"]) for d in evaluation["dimensions"] if d["code"] in items}
    for dimension in evaluation["dimensions"]:
        code = dimension["code"]
        if code not in items:
            continue
        system.add(code, *map(float, dimension["range"] or ("0", "100")))
        system.between({code: 1, **{item: -1 / len(items[code]) for item in items[code]}}, 0, 0)
        if dimension["score"] is not None:
            system.between({code: 1}, float(dimension["score"]) - ROUNDING, float(dimension["score"]) + ROUNDING)
        elif ("dimensions", code) not in coarse:
            withheld.append(code)
    total = {code: weight / sum(weights.values()) for code, weight in weights.items()}
    if evaluation["score"] is not None:
        system.between(total, float(evaluation["score"]) - ROUNDING, float(evaluation["score"]) + ROUNDING)
    if evaluation["score"] is None and evaluation["grade"] is not None:
        band = next(b for b in form().bands if b.code == evaluation["grade_code"])
        system.between(total, float(band.minimum), float(band.maximum))
    if evaluation["range"] is not None:
        system.between(total, *map(float, evaluation["range"]))
    if evaluation["score"] is None and total:
        system.add("total", 0, 100)
        system.between({"total": 1, **{code: -share for code, share in total.items()}}, 0, 0)
        if ("score", None) not in coarse:
            withheld.append("total")
    return system, withheld


@settings(max_examples=120, deadline=None)
@given(st.one_of(ballots(5, 9), ballots(10, 16)), st.sampled_from([5, 10, 14]))
def test_every_withheld_score_keeps_an_interval(team: list[Ballot], texts_minimum: int) -> None:
    counted = tally(form(), team)
    counts = {item.code: counted.counts(item) for item in form().scored_items}
    truth = score(form(), counts)
    evaluation = only(disclose(record(team, questionnaire=form(), texts_minimum=texts_minimum)))
    defined = {code for code, value in truth.items.items() if value is not None}
    system, withheld = scores_of(evaluation, defined)
    known = {**truth.items, **truth.dimensions, "total": truth.total}
    for name in withheld:
        low, high = system.range_of(name)
        value = float(known[name] or 0)
        assert low - 0.01 <= value <= high + 0.01, f"{name}: the attacker's own equations are wrong"
        assert high - low >= ENOUGH, f"{name} = {value} is known to lie in {low:.2f}..{high:.2f}"


@settings(max_examples=100, deadline=None)
@given(ballots(5, 14))
def test_how_satisfied_answers_divide_among_the_options_stays_open(team: list[Ballot]) -> None:
    overall = only(disclose(record(team, questionnaire=form(), texts_minimum=14)))["overall"]
    if overall["counts"] is not None or overall["satisfied"] is None:
        return
    system = Unknowns()
    for code in ("A", "B", "C", "X", "blank"):
        system.add(code, 0, len(team))
    system.between(dict.fromkeys(("A", "B", "C", "X", "blank"), 1.0), len(team), len(team))
    system.between({"A": 1, "B": 1}, overall["satisfied"], overall["satisfied"])
    system.between({"A": 1, "B": 1, "C": 1}, overall["rated"], overall["rated"])
    if overall["satisfied"]:
        for code in ("A", "B"):
            low, high = system.range_of(code)
            assert high - low >= 1


@settings(max_examples=80, deadline=None)
@given(st.lists(ballots(1, 9), min_size=2, max_size=4))
def test_no_count_of_a_small_teams_checklist_follows_from_the_pool(teams: list[list[Ballot]]) -> None:
    report = disclose(record(*teams, questionnaire=form()))
    pooled = report["pooled_checklist"]
    if pooled is None:
        return
    sizes = {e["team"]: e["counted"] for e in report["evaluations"] if e["counted"] < 10}
    assert list(sizes) == pooled["teams"]
    for line in pooled["checklist"]:
        if line["bands"] is None:
            continue
        system = Unknowns()
        for team, size in sizes.items():
            for code in line["bands"]:
                system.add(f"{team} {code}", 0, size)
            system.between({f"{team} {code}": 1.0 for code in line["bands"]}, size, size)
        for code, band in line["bands"].items():
            least, most = map(int, band.split("-"))
            system.between({f"{team} {code}": 1.0 for team in sizes}, least, most)
        for name in list(system.names):
            low, high = system.range_of(name)
            assert high - low >= 1 - 1e-6, f"{name} is known to be {low:.0f}"


def rated(least: int, most: int) -> st.SearchStrategy[list[Ballot]]:
    """Everybody rates everything: then sums of scores are what an attacker can subtract."""
    option = st.sampled_from("AAABCD")
    answers = {**{item.code: option for item in form().scored_items}, "O-1": st.sampled_from("AABC")}
    return st.lists(st.fixed_dictionaries(answers), min_size=least, max_size=most)


def difference_of(first: Mapping[str, Any], second: Mapping[str, Any] | None, again: int, few: int) -> Unknowns:
    """What two results say about the few who are in the first only, if the others answered alike both times.

    Unknown are the mean scores per item of those asked again ("again D1-1") and of the few ("few D1-1").
    """
    system = Unknowns()
    codes = [item.code for item in form().scored_items]
    for code in codes:
        system.add(f"again {code}", 0, 100)
        system.add(f"few {code}", 0, 100)
    both = again + few
    for shown, parts in ((first, {"again": again / both, "few": few / both}), (second, {"again": 1.0})):
        if shown is None:
            continue
        means = {code: {f"{who} {code}": share for who, share in parts.items()} for code in codes}
        for item in shown["items"]:
            if item["score"] is not None:
                system.between(means[item["code"]], float(item["score"]) - ROUNDING, float(item["score"]) + ROUNDING)
        total: dict[str, float] = {}
        for dimension, entry in zip(form().dimensions, shown["dimensions"], strict=True):
            row: dict[str, float] = {}
            for item in dimension.items:
                for name, share in means[item.code].items():
                    row[name] = share / len(dimension.items)
            total |= {name: share * float(dimension.weight) / 100 for name, share in row.items()}
            if entry["score"] is not None:
                system.between(row, float(entry["score"]) - ROUNDING, float(entry["score"]) + ROUNDING)
        if shown["score"] is not None:
            system.between(total, float(shown["score"]) - ROUNDING, float(shown["score"]) + ROUNDING)
        elif shown["grade"] is not None:
            band = next(b for b in form().bands if b.code == shown["grade_code"])
            system.between(total, float(band.minimum), float(band.maximum))
    return system


@settings(max_examples=25, deadline=None)
@given(rated(10, 14), rated(1, 4))
def test_a_second_round_with_almost_the_same_people_says_nothing_about_the_others(
    again: list[Ballot], few: list[Ballot]
) -> None:
    first = only(disclose(record([*again, *few], questionnaire=form())))
    overlap = Overlap("上一轮", len(few), 0)
    second = only(disclose(record(again, questionnaire=form(), overlap=overlap)))
    alone = difference_of(first, None, len(again), len(few))
    together = difference_of(first, second, len(again), len(few))
    for item in form().scored_items:
        before, after = alone.range_of(f"few {item.code}"), together.range_of(f"few {item.code}")
        assert after[1] - after[0] >= min(ENOUGH, before[1] - before[0]) - 1e-6


def test_the_solver_would_find_the_few_without_the_rule_for_overlaps() -> None:
    """The attack itself works: two whole results subtracted give the scores of the one person that was left out."""
    again = [{**full("B", "B")} for _ in range(12)]
    few = [full("D", "C")]
    first = only(disclose(record([*again, *few], questionnaire=form())))
    second = only(disclose(record(again, questionnaire=form())))
    low, high = difference_of(first, second, 12, 1).range_of("few D2-1")
    assert high - low < 0.3
    assert low <= 0.2


def exact_pool(counts: Sequence[int]) -> dict[str, str]:
    return {code: f"{n}-{n}" for code, n in zip(("N", "Y", "X", "blank"), counts, strict=True)}


def test_the_solver_would_find_a_sum_that_is_published_exactly() -> None:
    """The attack itself works: with exact sums, "nobody in the pool" is "nobody in each team"."""
    system = Unknowns()
    for team in ("a", "b"):
        for code in ("N", "Y", "X", "blank"):
            system.add(f"{team} {code}", 0, 6)
        system.between({f"{team} {code}": 1.0 for code in ("N", "Y", "X", "blank")}, 6, 6)
    for code, band in exact_pool([9, 0, 2, 1]).items():
        least, most = map(int, band.split("-"))
        system.between({f"{team} {code}": 1.0 for team in ("a", "b")}, least, most)
    assert system.range_of("a Y") == (0, 0)
    low, high = system.range_of("a N")
    assert high > low


@pytest.mark.parametrize("n", [10, 12])
def test_the_solver_would_find_a_lone_withheld_item(n: int) -> None:
    """The attack itself works: with its dimension and all others shown, a withheld mean is known to the digit."""
    system = Unknowns()
    system.add("D2-1", 90 - ROUNDING, 90 + ROUNDING)
    system.add("D2-2", 0, 100)
    system.between({"D2-1": 0.5, "D2-2": 0.5}, 85 - ROUNDING, 85 + ROUNDING)
    low, high = system.range_of("D2-2")
    assert high - low < 0.1
    assert low <= 80 <= high
