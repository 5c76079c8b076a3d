"""Turnout: how many codes were printed and used, how many ballots are in.

Law: while a round is open every count moves in steps of five, and on pages at most every ten minutes, so that nobody
can watch one person arrive. Whoever runs the command holds the store itself: there the steps stand alone, so that what
is copied from it into a message tells of nobody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.registry import Registry, UnitTurnout
from survey.domain.rounds import COLLECTED, Evaluation, Round, State

STEP = 5
WINDOW_SECONDS = 600
WINDOWS_APART = 2


def in_steps(count: int) -> int:
    """The count, rounded down to a multiple of five."""
    return count - count % STEP


def turnout(round_: Round, registry: Registry, box: BallotBox) -> dict[str, Any]:
    """What `survey round status --json` prints; exact after closing, in steps of five before. Two questions to the
    stores, however many teams there are.
    """
    ids = [evaluation.id for evaluation in round_.evaluations]
    units, ballots = registry.turnout_of(ids), box.counts(ids)
    return {
        "round": round_.id,
        "name": round_.name,
        "state": round_.state.value,
        "evaluations": [
            _of_evaluation(round_, evaluation, units[evaluation.id], ballots[evaluation.id])
            for evaluation in round_.evaluations
        ],
    }


def paced_turnout(round_: Round, registry: Registry, box: BallotBox, now: datetime) -> dict[str, Any]:
    """What pages show: as turnout(), but while the round is open the same for ten minutes or more.

    Steps of five alone would still tell when the fifth person came to whoever looks every second. "window": the
    window of ten minutes in which the figures were taken (its number since 1970), None where they are exact.
    A new snapshot is taken two windows later at the earliest: at least ten minutes apart, whenever somebody looks.
    """
    if round_.state is not State.OPEN:
        return turnout(round_, registry, box) | {"window": None}
    window = int(now.timestamp()) // WINDOW_SECONDS
    kept = registry.find_snapshot(round_.id)
    # A window ahead of the clock: the clock was put back; better a fresh snapshot than none for hours.
    if kept is not None and kept[0] <= window < kept[0] + WINDOWS_APART:
        counts: dict[str, Any] = json.loads(kept[1])
        return counts | {"window": kept[0]}
    counts = turnout(round_, registry, box)
    registry.save_snapshot(round_.id, window, json.dumps(counts, ensure_ascii=False).encode("utf-8"))
    return counts | {"window": window}


def used_codes(evaluation: Evaluation, registry: Registry) -> int:
    return sum(unit.used for unit in registry.turnout(evaluation.id))


def _of_evaluation(round_: Round, evaluation: Evaluation, units: Sequence[UnitTurnout], ballots: int) -> dict[str, Any]:
    exact = round_.state in COLLECTED
    shown = int if exact else in_steps
    by_unit = {unit.unit_id: unit for unit in units}
    used = sum(unit.used for unit in by_unit.values())
    printed = 0 if round_.state is State.DRAFT else evaluation.printed(round_.spare_percent)
    return {
        "id": evaluation.id,
        "team": evaluation.team,
        "entitled": evaluation.entitled,
        "printed": printed,
        "used": shown(used),
        "ballots": shown(ballots),
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
