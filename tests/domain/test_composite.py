"""The composite score: exact, by the frozen rule, and never a way around a withheld total."""

from __future__ import annotations

import copy
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.disclosure import disclose
from survey.domain.forms.form import Composite
from survey.domain.questionnaire import Questionnaire, default_questionnaire, parse_questionnaire
from survey.domain.results.composite import Entered, check_entered, composite_score
from survey.errors import InvalidInput
from tests.domain.results import full, only, record

RULE = Composite(Fraction(3, 10), Fraction(7, 10), True)


def form() -> Questionnaire:
    document = copy.deepcopy(default_questionnaire().document)
    document["scoring"]["composite"].update(enabled=True, deductions=True)
    return parse_questionnaire(document)


def team(n: int) -> list[dict[str, str]]:
    return [full("ABC"[i % 3], "AB"[i % 2]) for i in range(n)]


def test_weights_and_deductions_make_the_score_and_its_grade() -> None:
    evaluation = only(
        disclose(record(team(30), questionnaire=form()), {"e1": Entered(Fraction(90), Fraction(2), "超标")})
    )
    assert evaluation["score"] == "80.00"
    assert evaluation["composite"] == {
        "quality": "90.00",
        "deductions": "2.00",
        "deductions_reason": "超标",
        "score": "85.00",
        "grade": "良好",
        "grade_en": "Good",
    }


def test_before_the_quality_score_is_entered_the_composite_is_open_with_its_reason() -> None:
    evaluation = only(disclose(record(team(30), questionnaire=form())))
    assert evaluation["composite"]["score"] is None
    assert [entry["reason"] for entry in evaluation["suppressed"]] == ["quality-not-entered"]


@pytest.mark.parametrize("ballots", [team(4), [full("A", "A")] * 7])
def test_where_the_total_is_withheld_so_is_the_composite_from_which_it_could_be_computed(ballots) -> None:
    evaluation = only(disclose(record(ballots, questionnaire=form()), {"e1": Entered(Fraction(90))}))
    assert evaluation["score"] is evaluation["composite"]["score"] is None


def test_a_form_without_the_rule_shows_no_composite() -> None:
    assert "composite" not in only(disclose(record(team(30))))


@given(st.fractions(0, 100), st.fractions(0, 100), st.fractions(0, 100))
def test_a_composite_lies_between_0_and_100(total: Fraction, quality: Fraction, deductions: Fraction) -> None:
    assert 0 <= composite_score(RULE, total, Entered(quality, deductions)) <= 100


@pytest.mark.parametrize(
    ("rule", "entered", "words"),
    [
        (None, Entered(Fraction(90)), "no composite score"),
        (RULE, Entered(Fraction(101)), "The quality score: 101"),
        (RULE, Entered(Fraction(1, 3)), "at most 2 decimals"),
        (RULE, Entered(Fraction(90), Fraction(-1), "x"), "The deductions: -1"),
        (RULE, Entered(Fraction(90), Fraction(1)), "their reason belong together"),
        (RULE, Entered(Fraction(90), Fraction(0), "x"), "their reason belong together"),
        (RULE, Entered(Fraction(90), Fraction(1), "x" * 201), "at most 200"),
        (Composite(Fraction(1, 2), Fraction(1, 2), False), Entered(Fraction(90), Fraction(1), "x"), "no deductions"),
    ],
)
def test_what_the_rule_does_not_allow_is_not_entered(rule: Composite | None, entered: Entered, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        check_entered(rule, entered)
