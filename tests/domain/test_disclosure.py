"""The disclosure rule: small groups stay hidden, also from somebody who subtracts."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.domain.disclosure import disclose
from survey.domain.questionnaire import Questionnaire, default_questionnaire, parse_questionnaire
from survey.domain.results.overlap import Overlap
from survey.domain.scoring import half_up, score, scored_answers, wilson
from survey.errors import InvalidInput
from tests.domain.results import Ballot, full, only, record, tally

MIXED = [full("A"), full("B", "B"), full("A", "A", "X"), full("C", "C"), full("B", "A"), full("A", "B", "Y")]


def mixed(n: int) -> list[dict[str, str]]:
    return [MIXED[i % len(MIXED)] for i in range(n)]


def satisfied(yes: int, no: int, silent: int = 0, **changes: Any) -> dict[str, Any]:
    """A team that agrees in nothing but the overall question, where so many are satisfied or not."""
    said = ["A"] * yes + ["C"] * no + ["X"] * silent
    ballots = [{**ballot, "O-1": answer} for ballot, answer in zip(mixed(len(said)), said, strict=True)]
    return only(disclose(record(ballots, **changes)))


def reasons(evaluation: dict[str, Any]) -> set[tuple[str, str]]:
    return {(entry["what"], entry["reason"]) for entry in evaluation["suppressed"]}


FIGURES = ("score", "grade", "grade_code", "satisfaction", "satisfaction_of_valid", "satisfaction_of_entitled")


@pytest.mark.parametrize("n", [0, 1, 4])
def test_below_the_minimum_group_no_figure_is_shown(n: int) -> None:
    evaluation = only(disclose(record(mixed(n))))
    assert [evaluation[key] for key in FIGURES] == [None] * len(FIGURES)
    assert all(d["score"] is None for d in evaluation["dimensions"])
    assert all(i["score"] is None and i["counts"] is None and i["answered"] is None for i in evaluation["items"])
    assert all(c["counts"] is None for c in evaluation["checklist"])
    assert evaluation["overall"]["counts"] is None
    assert evaluation["texts"] == {"C-1": None, "C-2": None}
    assert reasons(evaluation) == {("all", "fewer-than-minimum-group")}
    assert (evaluation["counted"], evaluation["used"]) == (n, n)


@pytest.mark.parametrize("n", [5, 9])
def test_from_the_minimum_group_total_grade_and_satisfaction_are_shown_and_nothing_else(n: int) -> None:
    evaluation = satisfied(n - 2, 2)
    assert all(evaluation[key] is not None for key in FIGURES)
    assert all(d["score"] is None for d in evaluation["dimensions"])
    assert all(i["score"] is None and i["counts"] is None for i in evaluation["items"])
    assert all(c["counts"] is None for c in evaluation["checklist"])
    assert evaluation["overall"]["counts"] is None
    assert evaluation["texts"] == {"C-1": None, "C-2": None}
    assert reasons(evaluation) == {
        (what, "fewer-than-texts-minimum") for what in ("dimensions", "items", "checklist", "texts")
    }


def test_from_the_texts_minimum_everything_is_shown() -> None:
    ballots = [{**ballot, "C-1": f"意见{n}"} for n, ballot in enumerate(mixed(10))]
    evaluation = only(disclose(record(ballots)))
    assert evaluation["suppressed"] == []
    assert all(i["score"] is not None and sum(i["counts"].values()) == 10 for i in evaluation["items"])
    assert list(evaluation["items"][0]["counts"]) == ["A", "B", "C", "D", "X", "blank"]
    assert sorted(evaluation["texts"]["C-1"]) == [f"意见{n}" for n in range(10)]
    assert evaluation["texts"]["C-2"] == []


def test_the_figures_are_those_of_the_scoring_rule_as_printed() -> None:
    form = default_questionnaire()
    ballots = mixed(40)
    counted = tally(form, ballots)
    scores = score(form, {item.code: counted.counts(item) for item in form.scored_items})
    evaluation = only(disclose(record(ballots, entitled=48)))
    assert scores.total is not None
    assert evaluation["score"] == half_up(scores.total, 2)
    satisfied = sum(ballot["O-1"] in "AB" for ballot in ballots)
    assert (
        evaluation["satisfaction"] == evaluation["satisfaction_of_valid"] == half_up(Fraction(satisfied * 100, 40), 1)
    )
    assert evaluation["satisfaction_of_entitled"] == half_up(Fraction(satisfied * 100, 48), 1)
    assert evaluation["participation_rate"] == "83.3"
    assert evaluation["return_rate"] == half_up(Fraction(4000, evaluation["printed"]), 1)


def test_the_headline_satisfaction_follows_the_questionnaire() -> None:
    document = copy.deepcopy(default_questionnaire().document)
    document["scoring"]["headline_denominator"] = "entitled"
    evaluation = only(disclose(record(mixed(40), entitled=50, questionnaire=parse_questionnaire(document))))
    assert evaluation["satisfaction"] == evaluation["satisfaction_of_entitled"] != evaluation["satisfaction_of_valid"]


@pytest.mark.parametrize(
    ("entitled", "graded", "reference_only"),
    [(20, True, False), (30, True, False), (31, True, True), (40, True, True), (41, False, False)],
)
def test_low_participation_takes_the_grade_and_lower_still_is_for_reference(
    entitled: int, graded: bool, reference_only: bool
) -> None:
    evaluation = only(disclose(record(mixed(20), entitled=entitled)))
    assert (evaluation["grade"] is not None) == graded
    assert evaluation["reference_only"] == reference_only
    assert evaluation["score"] is not None
    assert (("grade", "participation-too-low") in reasons(evaluation)) == (not graded)


def test_a_participation_rule_is_named_as_it_is_computed() -> None:
    """Two thirds are not 66.67 %: whoever took part to exactly two thirds is not below."""
    said = {
        entry["reason"]: (entry["zh"], entry["en"])
        for entitled in (40, 41)
        for team in [only(disclose(record(mixed(20), entitled=entitled)))]
        for entry in (*team["notes"], *team["suppressed"])
    }
    assert said["participation-low"] == (
        "参评率低于2/3，结果仅供参考。",
        "Participation is below 2/3: the result is for reference only.",
    )
    assert said["participation-too-low"] == (
        "参评率低于50%，不评等次。",
        "Participation is below 50%: no grade is given.",
    )


def test_more_ballots_than_used_codes_show_nothing() -> None:
    evaluation = only(disclose(record(mixed(20), used=20, void=["not-json"])))
    assert evaluation["score"] is None
    assert reasons(evaluation) == {("all", "counted-exceeds-used")}


def test_more_ballots_than_people_are_noted() -> None:
    evaluation = only(disclose(record(mixed(12), entitled=11)))
    assert [note["reason"] for note in evaluation["notes"]] == ["counted-exceeds-entitled"]
    assert evaluation["participation_rate"] == "109.1"


def few(item: str, rated: int, n: int, option: str = "D") -> list[dict[str, str]]:
    """n ballots; only `rated` of them rate the item, all with this option."""
    return [{**ballot, item: option if i < rated else "X"} for i, ballot in enumerate(mixed(n))]


def test_an_item_rated_by_fewer_than_the_minimum_hides_among_others_and_its_dimension_is_shown_in_whole_points() -> (
    None
):
    evaluation = only(disclose(record(few("D1-1", 1, 40))))
    hidden = {i["code"] for i in evaluation["items"] if i["counts"] is None}
    assert "D1-1" in hidden
    assert len(hidden) >= 2
    assert {code[:2] for code in hidden} == {"D1"}
    low, high = map(Fraction, evaluation["dimensions"][0]["range"])
    assert (evaluation["dimensions"][0]["score"], high - low) == (None, 1)
    assert evaluation["dimensions"][1]["score"] is not None
    assert evaluation["score"] is not None
    assert reasons(evaluation) == {
        ("items", "too-few-answers"),
        ("items", "protects-another-figure"),
        ("dimensions", "shown-in-whole-points"),
    }


def test_where_all_items_together_cannot_hide_it_the_dimension_and_the_total_are_withheld() -> None:
    # The whole dimension is at the top of the scale, so every score is known whatever is hidden.
    ballots = [{**b, "D6-1": "A", "D6-2": "A", "D6-3": "A" if i < 2 else "X"} for i, b in enumerate(mixed(40))]
    evaluation = only(disclose(record(ballots)))
    assert [d["code"] for d in evaluation["dimensions"] if d["score"] is None] == ["D6"]
    assert evaluation["score"] is evaluation["grade"] is None
    assert ("dimensions", "protects-another-figure") in reasons(evaluation)


def test_items_at_both_ends_of_the_scale_hide_each_other_because_any_may_be_the_low_one() -> None:
    ballots = [{**b, "D6-1": "A", "D6-2": "A", "D6-3": "D" if i < 2 else "X"} for i, b in enumerate(mixed(40))]
    evaluation = only(disclose(record(ballots)))
    assert {"D6-1", "D6-3"} <= {i["code"] for i in evaluation["items"] if i["counts"] is None}
    assert evaluation["dimensions"][5]["range"] == ["66.00", "67.00"]


def test_the_two_numbers_that_follow_from_both_rates_are_shown_with_them() -> None:
    overall = satisfied(5, 2)["overall"]
    assert (overall["counts"], overall["satisfied"], overall["rated"]) == (None, 5, 7)


def test_an_item_that_nobody_rated_shows_its_counts_and_no_score() -> None:
    evaluation = only(disclose(record(few("D1-1", 0, 20))))
    item = evaluation["items"][0]
    assert item["counts"]["X"] == 20
    assert item["score"] is None
    assert ("items", "no-scored-answers") in reasons(evaluation)
    assert evaluation["dimensions"][0]["score"] is not None


def test_satisfaction_rated_by_fewer_than_the_minimum_is_hidden_with_its_counts() -> None:
    ballots = [{**b, "O-1": "C" if i < 4 else "X"} for i, b in enumerate(mixed(40))]
    evaluation = only(disclose(record(ballots)))
    assert evaluation["satisfaction"] is evaluation["satisfaction_of_entitled"] is None
    assert evaluation["overall"]["counts"] is None


@pytest.mark.parametrize("option", ["A", "D"])
def test_a_small_group_that_agrees_in_everything_shows_the_end_of_the_scale_as_a_range(option: str) -> None:
    evaluation = only(disclose(record([full(option, "A" if option == "A" else "C")] * 7)))
    assert evaluation["score"] is evaluation["satisfaction"] is evaluation["satisfaction_of_entitled"] is None
    assert evaluation["grade"] == {"A": "优秀", "D": "不合格"}[option]
    assert evaluation["range"] == {"A": ["95.00", "100.00"], "D": ["0.00", "5.00"]}[option]
    assert evaluation["satisfaction_range"]["of_valid"] == {"A": ["85.7", "100.0"], "D": ["0.0", "14.3"]}[option]
    assert {("score", "small-shown-as-range"), ("satisfaction", "small-shown-as-range")} <= reasons(evaluation)


@pytest.mark.parametrize("others", [{}, {"D5_1": "B"}, {"D1_1": "B", "D2_1": "B", "D3_1": "B"}])
def test_every_small_total_near_an_end_of_the_scale_is_the_same_range(others: dict[str, str]) -> None:
    """A dash for the very best ones alone would say that nearly everybody chose the best of everything."""
    evaluation = only(disclose(record([full("A", "A") for _ in range(6)] + [full("A", "B", **others)])))
    assert (evaluation["score"], evaluation["grade"]) == (None, "优秀")
    assert evaluation["range"] == ["95.00", "100.00"]


@pytest.mark.parametrize("last", ["B", "A", "D"])
def test_a_small_group_that_gave_one_answer_to_everything_shows_the_range_of_its_grade(last: str) -> None:
    evaluation = only(disclose(record([full("B", "B")] * 8 + [full(last, "B")])))
    assert evaluation["score"] is None
    assert evaluation["range"] == {"良好": ["80.00", "90.00"], "合格": ["60.00", "80.00"]}[evaluation["grade"]]


def test_no_table_is_shown_of_a_group_that_may_be_of_one_mind_however_low_the_round_sets_its_minimum() -> None:
    ballots = [{**ballot, "C-1": "意见"} for ballot in mixed(9)]
    report = disclose(record(ballots, texts_minimum=5))
    evaluation = only(report)
    assert report["texts_minimum"] == 10
    assert all(entry["score"] is None for entry in (*evaluation["items"], *evaluation["dimensions"]))
    assert all(line["counts"] is None for line in evaluation["checklist"])
    assert evaluation["texts"]["C-1"] is None
    assert only(disclose(record(ballots + mixed(1), texts_minimum=5)))["items"][0]["score"] is not None


def test_a_small_group_where_all_are_satisfied_in_different_degrees_shows_a_range() -> None:
    evaluation = only(disclose(record([full("A", "A")] * 3 + [full("B", "B")] * 4)))
    assert evaluation["satisfaction"] is None
    assert evaluation["satisfaction_range"]["satisfied"] == [6, 7]
    assert evaluation["score"] is not None


@pytest.mark.parametrize(("size", "silent"), [(5, 0), (7, 0), (9, 0), (5, 3)])
@pytest.mark.parametrize("texts_minimum", [5, 10])
def test_whether_one_person_of_a_small_group_disagreed_changes_no_figure(
    size: int, silent: int, texts_minimum: int
) -> None:
    def about_all(evaluation: dict[str, Any]) -> dict[str, Any]:
        return {key: evaluation[key] for key in evaluation if key.startswith("satisfaction") or key == "overall"}

    def shown(yes: int, no: int) -> dict[str, Any]:
        return about_all(satisfied(yes, no, silent, texts_minimum=texts_minimum))

    assert shown(size, 0) == shown(size - 1, 1)
    assert shown(0, size) == shown(1, size - 1)
    assert shown(size, 0) != shown(0, size)


def test_a_range_of_satisfaction_names_both_ends_by_both_denominators_and_an_interval_around_both() -> None:
    evaluation = satisfied(6, 1, entitled=14)
    assert evaluation["satisfaction_range"] == {
        "satisfied": [6, 7],
        "of_valid": ["85.7", "100.0"],
        "of_entitled": ["42.9", "50.0"],
    }
    lower, upper = (wilson(Fraction(n, 7), 7) for n in (6, 7))
    assert evaluation["satisfaction_interval"] == [half_up(100 * lower[0], 1), half_up(100 * upper[1], 1)]
    assert (evaluation["overall"]["rated"], evaluation["overall"]["satisfied"]) == (7, None)


def test_a_small_group_that_is_divided_shows_its_rate() -> None:
    evaluation = satisfied(5, 2)
    assert (evaluation["satisfaction"], evaluation["satisfaction_range"]) == ("71.4", None)


def test_ten_ballots_of_which_all_are_satisfied_show_their_rate() -> None:
    evaluation = satisfied(10, 0)
    assert (evaluation["satisfaction"], evaluation["satisfaction_range"]) == ("100.0", None)


def test_a_group_of_ten_that_agrees_shows_its_figures() -> None:
    evaluation = only(disclose(record([full()] * 10)))
    assert (evaluation["score"], evaluation["satisfaction"]) == ("100.00", "100.0")


def test_a_form_with_one_dimension_does_not_show_a_withheld_total_under_its_name() -> None:
    document = copy.deepcopy(default_questionnaire().document)
    document["dimensions"] = [{**document["dimensions"][0], "weight": 100}]
    form = parse_questionnaire(document)
    ballots = [{f"D1-{n}": "A" for n in range(1, 5)} | {"O-1": "A"}] * 7
    evaluation = only(disclose(record(ballots, questionnaire=form)))
    assert evaluation["score"] is evaluation["dimensions"][0]["score"] is None


@pytest.mark.parametrize(("apart", "below", "shown"), [(4, 0, False), (9, 0, False), (10, 0, True), (10, 14, False)])
def test_of_a_second_result_on_almost_the_same_people_the_grade_alone_is_shown(
    apart: int, below: int, shown: bool
) -> None:
    """below: what one of the earlier rounds promised, where that was more."""
    overlap = Overlap("2025年第二轮巡察", apart, below)
    evaluation = only(disclose(record(mixed(30), overlap=overlap)))
    assert evaluation["grade"] is not None
    assert evaluation["texts"]["C-1"] is not None
    figures = [evaluation, *evaluation["dimensions"], *evaluation["items"]]
    assert all((entry["score"] is not None) == shown for entry in figures)
    assert (evaluation["satisfaction"] is not None) == shown
    assert all((line["counts"] is not None) == shown for line in evaluation["checklist"])
    assert (evaluation["overall"]["counts"] is not None) == shown
    if not shown:
        why = next(entry for entry in evaluation["suppressed"] if entry["what"] == "items")
        assert "2025年第二轮巡察" in str(why["zh"])


def test_no_range_is_left_of_a_second_result_on_almost_the_same_people() -> None:
    evaluation = only(disclose(record([full()] * 7, overlap=Overlap("上一轮", 3, 0))))
    assert evaluation["range"] is evaluation["satisfaction_range"] is evaluation["satisfaction_interval"] is None
    assert evaluation["overall"]["rated"] is None


def test_the_checklists_of_small_teams_are_shown_together_only_when_each_hides_behind_the_others() -> None:
    report = disclose(record(mixed(6), mixed(7), mixed(30)))
    pooled = report["pooled_checklist"]
    assert (len(pooled["teams"]), pooled["counted"]) == (2, 13)
    assert all(line["counts"] is None for line in pooled["checklist"])
    assert {line["bands"]["Y"] for line in pooled["checklist"]} == {"0-4"}
    assert disclose(record(mixed(9), mixed(1), mixed(30)))["pooled_checklist"] is None
    assert disclose(record(mixed(9), mixed(30)))["pooled_checklist"] is None


def with_role() -> Questionnaire:
    document = copy.deepcopy(default_questionnaire().document)
    document["optional_role_question"]["enabled"] = True
    return parse_questionnaire(document)


@pytest.mark.parametrize(
    ("roles", "shown"), [("L" * 5 + "S" * 30, True), ("L" * 4 + "S" * 31, False), ("L" * 10 + "S" * 10, False)]
)
def test_roles_are_counted_only_in_large_pools_where_nobody_stands_alone(roles: str, shown: bool) -> None:
    ballots = [{**b, "R-1": role} for b, role in zip(mixed(len(roles)), roles, strict=True)]
    evaluation = only(disclose(record(ballots, questionnaire=with_role())))
    assert (evaluation["role"]["counts"] is not None) == shown


def test_the_report_is_a_function_of_the_record_alone() -> None:
    data = record(mixed(12), mixed(3))
    assert json.dumps(disclose(data)) == json.dumps(disclose(data))


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    report = disclose(record(few("D1-1", 1, 40), mixed(3), mixed(7)))
    entries = [entry for e in report["evaluations"] for entry in e["suppressed"]]
    assert entries
    assert all(entry["zh"].endswith("。") and entry["en"].endswith(".") for entry in entries)


def test_nothing_is_disclosed_from_bytes_that_are_no_record() -> None:
    with pytest.raises(InvalidInput, match="record"):
        disclose(b'{"schema":"survey-report/1"}')


# --- the attack by subtraction -----------------------------------------------------------------------------------


@cache
def small_form() -> Questionnaire:
    """Three dimensions of 1, 2 and 3 items, so that every case of complementary suppression comes up often."""
    document = copy.deepcopy(default_questionnaire().document)
    del document["checklist"]
    document["dimensions"] = document["dimensions"][:3]
    for dimension, size, weight in zip(document["dimensions"], (1, 2, 3), (20, 30, 50), strict=True):
        dimension.update(items=dimension["items"][:size], weight=weight)
    return parse_questionnaire(document)


def small_ballots(minimum: int, maximum: int) -> st.SearchStrategy[list[Ballot]]:
    # Many "don't know": items with few ratings are the interesting ones.
    option = st.sampled_from("AABCDXXXX")
    items = {item.code: option for item in small_form().scored_items}
    return st.lists(
        st.fixed_dictionaries({**items, "O-1": st.sampled_from("ABCX")}), min_size=minimum, max_size=maximum
    )


def solve(rows: list[list[Fraction]], values: list[Fraction], columns: int) -> dict[int, Fraction]:
    """The unknowns that linear equations determine uniquely (Gauss-Jordan): column -> value."""
    table = [[*row, value] for row, value in zip(rows, values, strict=True)]
    pivot_row = 0
    for column in range(columns):
        chosen = next((r for r in range(pivot_row, len(table)) if table[r][column]), None)
        if chosen is None:
            continue
        table[pivot_row], table[chosen] = table[chosen], table[pivot_row]
        lead = table[pivot_row][column]
        table[pivot_row] = [entry / lead for entry in table[pivot_row]]
        for r, row in enumerate(table):
            if r != pivot_row and row[column]:
                factor = row[column]
                table[r] = [a - factor * b for a, b in zip(row, table[pivot_row], strict=True)]
        pivot_row += 1
    found = {}
    for row in table[:pivot_row]:
        unknown = [column for column in range(columns) if row[column]]
        if len(unknown) == 1:
            found[unknown[0]] = row[-1]
    return found


@settings(max_examples=150, deadline=None)
@given(small_ballots(10, 16))
def test_no_withheld_item_can_be_found_by_subtraction_even_from_unrounded_figures(ballots: list[Ballot]) -> None:
    form = small_form()
    counted = tally(form, ballots)
    counts = {item.code: counted.counts(item) for item in form.scored_items}
    truth = score(form, counts)
    evaluation = only(disclose(record(ballots, questionnaire=form)))
    shown_items = {i["code"] for i in evaluation["items"] if i["counts"] is not None}
    # The attacker knows which items are undefined (their counts are shown) and every shown figure exactly.
    unknown = [i.code for i in form.scored_items if i.code not in shown_items]
    for item in form.scored_items:
        if 0 < scored_answers(item.scale, counts[item.code]) < 5:
            assert item.code in unknown
    rows, values = [], []
    total_row, total_value, weights = [Fraction(0)] * len(unknown), Fraction(0), Fraction(0)
    for dimension in form.dimensions:
        defined = [item.code for item in dimension.items if truth.items[item.code] is not None]
        if not defined:
            continue
        row = [Fraction(code in defined, len(defined)) for code in unknown]
        known = sum((truth.items[code] or Fraction(0) for code in defined if code in shown_items), Fraction(0))
        shown = next(d["score"] for d in evaluation["dimensions"] if d["code"] == dimension.code)
        mean = truth.dimensions[dimension.code]
        assert mean is not None
        if shown is not None:
            assert shown == half_up(mean, 2)
            rows.append(row)
            values.append(mean - known / len(defined))
        weights += dimension.weight
        total_row = [a + dimension.weight * b for a, b in zip(total_row, row, strict=True)]
        total_value += dimension.weight * known / len(defined)
    if evaluation["score"] is not None:
        assert truth.total is not None
        rows.append(total_row)
        values.append(truth.total * weights - total_value)
    assert solve(rows, values, len(unknown)) == {}
    # Nor from the ends of the scale: a sum that only best (or only worst) scores can reach names each of them.
    for row, value in zip(rows, values, strict=True):
        if any(row):
            assert 0 < value < 100 * sum(row)


@settings(max_examples=60, deadline=None)
@given(small_ballots(0, 14))
def test_more_ballots_never_show_fewer_kinds_of_figures_than_the_rule_says(ballots: list[Ballot]) -> None:
    evaluation = only(disclose(record(ballots, questionnaire=small_form())))
    n = len(ballots)
    if n < 5:
        assert evaluation["score"] is evaluation["grade"] is evaluation["satisfaction"] is None
    if n < 10:
        assert all(i["counts"] is None for i in evaluation["items"])
        assert all(texts is None for texts in evaluation["texts"].values())
    for figure in (evaluation["score"], *(d["score"] for d in evaluation["dimensions"])):
        assert figure is None or 0 <= Fraction(figure) <= 100
    if evaluation["score"] is None:
        assert {"all", "score"} & {entry["what"] for entry in evaluation["suppressed"]}


def test_bands_of_the_report_follow_each_other() -> None:
    bands = disclose(record(mixed(10)))["questionnaire"]["bands"]
    assert all(upper["min"] == lower["max"] for upper, lower in pairwise(bands))


def test_the_interval_is_withheld_with_its_rate() -> None:
    assert only(disclose(record(mixed(4))))["satisfaction_interval"] is None
