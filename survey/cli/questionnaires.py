"""`survey questionnaire`: the library of questionnaires on the command line; a file is checked without an instance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from survey.cli.frame import GIVEN_FILE, NEW_FILE, json_option, note, print_json, services_of
from survey.errors import InvalidSpec, NotFound, WrongState

SHOWN_FAULTS = 50
_file = click.argument("file", type=GIVEN_FILE)
_form = click.argument("form", metavar="FORM")
_version = click.argument("version", metavar="VERSION")


@click.group("questionnaire")
def questionnaire_group() -> None:
    """The library of questionnaires: list, export, import; check a file (.yaml or XLSForm .xlsx).

    FORM is the id of a form, VERSION its version, as `survey questionnaire list` shows them.
    """


@questionnaire_group.command("list")
@json_option
@click.pass_obj
def list_(instance: Path, as_json: bool) -> None:
    """Every questionnaire with its versions."""
    from survey.domain.forms.library import shelf

    services = services_of(instance)
    entries = shelf(services.library, services.randomness)
    if as_json:
        print_json(
            [
                {
                    "form": entry.form_id,
                    "name": entry.name,
                    "archived": entry.is_archived,
                    "versions": [{"version": one.label, "ready": one.is_ready} for one in entry.versions],
                }
                for entry in entries
            ]
        )
        return
    for entry in entries:
        click.echo(f"{entry.form_id}  {entry.name}{' (archived)' if entry.is_archived else ''}")
        for version in entry.versions:
            click.echo(f"  {version.label}  {'ready' if version.is_ready else 'draft'}")


@questionnaire_group.command()
@_form
@_version
@click.option("--out", required=True, type=NEW_FILE, help="File to write, .yaml or .xlsx.")
@click.pass_obj
def export(instance: Path, form: str, version: str, out: Path) -> None:
    """Write one version to a file that can be imported again."""
    from survey.domain.forms.library import get_content, shelf

    services = services_of(instance)
    for entry in shelf(services.library, services.randomness):
        for one in entry.versions:
            if (entry.form_id, one.label) == (form, version):
                content = _written(get_content(services.library, entry.id, one.number).document, out)
                if out.exists():
                    raise WrongState(f"{out} exists; an export never replaces another file.")
                out.write_bytes(content)
                note(services, "export-questionnaire", f"{form} {version}")
                click.echo(f"Wrote {out}.")
                return
    raise NotFound(f"There is no version {version} of a form {form} in the library.")


@questionnaire_group.command("import")
@_file
@click.pass_obj
def import_(instance: Path, file: Path) -> None:
    """Take FILE into the library, as a draft; the office makes it ready."""
    from survey.domain.forms.library import bring_in

    document = _read(file)
    services = services_of(instance)
    entry, _number = bring_in(services.library, document, services.randomness)
    note(services, "take-questionnaire", f"{entry.form_id} {document['version']}")
    click.echo(f"Took version {document['version']} of {entry.form_id}, as a draft.")


@questionnaire_group.command()
@_file
def check(file: Path) -> None:
    """Whether FILE is a questionnaire that can be used. Needs no instance."""
    document = _read(file)
    click.echo(f"{file}: version {document['version']} of {document['id']}; nothing is wrong.")


def _written(document: dict[str, Any], out: Path) -> bytes:
    if out.suffix.lower() == ".xlsx":
        from survey.sheets.xlsform_out import write_xlsform

        return write_xlsform(document)
    if out.suffix.lower() in (".yaml", ".yml"):
        from survey.domain.yaml_document import write_yaml

        return write_yaml(document).encode("utf-8")
    raise InvalidSpec(f"{out} is neither YAML nor Excel; expected a name that ends in .yaml, .yml or .xlsx.")


def _read(file: Path) -> dict[str, Any]:
    """The document, canonical; raises InvalidSpec with every wrong place in a line of its own."""
    from survey.domain.forms.canonical_form import canonical
    from survey.domain.questionnaire import faults_of_questionnaire
    from survey.domain.yaml_document import BadYaml, read_yaml
    from survey.sheets.workbook import BadWorkbook
    from survey.sheets.xlsform_in import read_xlsform

    document: Any
    try:
        if file.suffix.lower() == ".xlsx":
            form = read_xlsform(file.read_bytes())
            document, wrong = form.document, [str(one) for one in form.wrong]
        else:
            document = read_yaml(file.read_bytes()).document
            wrong = [str(fault) for fault in faults_of_questionnaire(document)]
    except BadYaml as error:
        raise InvalidSpec(f"{file}{error}") from None
    except BadWorkbook as error:
        raise InvalidSpec(f"{file}: {error}") from None
    if wrong:
        more = [f"and {len(wrong) - SHOWN_FAULTS} more."] if len(wrong) > SHOWN_FAULTS else []
        raise InvalidSpec("\n  ".join([f"{file}: nothing was taken.", *wrong[:SHOWN_FAULTS], *more]))
    return canonical(document)
