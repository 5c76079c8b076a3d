"""Turnout of one round: entitled, printed, used, ballots, and both rates.

Law: the figures are those of survey.domain.turnout (steps of five while open); nothing finer is computed here, so
nobody who watches this page sees one person arrive.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.rounds import COLLECTED, State
from survey.domain.scoring import half_up, rate
from survey.domain.staff import OFFICE
from survey.domain.turnout import STEP, turnout
from survey.office.needs import Services

_COUNTS = ("entitled", "printed", "used", "ballots")


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/rounds/<round_id>/turnout", endpoint="show-turnout")
    @serves(OFFICE)
    def show_turnout(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        teams = turnout(round_, services.registry, services.box)["evaluations"]
        # Sums are sums of what is shown, or the sum would tell what the rows hide.
        total: dict[str, Any] = {name: sum(team[name] for team in teams) for name in _COUNTS}
        for row in (*teams, total):
            row["participation"] = _percent(row["ballots"], row["entitled"])
            row["returned"] = _percent(row["ballots"], row["printed"])
        return render_template(
            "office/turnout.html",
            round=round_,
            teams=teams,
            total=total,
            step=STEP,
            exact=round_.state in COLLECTED,
            collecting=round_.state is State.OPEN,
            here="rounds",
        )


def _percent(part: int, whole: int) -> str | None:
    """One decimal, half up ("97.9"); None where there is nothing to divide by."""
    exact = rate(part, whole)
    return None if exact is None else half_up(exact, 1)
