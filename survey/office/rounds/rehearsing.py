"""A rehearsal is begun from a draft, and cleared with one click; what it is stands in survey.domain.rehearsal."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.rehearsal import clear, find_rehearsal, rehearse
from survey.domain.rounds import State
from survey.domain.staff import OFFICE
from survey.office.long_steps.working import Progress, begin, refuse_while_busy
from survey.office.needs import Services
from survey.office.printable import require_printable
from survey.office.refusals import OfficeRefusal


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/rounds/<round_id>/rehearse", endpoint="rehearse-round")
    @serves(OFFICE)
    def rehearse_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.DRAFT)
        if round_.rehearsal is not None or find_rehearsal(services.registry, round_id):
            raise OfficeRefusal("rehearsed")
        require_printable(round_)
        made = rehearse(round_, registry=services.registry, recusals=services.recusals, randomness=services.randomness)
        flash(_("This is the rehearsal. It goes the way of the real round; nothing in it counts."))
        return redirect(url_for("office.show-round", round_id=made.id), 303)

    @blueprint.post("/rounds/<round_id>/clear", endpoint="clear-rehearsal")
    @serves(OFFICE)
    def clear_rehearsal(round_id: str) -> ResponseReturnValue:
        """No word to be typed: nothing in it was real. Watched on the page of its draft, for its own will be gone."""
        round_ = get_round(services.registry, round_id)
        if round_.rehearsal is None:
            raise OfficeRefusal("no-rehearsal")
        refuse_while_busy(services, round_id)

        def action(_progress: Progress) -> None:
            clear(round_, services)

        if services.registry.find_round(round_.rehearsal.of) is not None:
            return begin(services, round_.rehearsal.of, "clear-rehearsal", action)
        action(lambda _done: None)
        flash(_("The rehearsal is cleared. Nothing of it is left but its lines in the staff log."))
        return redirect(url_for("office.list-rounds"), 303)
