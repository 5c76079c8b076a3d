"""The library of questionnaires: the list, one questionnaire with its versions, and what is done with them as a whole.

Law: a version that is ready never changes; changing it starts the next version. Rounds keep copies, so nothing done
here reaches a round.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.forms.library import (
    MAX_NAME,
    Entry,
    get_content,
    get_entry,
    rounds_with,
    shelf,
    start_entry,
    start_version,
)
from survey.domain.staff import OFFICE
from survey.errors import NotFound
from survey.office.confirming import DELETE, is_confirmed
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.questionnaires.words import scale_words
from survey.office.refusals import OfficeRefusal
from survey.office.rounds.own_rounds import own_rounds


def install(blueprint: Blueprint, services: Services) -> None:
    library = services.library

    @blueprint.get("/questionnaires", endpoint="list-questionnaires")
    @serves(OFFICE)
    def list_questionnaires() -> ResponseReturnValue:
        rounds = own_rounds(services)
        entries = [
            (entry, {one.number: len(rounds_with(rounds, entry.form_id, one.label)) for one in entry.versions})
            for entry in shelf(library, services.randomness)
        ]
        return render_template("office/questionnaires.html", entries=entries, here="questionnaires")

    @blueprint.get("/questionnaires/<entry_id>", endpoint="show-questionnaire")
    @serves(OFFICE)
    def show_questionnaire(entry_id: str) -> ResponseReturnValue:
        entry = found(entry_id)
        rounds = own_rounds(services)
        uses = {one.number: rounds_with(rounds, entry.form_id, one.label) for one in entry.versions}
        return render_template(
            "office/questionnaire.html", entry=entry, uses=uses, longest=MAX_NAME, here="questionnaires"
        )

    @blueprint.post("/questionnaires/<entry_id>/change", endpoint="change-questionnaire")
    @serves(OFFICE)
    def change_questionnaire(entry_id: str) -> ResponseReturnValue:
        entry = found(entry_id)
        step = request.form.get("step", "")
        if step == "rename":
            name = request.form.get("name", "").strip()
            if not name or len(name) > MAX_NAME or not name.isprintable():
                raise OfficeRefusal("questionnaire-name")
            library.rename(entry_id, name)
            flash(_("The questionnaire is called “%(name)s” now.", name=name))
        elif step in ("archive", "bring-back"):
            library.archive(entry_id, step == "archive")
            flash(
                _("“%(name)s” is archived: new rounds are not offered it.", name=entry.name)
                if step == "archive"
                else _("“%(name)s” is offered to new rounds again.", name=entry.name)
            )
        else:
            raise NotFound("There is no such step.")
        trail.note(object=f"{entry.form_id}: {step}")
        return redirect(url_for("office.show-questionnaire", entry_id=entry_id), 303)

    @blueprint.post("/questionnaires/<entry_id>/<int:number>/next", endpoint="start-questionnaire")
    @serves(OFFICE)
    def start_questionnaire(entry_id: str, number: int) -> ResponseReturnValue:
        entry = found(entry_id)
        draft = start_version(library, entry, get_content(library, entry_id, number).document)
        flash(_("This is a draft of the next version. The version it came from stays as it is."))
        return redirect(url_for("office.edit-questionnaire", entry_id=entry_id, number=draft), 303)

    @blueprint.post("/questionnaires/<entry_id>/<int:number>/copy", endpoint="copy-questionnaire")
    @serves(OFFICE)
    def copy_questionnaire(entry_id: str, number: int) -> ResponseReturnValue:
        entry = found(entry_id)
        document = get_content(library, entry_id, number).document
        name = _("Copy of %(name)s", name=entry.name)
        made = start_entry(library, document, name, services.randomness, is_new=True)
        flash(_("This is a questionnaire of its own now. Give it a name and a title."))
        return redirect(url_for("office.edit-questionnaire", entry_id=made.id, number=1), 303)

    @blueprint.post("/questionnaires/<entry_id>/<int:number>/delete", endpoint="delete-questionnaire")
    @serves(OFFICE)
    def delete_questionnaire(entry_id: str, number: int) -> ResponseReturnValue:
        entry = found(entry_id)
        version = entry.version(number)
        trail.note(object=f"{entry.form_id} {version.label}")
        if not is_confirmed(DELETE):
            return redirect(url_for("office.show-questionnaire", entry_id=entry_id), 303)
        library.delete_draft(entry_id, number)
        flash(_("The draft %(version)s of “%(name)s” is deleted.", version=version.label, name=entry.name))
        if len(entry.versions) == 1:
            return redirect(url_for("office.list-questionnaires"), 303)
        return redirect(url_for("office.show-questionnaire", entry_id=entry_id), 303)

    def found(entry_id: str) -> Entry:
        entry = get_entry(library, entry_id)
        trail.note(object=entry.form_id)
        return entry

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"scale_words": scale_words}
