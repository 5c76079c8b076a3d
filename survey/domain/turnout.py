"""Turnout: how many codes were printed and used, how many ballots are in.

Law: while a round is open every count moves in steps of five, so that nobody can watch one person arrive.
"""

from __future__ import annotations

from typing import Any

from survey.domain.ports import BallotBox, Registry
from survey.domain.rounds import COLLECTED, Evaluation, Round, State

STEP = 5


def in_steps(count: int) -> int:
    """The count, rounded down to a multiple of five."""
    return count - count % STEP


def turnout(round_: Round, registry: Registry, box: BallotBox) -> dict[str, Any]:
    """What `survey round status --json` prints; exact after closing, in steps of five before."""
    return {
        "round": round_.id,
        "name": round_.name,
        "state": round_.state.value,
        "evaluations": [_of_evaluation(round_, evaluation, registry, box) for evaluation in round_.evaluations],
    }


def used_codes(evaluation: Evaluation, registry: Registry) -> int:
    return sum(unit.used for unit in registry.turnout(evaluation.id))


def _of_evaluation(round_: Round, evaluation: Evaluation, registry: Registry, box: BallotBox) -> dict[str, Any]:
    exact = round_.state in COLLECTED
    shown = int if exact else in_steps
    by_unit = {unit.unit_id: unit for unit in registry.turnout(evaluation.id)}
    used = sum(unit.used for unit in by_unit.values())
    printed = 0 if round_.state is State.DRAFT else evaluation.printed(round_.spare_percent)
    return {
        "id": evaluation.id,
        "team": evaluation.team,
        "entitled": evaluation.entitled,
        "printed": printed,
        "used": shown(used),
        "ballots": shown(box.count(evaluation.id)),
        "exact": exact,
        "units": [
            {
                "name": unit.name,
                "entitled": unit.entitled,
                "printed": 0 if round_.state is State.DRAFT else unit.codes_to_print(round_.spare_percent),
                "used": shown(by_unit[unit.id].used) if unit.id in by_unit else 0,
            }
            for unit in evaluation.units
        ],
    }
