"""The report's way on pages: what is missing, approval, release, and the entered scores.

Law: approving and releasing are typed, not clicked; each leaves its line in the staff log (log/trail.py). Readers see
nothing of a report before it is approved (pages.py asks APPROVED).
"""

from __future__ import annotations

from fractions import Fraction

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.results import release
from survey.domain.results.composite import Entered
from survey.domain.rounds import Round
from survey.domain.staff import OFFICE
from survey.errors import InvalidInput, SurveyError
from survey.office.confirming import APPROVE, RELEASE, is_confirmed
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.printable import check_printable_words
from survey.office.reasons import of_reason
from survey.office.reports.round_page import PAPER, Typed, report_page
from survey.reports.fonts import MissingGlyph


def install(blueprint: Blueprint, services: Services) -> None:
    def back(round_id: str) -> ResponseReturnValue:
        return redirect(url_for("office.show-report", round_id=round_id, _anchor="way"), 303)

    def again(round_: Round, form: str, error: SurveyError) -> ResponseReturnValue:
        """The page once more, with what was typed and why it was not entered."""
        trail.note(result="refused")
        report = release.results(services.registry, services.reports, round_)
        sentence = _("Not entered: %(reason)s", reason=of_reason(error))
        return report_page(services, round_, report, Typed(form, request.form, sentence)), 422

    @blueprint.post("/rounds/<round_id>/report/approve", endpoint="approve-report")
    @serves(OFFICE)
    def approve_report(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        if is_confirmed(APPROVE):
            release.approve(services.registry, services.reports, round_)
            flash(_("The report is approved. Readers see it now, and nothing in it can change."))
        return back(round_id)

    @blueprint.post("/rounds/<round_id>/report/release", endpoint="release-report")
    @serves(OFFICE)
    def release_report(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        if is_confirmed(RELEASE):
            release.release(services.registry, services.reports, round_)
            flash(_("The report is released to the teams. The remarks in their own words are erased."))
        return back(round_id)

    @blueprint.post("/rounds/<round_id>/report/scores/<evaluation_id>", endpoint="enter-score")
    @serves(OFFICE)
    def enter_score(round_id: str, evaluation_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        try:
            entered = Entered(
                _number(request.form.get("quality")),
                _number(request.form.get("deductions") or "0"),
                request.form.get("reason", "").strip(),
            )
            check_printable_words([entered.reason])
            release.enter(services.registry, services.reports, round_, evaluation_id, entered)
        except (InvalidInput, MissingGlyph) as error:
            return again(round_, evaluation_id, error)
        flash(_("Entered for %(team)s.", team=round_.evaluation(evaluation_id).team))
        return back(round_id)

    @blueprint.post("/rounds/<round_id>/report/paper", endpoint="enter-paper")
    @serves(OFFICE)
    def enter_paper(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        try:
            counts = {one.id: _count(request.form.get(one.id)) for one in round_.evaluations}
            release.enter_paper(services.registry, services.reports, round_, counts)
        except InvalidInput as error:
            return again(round_, PAPER, error)
        flash(_("Entered."))
        return back(round_id)


def _count(text: str | None) -> int | None:
    """A whole number, or None for a blank field."""
    text = (text or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput("Expected: a whole number.", why="whole-number")
    return int(text)


def _number(text: str | None) -> Fraction:
    try:
        return Fraction((text or "").strip())
    except (ValueError, ZeroDivisionError):
        raise InvalidInput("Expected: a number.", why="number") from None
