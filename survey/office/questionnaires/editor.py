"""Writing a draft of a questionnaire: saved in any state, taken into use only when nothing is wrong any more.

Every button saves the whole form first; a change of structure is a step of its own after it, so that undoing it
leaves what was typed. Who saves second is told so and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.forms.library import (
    Content,
    Document,
    Entry,
    Overtaken,
    faults_before_use,
    get_content,
    get_entry,
    start_version,
)
from survey.domain.staff import OFFICE
from survey.errors import NotFound
from survey.office.faults import Remark
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.questionnaires.form import document_of_form, percent
from survey.office.questionnaires.structure import change_structure
from survey.office.questionnaires.undo import carried
from survey.office.questionnaires.words import of_change, of_fault

STRUCTURE = ("add", "up", "down", "delete")
LONGEST = {"title": 100, "intro": 2000, "hint": 500, "dimension": 100, "question": 200, "option": 40, "band": 20}


def install(blueprint: Blueprint, services: Services) -> None:
    library = services.library

    @blueprint.get("/questionnaires/<entry_id>/<int:number>/edit", endpoint="edit-questionnaire")
    @serves(OFFICE)
    def edit_questionnaire(entry_id: str, number: int) -> ResponseReturnValue:
        entry, content = found(entry_id, number)
        if content.is_ready:
            flash(_("This version is ready and does not change any more. Start the next version to change it."))
            return redirect(url_for("office.show-questionnaire", entry_id=entry_id), 303)
        faults = faults_of(entry, number, content.document) if "check" in request.args else None
        return page(entry, number, content, faults)

    @blueprint.post("/questionnaires/<entry_id>/<int:number>/edit", endpoint="save-questionnaire")
    @serves(OFFICE)
    def save_questionnaire(entry_id: str, number: int) -> ResponseReturnValue:
        entry, stored = found(entry_id, number)
        deed, _colon, path = request.form.get("do", "save").partition(":")
        typed = document_of_form(request.form, stored.document)
        if deed == "apart":
            apart = start_version(library, entry, typed)
            flash(_("What you typed is saved as a version of its own; the other draft is untouched."))
            return redirect(address(entry, apart), 303)
        if deed not in (*STRUCTURE, "save", "check", "take-in", "preview", "undo"):
            raise NotFound("There is no such step.")
        revision = request.form.get("revision", type=int) or 0
        steps = [Content(typed, revision, False, stored.before if typed == stored.document else stored.document)]
        place = ""
        if deed in STRUCTURE:
            changed, place = change_structure(typed, deed, path)
            steps.append(Content(changed, revision + 1, False, typed))
        elif deed == "undo":
            if stored.before is None:
                raise NotFound("There is nothing to go back to.")
            back = carried(stored.document, typed, stored.before)
            steps = [Content(back, revision, False, typed)]  # once more brings it back
        try:
            for content in steps:
                library.save_draft(entry_id, number, content, str(content.document["version"]))
        except Overtaken:
            trail.note(result="overtaken")
            return page(entry, number, replace(steps[0], document=typed), is_overtaken=True), 409
        if deed == "take-in":
            return taken_in(entry, number, typed, revision + 1)
        if deed == "preview":
            return redirect(url_for("office.preview-questionnaire", entry_id=entry_id, number=number), 303)
        if deed in STRUCTURE:
            of = (place, changed) if deed == "add" else (path, typed)
            flash(of_change(deed, *of), place)  # told at its place, too
        elif deed == "undo":
            flash(_("The last change is undone; what was typed since is kept. The same button brings the change back."))
        elif deed == "save":
            flash(_("The draft is saved."))
        return redirect(address(entry, number, check=deed == "check") + (f"#{place}" if place else ""), 303)

    def taken_in(entry: Entry, number: int, document: Document, revision: int) -> ResponseReturnValue:
        if faults_of(entry, number, document):
            trail.note(result="incomplete")
            return redirect(address(entry, number, check=True), 303)
        library.take_in(entry.id, number, revision)
        flash(
            _(
                "Version %(version)s is ready: rounds can use it. It does not change any more.",
                version=document["version"],
            )
        )
        return redirect(url_for("office.show-questionnaire", entry_id=entry.id), 303)

    def faults_of(entry: Entry, number: int, document: Mapping[str, Any]) -> list[Remark]:
        rounds = services.registry.list_rounds()
        return [of_fault(fault, document) for fault in faults_before_use(entry, number, document, rounds)]

    def found(entry_id: str, number: int) -> tuple[Entry, Content]:
        entry = get_entry(library, entry_id)
        content = get_content(library, entry_id, number)
        trail.note(object=f"{entry.form_id} {entry.version(number).label}")
        return entry, content

    def address(entry: Entry, number: int, *, check: bool = False) -> str:
        more = {"check": 1} if check else {}
        return url_for("office.edit-questionnaire", entry_id=entry.id, number=number, **more)

    def page(
        entry: Entry,
        number: int,
        content: Content,
        remarks: list[Remark] | None = None,
        *,
        is_overtaken: bool = False,
    ) -> str:
        """remarks: None where nobody asked whether anything is wrong."""
        return render_template(
            "office/questionnaire_edit.html",
            entry=entry,
            number=number,
            document=content.document,
            revision=content.revision,
            can_undo=content.before is not None and not is_overtaken,
            remarks=remarks,
            wrong={remark.anchor: remark.sentence for remark in remarks or ()},
            is_overtaken=is_overtaken,
            weights=_sum_of_weights(content.document),
            longest=LONGEST,
            percent=percent,
            here="questionnaires",
        )


def _sum_of_weights(document: Mapping[str, Any]) -> str:
    """As a text with at most six decimals: 0.1 + 0.2 is 0.3."""
    weights = [one["weight"] for one in document["dimensions"] if isinstance(one["weight"], int | float)]
    return f"{round(sum(weights), 6):g}"
