"""Turnout of one round: entitled, printed, used, ballots, and both rates; and the same for a wall in the hall.

Law: the figures are those of survey.domain.turnout (steps of five, at most every ten minutes while open); nothing
finer is computed here, so nobody who watches this page sees one person arrive. The wall shows teams only. It needs no
sign-in, for a session must not stay open in a hall: whoever has its address, made with the server's key, sees it.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.local_time import BEIJING
from survey.domain.rounds import COLLECTED, Round, State
from survey.domain.scoring import half_up, rate
from survey.domain.staff import OFFICE
from survey.domain.turnout import STEP, WINDOW_SECONDS, WINDOWS_APART, paced_turnout
from survey.office.needs import Services

_COUNTS = ("entitled", "printed", "used", "ballots")
_ON_WALL = frozenset({State.PRINTED, State.OPEN, State.CLOSED})


def install(blueprint: Blueprint, services: Services) -> None:
    def figures(round_: Round) -> dict[str, Any]:
        counts = paced_turnout(round_, services.registry, services.box, services.clock())
        teams = counts["evaluations"]
        # Sums are sums of what is shown, or the sum would tell what the rows hide.
        total: dict[str, Any] = {name: sum(team[name] for team in teams) for name in _COUNTS}
        for row in (*teams, total):
            row["participation"] = _percent(row["ballots"], row["entitled"])
            row["returned"] = _percent(row["ballots"], row["printed"])
        window = counts["window"]
        return {
            "teams": teams,
            "total": total,
            "step": STEP,
            "exact": round_.state in COLLECTED,
            "collecting": round_.state is State.OPEN,
            "taken": None if window is None else (_clock(window), _clock(window + WINDOWS_APART)),
        }

    def key_of(round_id: str) -> str:
        """128 bits that only this server can make: the address of the wall cannot be guessed from the round."""
        return services.settings.vault.keyed_hash("wall", round_id).hex()[:32]

    @blueprint.get("/rounds/<round_id>/turnout", endpoint="show-turnout")
    @serves(OFFICE)
    def show_turnout(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        wall = key_of(round_.id) if round_.state in _ON_WALL else None
        return render_template("office/turnout.html", round=round_, wall=wall, here="rounds", **figures(round_))

    @blueprint.get("/wall/<round_id>/<key>", endpoint="show-wall")
    @serves("public")
    def show_wall(round_id: str, key: str) -> ResponseReturnValue:
        if not hmac.compare_digest(key.encode(), key_of(round_id).encode()):
            abort(404)
        round_ = get_round(services.registry, round_id)
        if round_.state not in _ON_WALL:
            abort(404)
        moving = round_.state is State.OPEN and "still" not in request.args
        page = render_template("office/wall.html", round=round_, moving=moving, **figures(round_))
        return Response(page, headers={"Refresh": "60"} if moving else None)


def _clock(window: int) -> str:
    """The beginning of a window of ten minutes, as the clock in the hall shows it."""
    return datetime.fromtimestamp(window * WINDOW_SECONDS, UTC).astimezone(BEIJING).strftime("%H:%M")


def _percent(part: int, whole: int) -> str | None:
    """One decimal, half up ("97.9"); None where there is nothing to divide by."""
    exact = rate(part, whole)
    return None if exact is None else half_up(exact, 1)
