"""Questionnaires from files and into files: YAML, and XLSForm for Excel, ODK and Kobo.

Law: every wrong place is named, and nothing is taken until all is right. What is taken becomes a draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.forms.canonical_form import canonical
from survey.domain.forms.library import IsKnown, bring_in, get_content, get_entry
from survey.domain.questionnaire import faults_of_questionnaire
from survey.domain.reading import BadPlace
from survey.domain.staff import OFFICE
from survey.domain.yaml_document import BadYaml, YamlDocument, read_yaml, write_yaml
from survey.errors import NotFound
from survey.office.drafts.imports import EXCEL
from survey.office.drafts.saving import SHOWN
from survey.office.faults import Remark, of_cell, of_workbook
from survey.office.language import in_language
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.questionnaires.words import sentence
from survey.office.uploads import uploaded
from survey.sheets.rounds import WrongCell
from survey.sheets.workbook import BadWorkbook, Trouble
from survey.sheets.xlsform_in import read_xlsform
from survey.sheets.xlsform_out import write_xlsform

ROOT = "questionnaire"
YAML = "application/yaml"


class _Unreadable(Exception):
    """The file as a whole; its words are for the page."""


def install(blueprint: Blueprint, services: Services) -> None:
    library = services.library

    @blueprint.get("/questionnaires/<entry_id>/<int:number>/<kind>", endpoint="export-questionnaire")
    @serves(OFFICE)
    def export_questionnaire(entry_id: str, number: int, kind: str) -> ResponseReturnValue:
        entry = get_entry(library, entry_id)
        content = get_content(library, entry_id, number)
        label = entry.version(number).label
        trail.note(object=f"{entry.form_id} {label}: {kind}")
        if kind == "yaml":
            response = Response(write_yaml(content.document), mimetype=YAML)
        elif kind == "xlsx":
            response = Response(write_xlsform(content.document), mimetype=EXCEL)
        else:
            raise NotFound("There is no such file.")
        name = quote(_file_name(in_language(content.document["title"]) or entry.form_id, label, kind))
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"  # RFC 6266, section 4.3
        return response

    @blueprint.get("/questionnaires/import", endpoint="import-questionnaire")
    @serves(OFFICE)
    def import_questionnaire() -> ResponseReturnValue:
        return render_template("office/questionnaire_import.html", here="questionnaires")

    @blueprint.post("/questionnaires/import", endpoint="take-questionnaire")
    @serves(OFFICE)
    def take_questionnaire() -> ResponseReturnValue:
        files = uploaded("file")
        name = files[0][0] if files else ""

        def page(error: str | None = None, remarks: Sequence[Remark] = ()) -> ResponseReturnValue:
            trail.note(result="not imported")
            more = max(len(remarks) - SHOWN, 0)
            return render_template(
                "office/questionnaire_import.html",
                error=error,
                remarks=list(remarks)[:SHOWN],
                more=more,
                name=name,
                here="questionnaires",
            ), 422

        if not files:
            return page(_("Please choose a file first."))
        try:
            document, remarks = read_file(files[0][1])
        except _Unreadable as error:
            return page(str(error))
        if remarks:
            return page(remarks=remarks)
        try:
            entry, number = bring_in(library, document, services.randomness)
        except IsKnown:
            return page(
                _(
                    "The library has version %(version)s of this questionnaire already. Give the file another version.",
                    version=document["version"],
                )
            )
        trail.note(object=f"{entry.form_id} {document['version']}")
        flash(_("The questionnaire is imported as a draft. Look through it, then make it ready for use."))
        return redirect(url_for("office.edit-questionnaire", entry_id=entry.id, number=number), 303)


def _file_name(title: str, label: str, kind: str) -> str:
    name = f"{title[:60]}_{label}.{kind}"
    return "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)


def read_file(content: bytes) -> tuple[dict[str, Any], list[Remark]]:
    """The document, canonical where nothing is wrong, and what is wrong. What begins as a zip is a workbook."""
    if not content:
        raise _Unreadable(of_workbook(BadWorkbook(Trouble.EMPTY)))
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        try:
            form = read_xlsform(content)
        except BadWorkbook as error:
            raise _Unreadable(_of_workbook(error)) from None
        return form.document, [_of_cell(wrong) for wrong in form.wrong]
    try:
        read = read_yaml(content)
    except BadYaml as error:
        raise _Unreadable(_of_yaml(error)) from None
    faults = faults_of_questionnaire(read.document, ROOT)
    remarks = [Remark(_line(fault, read), sentence(fault)) for fault in faults]
    if remarks or not isinstance(read.document, dict):
        return {}, remarks
    return canonical(read.document), []


def _line(fault: BadPlace, read: YamlDocument) -> str:
    """ "Line 7, dimensions[2].items[0].zh": people count entries from 1."""
    path = fault.path.partition(".")[2]
    steps: list[str | int] = [
        int(number) + 1 if number else word for word, number in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path)
    ]
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    while steps and tuple(steps) not in read.places:
        steps.pop()
    line = read.places.get(tuple(steps), "line 1").removeprefix("line ")
    return _("Line %(line)s", line=line) + (_(", ") + shown if shown else "")


def _of_cell(wrong: WrongCell) -> Remark:
    if not isinstance(wrong.fault, BadPlace):
        return of_cell(wrong)
    where = _("Sheet “%(sheet)s”", sheet=wrong.sheet)
    if wrong.cell:
        where = _("Sheet “%(sheet)s”, cell %(cell)s", sheet=wrong.sheet, cell=wrong.cell)
    return Remark(where, sentence(wrong.fault))


def _of_yaml(error: BadYaml) -> str:
    """The parser's own words are English and a programmer's: the page says where, and what to look for."""
    if error.twice is not None:
        return _("Line %(line)s repeats “%(name)s”; it stands once.", line=error.line, name=error.twice)
    if error.line:
        return _(
            "Line %(line)s is not valid YAML. Look there and one line above at the indent, the space after a colon, "
            "and quotation marks and brackets without their second half.",
            line=error.line,
        )
    return _("The file is neither an Excel workbook nor valid YAML in UTF-8.")


def _of_workbook(error: BadWorkbook) -> str:
    if error.trouble is Trouble.TOO_LARGE:
        return _("The file is larger than 2 MB. A questionnaire is much smaller.")
    if error.trouble is Trouble.TOO_MANY_ROWS:
        return _("The sheet “%(sheet)s” has more than 2000 rows. No questionnaire is so long.", sheet=error.sheet)
    if error.trouble is Trouble.NO_SHEET:
        return _(
            "There is no sheet “%(sheet)s”. Export a questionnaire to see which sheets and columns are needed.",
            sheet=error.sheet,
        )
    return of_workbook(error)
