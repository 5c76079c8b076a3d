"""Rounds and their units from Excel: the template, the file with every wrong cell named, and a preview before anything.

Law: nothing is imported before somebody has seen what is in the file and says so; the file itself is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.drafts.cautions import cautions
from survey.domain.drafts.draft import Draft, draft_of, make_round
from survey.domain.rounds import Round
from survey.domain.staff import OFFICE
from survey.office.drafts.form import pack, unpack
from survey.office.drafts.revisions import revision_of
from survey.office.drafts.saving import SHOWN, changeable, changed, made
from survey.office.faults import Remark, of_caution, of_cell, of_workbook
from survey.office.language import chosen_language
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.printable import cautions_of_round
from survey.office.uploads import uploaded
from survey.sheets.rounds import read_round_workbook, read_units_workbook
from survey.sheets.template import template
from survey.sheets.workbook import BadWorkbook

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/rounds/template.xlsx", endpoint="round-template")
    @serves(OFFICE)
    def round_template() -> ResponseReturnValue:
        response = Response(template(english=chosen_language() == "en"), mimetype=EXCEL)
        name = quote(_("Template for a round") + ".xlsx")
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"  # RFC 6266, section 4.3
        return response

    @blueprint.get("/rounds/import", endpoint="import-round")
    @serves(OFFICE)
    def import_round() -> ResponseReturnValue:
        return render_template("office/import.html", round=None, here="rounds")

    @blueprint.get("/rounds/<round_id>/import", endpoint="import-units")
    @serves(OFFICE)
    def import_units(round_id: str) -> ResponseReturnValue:
        return render_template("office/import.html", round=changeable(services, round_id), here="rounds")

    @blueprint.post("/rounds/import", endpoint="check-import")
    @serves(OFFICE)
    def check_import() -> ResponseReturnValue:
        return checked(None)

    @blueprint.post("/rounds/<round_id>/import", endpoint="check-import-into")
    @serves(OFFICE)
    def check_import_into(round_id: str) -> ResponseReturnValue:
        return checked(changeable(services, round_id))

    def checked(round_: Round | None) -> ResponseReturnValue:
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
        looked_at = make_round(imported.draft, services.randomness)
        return render_template(
            "office/preview.html",
            round=round_,
            made=looked_at,
            name=name,
            packed=pack(imported.draft),
            revision=revision_of(draft_of(round_)) if round_ else "",
            unprintable=cautions_of_round(looked_at),
            cautions=[of_caution(caution) for caution in cautions(looked_at)],
            here="rounds",
        )

    @blueprint.post("/rounds/import/done", endpoint="make-imported")
    @serves(OFFICE)
    def make_imported() -> ResponseReturnValue:
        return made(services, unpack(request.form.get("draft", ""), Draft()))

    @blueprint.post("/rounds/<round_id>/import/done", endpoint="change-imported")
    @serves(OFFICE)
    def change_imported(round_id: str) -> ResponseReturnValue:
        round_ = changeable(services, round_id)
        before = draft_of(round_)
        rows = unpack(request.form.get("draft", ""), before).rows
        return changed(services, round_, replace(before, rows=rows), only="rows")
