"""The list of rounds, and the page of one round: its state line, what is next, its teams and units."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.rehearsal import find_rehearsal
from survey.domain.rounds import COUNTED, ORDER, Round, State
from survey.domain.staff import OFFICE
from survey.office import headers
from survey.office.long_steps.watching import work_of
from survey.office.needs import Services
from survey.office.rounds.ceremonies import making_of
from survey.office.rounds.doing import given_parts
from survey.office.rounds.ending import last_step
from survey.office.rounds.own_rounds import own_rounds
from survey.office.rounds.steps import next_step, state_line
from survey.office.words import MEANINGS, STATES, state_words

# What needs a person now stands first; what is finished stands last.
_URGENCY = [State.OPEN, State.CLOSED, State.PRINTED, State.FROZEN, State.DRAFT, *ORDER[ORDER.index(State.OPENED) :]]
_PRINTING = (State.FROZEN, State.PRINTED, State.OPEN)  # slips can be printed, or printed again
_WITH_CODES = frozenset(ORDER[ORDER.index(State.PRINTED) :])


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/", endpoint="list-rounds")
    @serves(OFFICE)
    def list_rounds() -> ResponseReturnValue:
        # The same queries whatever the number of rounds; ballots and used codes stand on the turnout page.
        rounds = sorted(own_rounds(services), key=lambda round_: _URGENCY.index(round_.state))
        return render_template(
            "office/rounds.html", rounds=[(round_, _sizes(round_)) for round_ in rounds], here="rounds"
        )

    @blueprint.get("/rounds/<round_id>", endpoint="show-round")
    @serves(OFFICE)
    def show_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        given = given_parts(services, round_)
        # Only a draft can have a rehearsal; every other page of a round asks one question less.
        making = making_of(services, round_)
        rehearsal = find_rehearsal(services.registry, round_id) if round_.state is State.DRAFT else None
        work = work_of(services, round_)
        watches = "running" in work or round_.state in _PRINTING
        if watches:
            headers.allow_script(headers.ASKING_POLICY)
        return render_template(
            "office/round.html",
            round=round_,
            sizes=_sizes(round_),
            line=state_line(round_),
            meaning=MEANINGS[round_.state],
            step=next_step(round_, given, rehearsal, making.missing if making else None) or last_step(services, round_),
            making=making,
            rehearsal=rehearsal,
            given=given,
            work=work,
            watches=watches,
            here="rounds",
        )

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {
            "state_words": state_words,
            "states": STATES,
            "has_codes": lambda round_: round_.state in _WITH_CODES,
            "is_counted": lambda round_: round_.state in COUNTED,
        }


def _sizes(round_: Round) -> dict[str, int]:
    return {
        "teams": len(round_.evaluations),
        "units": sum(len(evaluation.units) for evaluation in round_.evaluations),
        "entitled": sum(evaluation.entitled for evaluation in round_.evaluations),
        # Before freezing nobody is bound to this number: a dash, not a promise.
        "codes": 0
        if round_.state is State.DRAFT
        else sum(evaluation.printed(round_.spare_percent) for evaluation in round_.evaluations),
    }
