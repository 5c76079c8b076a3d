"""`survey audit`: the public audit package of a round."""

from __future__ import annotations

import json
from pathlib import Path

import click

from survey.cli.frame import NEW_FILE, find_round, note, round_argument


@click.group()
def audit() -> None:
    """The public audit package of a round, with nothing sealed in it."""


@audit.command()
@round_argument
@click.option("--out", required=True, type=NEW_FILE, help="ZIP file to write.")
@click.pass_obj
def export(instance: Path, round_id: str, out: Path) -> None:
    """Write the public audit package of ROUND: manifests, ballots without their sealed answers, counts, keys."""
    from survey.cli.files import new_file
    from survey.domain.audit import audit_package

    services, round_ = find_round(instance, round_id)
    with new_file(out, mode=0o644) as stream:
        for piece in audit_package(round_, registry=services.registry, box=services.box, for_all=False):
            stream.write(piece)
    note(services, "export-audit", round_.id)
    click.echo(f"Wrote {out}.")


@audit.command()
@click.argument("package", metavar="ZIP", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.pass_context
def verify(context: click.Context, package: Path, as_json: bool) -> None:
    """Check the audit package ZIP; needs no instance and no network.

    Who opened and has not signed a statement is told as missing; that is no failure. The last line says what nobody
    can check from the package. Exit code 0: all checks hold; 1: a check failed, and is named; 2: the package cannot
    be read.
    """
    from survey.domain.audit_check import check_package
    from survey.domain.audit_verdicts import CheckFailed, Unreadable

    held: list[dict[str, object]] = []
    missing: list[str] = []
    beyond: list[str] = []
    failure: str | None = None
    code = 0
    try:
        for verdict in check_package(package):
            if verdict.is_beyond:
                beyond.append(verdict.claim)
                continue
            if verdict.is_missing:
                missing.append(verdict.claim)
            else:
                held.append({"claim": verdict.claim, "ballots": verdict.ballots})
            if not as_json:
                counted = f" ({verdict.ballots} ballots)" if verdict.ballots else ""
                click.echo(f"{'missing' if verdict.is_missing else 'holds'}: {verdict.claim}{counted}")
    except CheckFailed as error:
        failure, code = str(error), 1
    except Unreadable as error:
        failure, code = str(error), 2
    if as_json:
        told = {"holds": held, "missing": missing, "not_checkable": beyond, "failure": failure}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    if failure is not None:
        click.echo(f"Error: {failure}", err=True)
    elif not as_json:
        click.echo("All checks hold.")
        for claim in beyond:
            click.echo(f"not checkable from this package: {claim}")
    context.exit(code)
