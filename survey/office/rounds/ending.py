"""The last steps of a round: release, archive, destruction; what each says before it is done, and its button.

Law: destruction is typed, not clicked, and says first what goes, what stays and what this program does not reach.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain import abandoning, destruction
from survey.domain.lifecycle import get_round
from survey.domain.results.release import Stage
from survey.domain.rounds import Round, State
from survey.domain.staff import OFFICE
from survey.errors import NotYet
from survey.office.confirming import ABANDON, DESTROY, is_confirmed
from survey.office.long_steps.working import Progress, begin, refuse_while_busy
from survey.office.needs import Services
from survey.office.rounds.ceremonies import who_has_signed
from survey.office.rounds.doing import to_round
from survey.office.rounds.steps import Action, Step


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/rounds/<round_id>/archive", endpoint="archive-round")
    @serves(OFFICE)
    def archive_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.REPORTED)
        if not _is_released(services, round_):
            raise NotYet("The report is not released to its teams yet.", why="not-released")
        destruction.archive(round_, registry=services.registry, reports=services.reports)
        return to_round(round_id, _("The round is in the archive."))

    @blueprint.post("/rounds/<round_id>/abandon", endpoint="abandon-round")
    @serves(OFFICE)
    def abandon_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(*abandoning.BEFORE_OPENING)
        if not is_confirmed(ABANDON):
            return to_round(round_id)
        refuse_while_busy(services, round_id)
        abandoning.abandon(round_, services)
        flash(_("“%(name)s” is given up. Its keys and codes are destroyed; its slips lead nowhere.", name=round_.name))
        return redirect(url_for("office.list-rounds"), 303)

    @blueprint.post("/rounds/<round_id>/destroy", endpoint="destroy-round")
    @serves(OFFICE)
    def destroy_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.ARCHIVED)
        if not is_confirmed(DESTROY):
            return to_round(round_id)

        def action(progress: Progress) -> None:
            destruction.destroy(
                round_,
                registry=services.registry,
                box=services.box,
                keys=services.keys,
                board=services.board,
                partials=services.partials,
                clock=services.clock,
                end_sessions=services.end_sessions,
                progress=progress,
            )

        ballots = sum(services.box.counts([one.id for one in round_.evaluations]).values())
        return begin(services, round_id, "destroy-round", action, total=ballots)


def last_step(services: Services, round_: Round) -> Step | None:
    """The next step of a round whose report is approved; None before that, and at the very end."""
    if round_.state is State.REPORTED:
        return _archive(round_, _not_signed(services, round_)) if _is_released(services, round_) else _release(round_)
    if round_.state is State.ARCHIVED:
        return _destroy(round_, _not_signed(services, round_))
    return None


def _is_released(services: Services, round_: Round) -> bool:
    draft = services.reports.find_draft(round_.id)
    return draft is not None and draft.stage is Stage.RELEASED


def _not_signed(services: Services, round_: Round) -> list[str]:
    """Said, and no obstacle: whoever lost a key cannot sign any more."""
    signed = who_has_signed(services, round_)
    if signed is None or not signed[1]:
        return []
    return [_("Opened, and has not signed what was opened: %(names)s", names=_(", ").join(signed[1]))]


def _release(round_: Round) -> Step:
    return Step(
        _("Release the report to the teams"),
        [
            _("The report is approved. On its page it is released, and every team gets its feedback."),
            _("Releasing erases the remarks in their own words. The digest stays."),
        ],
        [(_("Office"), f"survey round release {round_.id}")],
        [_("The report is not released yet. Until then the round cannot go into the archive.")],
    )


def _archive(round_: Round, missing: list[str]) -> Step:
    return Step(
        _("Put the round into the archive"),
        [
            _("File the report, the signed record of the opening and the audit package."),
            _("Custodians sign what was opened before the destruction: it ends their invitations."),
            _("Afterwards nothing of the round is worked on any more. Sealed ballots exist until they are destroyed."),
        ],
        [
            (_("Word file"), f"survey round report {round_.id} --format docx --out report.docx"),
            (_("Audit package"), f"survey audit export {round_.id} --out audit.zip"),
            (_("Office"), f"survey round archive {round_.id}"),
        ],
        missing,
        action=Action("office.archive-round", _("It is in the archive")),
    )


def _destroy(round_: Round, missing: list[str]) -> Step:
    return Step(
        _("Destroy the sealed ballots"),
        [
            _("Do this by the date that the notice names, with witnesses."),
            _("Sealed ballots and what is left of keys go for ever. Nobody can open or count this round again."),
            _("The result stays, with the audit package, the records of opening and destruction, and the staff log."),
            _(
                "Backups made before, the custodians' shares and paper are not reached from here: destroy them too. "
                "The record lists them, to be ticked and signed."
            ),
            _("The key under which staff are signed in is renewed: everybody signs in again."),
            _("This cannot be undone."),
        ],
        [(_("Office"), f"survey round destroy {round_.id}")],
        missing,
        action=Action("office.destroy-round", _("Destroy the sealed ballots"), DESTROY, is_final=True),
    )
