"""Before freezing: which teams are too small to protect the people who answer, or to have anything shown.

Law: pools are teams; nothing is ever shown per unit but how many slips were used. What is said here is said before
anybody has a code, while it can still be changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from survey.domain.rounds import Evaluation, Round


class Danger(StrEnum):
    NO_FIGURES = "no-figures"  # the team can never reach the minimum group
    NO_TEXTS = "no-texts"  # it can never reach the minimum for remarks
    ONE_TINY = "one-tiny"  # two units, one of them so small that the other can subtract itself


@dataclass(frozen=True)
class Caution:
    danger: Danger
    team: str
    entitled: int  # people of the team; ONE_TINY: of the tiny unit
    least: int  # how many would be needed
    unit: str = ""  # ONE_TINY: the tiny unit


def cautions(round_: Round) -> list[Caution]:
    return [caution for evaluation in round_.evaluations for caution in _of_team(evaluation, round_)]


def _of_team(evaluation: Evaluation, round_: Round) -> Iterator[Caution]:
    people = evaluation.entitled
    if people < round_.minimum_group:
        yield Caution(Danger.NO_FIGURES, evaluation.team, people, round_.minimum_group)
    elif people < round_.texts_minimum:
        yield Caution(Danger.NO_TEXTS, evaluation.team, people, round_.texts_minimum)
    if len(evaluation.units) == 2:
        small, large = sorted(evaluation.units, key=lambda unit: unit.entitled)
        if small.entitled < round_.minimum_group <= large.entitled:
            yield Caution(Danger.ONE_TINY, evaluation.team, small.entitled, round_.minimum_group, small.name)
