"""Tally records for tests, from raw ballots through the real Tally."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from survey.domain.questionnaire import Questionnaire, default_questionnaire
from survey.domain.results.answers import Answers
from survey.domain.results.overlap import Overlap
from survey.domain.results.tally import Tally, build_record
from survey.domain.rounds import Custodian, Evaluation, Round, State, Unit

Ballot = Mapping[str, str]  # item or open question code -> option or text


def counter_randomness() -> Callable[[int], bytes]:
    """Different bytes at each call, the same in every run."""
    calls = 0

    def randomness(n: int) -> bytes:
        nonlocal calls
        calls += 1
        return hashlib.sha256(calls.to_bytes(4, "big")).digest()[:n]

    return randomness


def tally(questionnaire: Questionnaire, ballots: Sequence[Ballot], void: Sequence[str] = ()) -> Tally:
    result = Tally(questionnaire)
    questions = {question.code for question in questionnaire.open_questions}
    for ballot in ballots:
        texts = {code: value for code, value in ballot.items() if code in questions}
        result.add(Answers({code: value for code, value in ballot.items() if code not in questions}, texts))
    for reason in void:
        result.add_void(reason)
    return result


def record(
    *teams: Sequence[Ballot],
    questionnaire: Questionnaire | None = None,
    entitled: int | None = None,
    used: int | None = None,
    void: Sequence[str] = (),
    minimum_group: int = 5,
    texts_minimum: int = 10,
    overlap: Overlap | None = None,
) -> bytes:
    """The record of a round whose teams gave these ballots; everybody entitled took part unless said otherwise.

    overlap: of the first team.
    """
    form = questionnaire or default_questionnaire()
    numbers = {f"e{index}": len(ballots) + len(void) for index, ballots in enumerate(teams, 1)}
    evaluations = tuple(
        Evaluation(code, f"第{code}巡察组", (Unit(f"u-{code}", f"单位{code}", entitled or max(n, 1)),))
        for code, n in numbers.items()
    )
    round_ = Round(
        id="round",
        name="2026年第一轮巡察",
        state=State.CLOSED,
        questionnaire=form,
        evaluations=evaluations,
        custodians=(Custodian(1, "巡察办"), Custodian(2, "纪委"), Custodian(3, "组织部")),
        minimum_group=minimum_group,
        texts_minimum=texts_minimum,
    )
    codes_used = {code: n if used is None else used for code, n in numbers.items()}
    return build_record(
        round_,
        {f"e{index}": tally(form, ballots, void) for index, ballots in enumerate(teams, 1)},
        codes_used,
        {code: {f"u-{code}": n} for code, n in codes_used.items()},
        bytes(32),
        [1, 3],
        counter_randomness(),
        {"e1": overlap},
    )


def full(option: str = "A", overall: str = "A", check: str = "N", **others: str) -> dict[str, str]:
    """A ballot with the same answer to every item, except for `others` (with _ for - in the codes)."""
    form = default_questionnaire()
    ballot = dict.fromkeys((item.code for item in form.scored_items), option)
    ballot |= dict.fromkeys((item.code for item in form.checklist.items if form.checklist), check)  # type: ignore[union-attr]  # the default form has a checklist
    return {**ballot, "O-1": overall, **{code.replace("_", "-"): value for code, value in others.items()}}


def only(report: Mapping[str, Any]) -> dict[str, Any]:
    """The one evaluation of a report."""
    (evaluation,) = report["evaluations"]
    return dict(evaluation)
