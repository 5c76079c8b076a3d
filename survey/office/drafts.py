"""New rounds: by form, from Excel with a preview, copied from an earlier one; changed and deleted while a draft.

Law: nothing is made or changed while one fault is left. What the custodians have agreed on with their key (name,
custodians, threshold) is fixed from then on; while they are making it, nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.drafts.cautions import cautions
from survey.domain.drafts.draft import Draft, change_round, draft_of, make_round
from survey.domain.drafts.faults import faults_of
from survey.domain.forms.library import get_content, shelf
from survey.domain.lifecycle import get_round
from survey.domain.questionnaire import default_questionnaire
from survey.domain.rounds import Round, State
from survey.domain.staff import OFFICE
from survey.errors import NotFound
from survey.office import trail
from survey.office.confirming import DELETE, is_confirmed
from survey.office.faults import OfficeRefusal, Remark, of_caution, of_cell, of_form, of_workbook
from survey.office.forms import MORE, draft_of_form, for_input, lines_of, pack, unpack, values_of
from survey.office.language import chosen_language
from survey.office.needs import Services
from survey.office.uploads import uploaded
from survey.sheets.rounds import read_round_workbook, read_units_workbook
from survey.sheets.template import template
from survey.sheets.workbook import BadWorkbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100  # wrong cells listed at a time
_USUAL = Draft()


def install(blueprint: Blueprint, services: Services) -> None:
    def usual() -> Draft:
        """A new round, or the questionnaire and sizes of the one it is copied from."""
        earlier = request.values.get("copy_of")
        return draft_of(get_round(services.registry, earlier)) if earlier else _USUAL

    # --- By form

    @blueprint.get("/rounds/new", endpoint="new-round")
    @serves(OFFICE)
    def new_round() -> ResponseReturnValue:
        draft = usual()
        if request.args.get("copy_of"):
            draft = replace(draft, name=None, opens_at=None, closes_at=None)
        return _form(draft)

    @blueprint.post("/rounds/new", endpoint="make-round")
    @serves(OFFICE)
    def make_round_() -> ResponseReturnValue:
        draft = chosen(draft_of_form(request.form, usual()))
        if "more" in request.form:
            trail.note(result="not saved yet")
            return _form(draft, more=3 * MORE)
        if remarks := [of_form(fault) for fault in faults_of(draft)]:
            trail.note(result="incomplete")
            return _form(draft, remarks), 422
        return _made(draft)

    def _made(draft: Draft) -> ResponseReturnValue:
        round_ = make_round(draft, services.randomness)
        services.registry.add_round(round_)
        trail.note(object=round_.id)
        flash(_("The round is made. It is a draft: everything can still be changed."))
        return redirect(url_for("office.show-round", round_id=round_.id), 303)

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

    def _form(draft: Draft, remarks: Sequence[Remark] = (), round_: Round | None = None, more: int = MORE) -> str:
        return render_template(
            "office/draft.html",
            values=values_of(draft),
            lines=lines_of(draft, more),
            remarks=list(remarks)[:SHOWN],
            wrong={remark.anchor: remark.sentence for remark in remarks if remark.anchor},
            round=round_,
            is_agreed=round_ is not None and round_.opening_key is not None,
            copy_of=request.values.get("copy_of"),
            shelf=[entry for entry in shelf(services.library, services.randomness) if not entry.is_archived],
            questionnaire=draft.questionnaire or default_questionnaire().document,
            chosen=request.form.get("questionnaire", ""),
            here="rounds",
        )

    # --- A draft is changed

    def changeable(round_id: str) -> Round:
        round_ = get_round(services.registry, round_id)
        round_.require(State.DRAFT)
        if round_.rehearsal is not None:
            raise OfficeRefusal("rehearsal")
        attempt = services.board.find_attempt(round_id)
        if round_.opening_key is None and attempt is not None and attempt.stopped is None:
            raise OfficeRefusal("making-key")
        return round_

    def saved(round_: Round, draft: Draft) -> ResponseReturnValue:
        services.registry.save_round(change_round(round_, draft, services.randomness), expected=State.DRAFT)
        flash(_("The changes are saved."))
        return redirect(url_for("office.show-round", round_id=round_.id), 303)

    @blueprint.get("/rounds/<round_id>/edit", endpoint="edit-round")
    @serves(OFFICE)
    def edit_round(round_id: str) -> ResponseReturnValue:
        round_ = changeable(round_id)
        return _form(draft_of(round_), round_=round_)

    @blueprint.post("/rounds/<round_id>/edit", endpoint="change-round")
    @serves(OFFICE)
    def change_round_(round_id: str) -> ResponseReturnValue:
        round_ = changeable(round_id)
        draft = _agreed(chosen(draft_of_form(request.form, draft_of(round_))), round_)
        if "more" in request.form:
            trail.note(result="not saved yet")
            return _form(draft, round_=round_, more=3 * MORE)
        if remarks := [of_form(fault) for fault in faults_of(draft)]:
            trail.note(result="incomplete")
            return _form(draft, remarks, round_), 422
        return saved(round_, draft)

    @blueprint.post("/rounds/<round_id>/delete", endpoint="delete-round")
    @serves(OFFICE)
    def delete_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.DRAFT)
        if not is_confirmed(DELETE):
            trail.note(result="not confirmed")
            flash(_("Nothing was deleted: the word of confirmation was not typed."))
            return redirect(url_for("office.show-round", round_id=round_id), 303)
        services.registry.delete_draft(round_id)
        services.board.forget(round_id)
        services.recusals.save(round_id, ())
        flash(_("The draft “%(name)s” is deleted.", name=round_.name))
        return redirect(url_for("office.list-rounds"), 303)

    # --- From Excel

    @blueprint.get("/rounds/template.xlsx", endpoint="round-template")
    @serves(OFFICE)
    def round_template() -> ResponseReturnValue:
        response = Response(template(english=chosen_language() == "en"), mimetype=EXCEL)
        response.headers["Content-Disposition"] = "attachment; filename=round.xlsx"
        return response

    @blueprint.get("/rounds/import", endpoint="import-round")
    @serves(OFFICE)
    def import_round() -> ResponseReturnValue:
        return render_template("office/import.html", round=None, here="rounds")

    @blueprint.get("/rounds/<round_id>/import", endpoint="import-units")
    @serves(OFFICE)
    def import_units(round_id: str) -> ResponseReturnValue:
        return render_template("office/import.html", round=changeable(round_id), here="rounds")

    @blueprint.post("/rounds/import", endpoint="check-import")
    @serves(OFFICE)
    def check_import() -> ResponseReturnValue:
        return _checked(None)

    @blueprint.post("/rounds/<round_id>/import", endpoint="check-import-into")
    @serves(OFFICE)
    def check_import_into(round_id: str) -> ResponseReturnValue:
        return _checked(changeable(round_id))

    def _checked(round_: Round | None) -> ResponseReturnValue:
        def page(error: str | None = None, remarks: Sequence[Remark] = ()) -> ResponseReturnValue:
            trail.note(result="not imported")
            listed = list(remarks)[:SHOWN]
            more = len(remarks) - len(listed)
            return render_template(
                "office/import.html", round=round_, error=error, remarks=listed, more=more, name=name, here="rounds"
            ), 422

        files = uploaded("file")
        name = files[0][0] if files else ""
        if not files:
            return page(_("Please choose a file first."))
        content = files[0][1]
        try:
            imported = read_units_workbook(content, draft_of(round_)) if round_ else read_round_workbook(content)
        except BadWorkbook as error:
            return page(of_workbook(error))
        if imported.wrong:
            return page(remarks=[of_cell(wrong) for wrong in imported.wrong])
        trail.note(result="checked")
        made = make_round(imported.draft, services.randomness)  # only to be looked at
        return render_template(
            "office/preview.html",
            round=round_,
            made=made,
            name=name,
            packed=pack(imported.draft),
            cautions=[of_caution(caution) for caution in cautions(made)],
            here="rounds",
        )

    @blueprint.post("/rounds/import/done", endpoint="make-imported")
    @serves(OFFICE)
    def make_imported() -> ResponseReturnValue:
        draft = unpack(request.form.get("draft", ""), _USUAL)
        if remarks := [of_form(fault) for fault in faults_of(draft)]:
            trail.note(result="incomplete")
            return _form(draft, remarks), 422
        return _made(draft)

    @blueprint.post("/rounds/<round_id>/import/done", endpoint="change-imported")
    @serves(OFFICE)
    def change_imported(round_id: str) -> ResponseReturnValue:
        round_ = changeable(round_id)
        before = draft_of(round_)
        draft = replace(before, rows=unpack(request.form.get("draft", ""), before).rows)
        if remarks := [of_form(fault) for fault in faults_of(draft)]:
            trail.note(result="incomplete")
            return _form(draft, remarks, round_), 422
        return saved(round_, draft)

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"for_input": for_input, "cautions_of": lambda round_: [of_caution(one) for one in cautions(round_)]}


def _agreed(draft: Draft, round_: Round) -> Draft:
    """What the key belongs to stays, whatever the form says."""
    if round_.opening_key is None:
        return draft
    before = draft_of(round_)
    return replace(draft, name=before.name, custodians=before.custodians, threshold=before.threshold)
