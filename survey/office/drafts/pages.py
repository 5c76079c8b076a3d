"""New rounds by form, also copied from an earlier one; changed and deleted while a draft. From Excel: draft_imports.py.

Law: nothing is made or changed while one fault is left.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.drafts.cautions import cautions
from survey.domain.drafts.draft import Draft, draft_of
from survey.domain.forms.library import get_content
from survey.domain.lifecycle import get_round
from survey.domain.rounds import State
from survey.domain.staff import OFFICE
from survey.errors import NotFound
from survey.office.confirming import DELETE, is_confirmed
from survey.office.drafts.form import MORE, draft_of_form, for_input
from survey.office.drafts.saving import agreed, changeable, changed, form_page, made
from survey.office.faults import of_caution
from survey.office.log import trail
from survey.office.needs import Services


def install(blueprint: Blueprint, services: Services) -> None:
    def usual() -> Draft:
        """A new round, or the questionnaire and sizes of the one it is copied from."""
        earlier = request.values.get("copy_of")
        return draft_of(get_round(services.registry, earlier)) if earlier else Draft()

    @blueprint.get("/rounds/new", endpoint="new-round")
    @serves(OFFICE)
    def new_round() -> ResponseReturnValue:
        draft = usual()
        if request.args.get("copy_of"):
            draft = replace(draft, name=None, opens_at=None, closes_at=None)
        return form_page(services, draft)

    @blueprint.post("/rounds/new", endpoint="make-round")
    @serves(OFFICE)
    def make_round_() -> ResponseReturnValue:
        draft = chosen(draft_of_form(request.form, usual()))
        if "more" in request.form:
            trail.note(result="not saved yet")
            return form_page(services, draft, more=3 * MORE)
        return made(services, draft)

    def chosen(draft: Draft) -> Draft:
        """With the version of the library that the form names; without one the questionnaire stays as it is."""
        named = request.form.get("questionnaire", "")
        entry_id, _point, number = named.rpartition(".")
        if not entry_id or not number.isdecimal():
            return draft
        content = get_content(services.library, entry_id, int(number))
        if not content.is_ready:
            raise NotFound("This version of the questionnaire is not ready.")
        return replace(draft, questionnaire=content.document)

    @blueprint.get("/rounds/<round_id>/edit", endpoint="edit-round")
    @serves(OFFICE)
    def edit_round(round_id: str) -> ResponseReturnValue:
        round_ = changeable(services, round_id)
        return form_page(services, draft_of(round_), round_=round_)

    @blueprint.post("/rounds/<round_id>/edit", endpoint="change-round")
    @serves(OFFICE)
    def change_round_(round_id: str) -> ResponseReturnValue:
        round_ = changeable(services, round_id)
        draft = agreed(chosen(draft_of_form(request.form, draft_of(round_))), round_)
        if "more" in request.form:
            trail.note(result="not saved yet")
            return form_page(services, draft, round_=round_, more=3 * MORE)
        return changed(services, round_, draft)

    @blueprint.post("/rounds/<round_id>/delete", endpoint="delete-round")
    @serves(OFFICE)
    def delete_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.DRAFT)
        if not is_confirmed(DELETE):
            return redirect(url_for("office.show-round", round_id=round_id), 303)
        services.registry.delete_draft(round_id)
        services.board.forget(round_id)
        services.recusals.save(round_id, ())
        flash(_("The draft “%(name)s” is deleted.", name=round_.name))
        return redirect(url_for("office.list-rounds"), 303)

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"for_input": for_input, "cautions_of": lambda round_: [of_caution(one) for one in cautions(round_)]}
