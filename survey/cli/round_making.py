"""`survey round`, before anybody has a slip: the spec, the opening key, freezing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from survey.cli.frame import (
    FOLDER,
    GIVEN_FILE,
    NEW_FILE,
    find_round,
    json_option,
    note,
    print_json,
    round_argument,
    services_of,
)

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services


@click.command()
@click.argument("spec", type=GIVEN_FILE)
@json_option
@click.pass_obj
def create(instance: Path, spec: Path, as_json: bool) -> None:
    """Make a round from SPEC, a .yaml file or the Excel template (.xlsx) with the same fields.

    Required: name, custodians, teams (name, leader, units with name and entitled). Optional: threshold,
    questionnaire, minimum_group, texts_minimum, spare_percent, opens_at, closes_at.
    """
    from survey.cli.specfile import read_round

    services = services_of(instance)
    round_ = read_round(spec, services.randomness)
    services.registry.add_round(round_)
    note(services, "create-round", round_.id)
    if as_json:
        evaluations = [{"id": evaluation.id, "team": evaluation.team} for evaluation in round_.evaluations]
        print_json({"round": round_.id, "evaluations": evaluations})
        return
    units = sum(len(evaluation.units) for evaluation in round_.evaluations)
    click.echo(f"Made round {round_.id} ({round_.name}): {len(round_.evaluations)} teams, {units} units.")
    for evaluation in round_.evaluations:
        click.echo(f"  {evaluation.id}  {evaluation.team}: {evaluation.entitled} entitled")


@click.command("template")
@click.argument("file", type=NEW_FILE)
def template_(file: Path) -> None:
    """Write the Excel template of a round spec to FILE (.xlsx), filled with an example. Needs no instance."""
    from survey.cli.files import new_file
    from survey.errors import InvalidInput
    from survey.sheets.template import template

    if file.suffix.lower() != ".xlsx":
        raise InvalidInput(f"{file} does not end in .xlsx.")
    with new_file(file, mode=0o644) as stream:
        stream.write(template())
    click.echo(f"Wrote {file}; replace the example and give it to `survey round create`.")


@click.command("list")
@json_option
@click.pass_obj
def list_(instance: Path, as_json: bool) -> None:
    """List all rounds and their states."""
    rounds = services_of(instance).registry.list_rounds()
    if as_json:
        print_json([{"round": round_.id, "name": round_.name, "state": round_.state.value} for round_ in rounds])
        return
    for round_ in rounds:
        click.echo(f"{round_.id}\t{round_.state.value}\t{round_.name}")


@click.command()
@round_argument
@click.option(
    "--all-here",
    "folder",
    required=True,
    type=FOLDER,
    help="For tests and demos only: run all custodians here and write DIR/<custodian>.share.",
    metavar="DIR",
)
@click.pass_obj
def keys(instance: Path, round_id: str, folder: Path) -> None:
    """Make the opening key of ROUND, with every custodian on this one machine. For tests and demos only.

    Whoever holds this machine could keep all shares and open every answer alone. The shares are written without
    passphrase.
    """
    services, round_ = find_round(instance, round_id)
    written = make_keys(services, round_, folder)
    click.echo("For tests and demos only: all shares were on this one machine, without passphrase.", err=True)
    for file in written:
        click.echo(f"Wrote {file}")


def make_keys(services: Services, round_: Round, folder: Path) -> list[Path]:
    """The share files, one per custodian; if one cannot be written there is neither share nor key."""
    from survey.cli.files import require_new, safe_name, write_secret
    from survey.domain.ceremony.all_here import make_opening_key
    from survey.domain.custody.shares import encode_share

    files = [folder / f"{safe_name(custodian.name, 'The custodian')}.share" for custodian in round_.custodians]
    for file in files:
        require_new(file)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written: list[Path] = []

    def hand_out(keyed: Round, shares: Any) -> None:
        for file, custodian, share in zip(files, keyed.custodians, shares, strict=True):
            write_secret(file, encode_share(keyed.id, custodian.name, share))
            written.append(file)

    try:
        make_opening_key(round_, registry=services.registry, randomness=services.randomness, hand_out=hand_out)
    except BaseException:
        for file in written:
            file.unlink()
        raise
    note(services, "make-keys-here", round_.id)
    return written


@click.command()
@round_argument
@click.option(
    "--spare", type=click.IntRange(0, 100), metavar="PERCENT", help="Spare codes.  [default: as in the spec, 8]"
)
@click.pass_obj
def freeze(instance: Path, round_id: str, spare: int | None) -> None:
    """Freeze questionnaire and manifests of ROUND, with the number of codes to be printed. Cannot be undone."""
    from survey.domain import lifecycle
    from survey.domain.grants import check_custodians
    from survey.domain.manifest import get_manifest
    from survey.reports.places import fonts_folder
    from survey.reports.printable import check_printable
    from survey.respondent.assets import script_digests

    services, round_ = find_round(instance, round_id, needs_key=True)
    check_custodians(round_, services.recusals.names(round_id))
    check_printable(round_, fonts_folder())
    round_ = lifecycle.freeze(
        round_,
        registry=services.registry,
        keys=services.keys,
        host=services.settings.host,
        scripts=script_digests(),
        spare_percent=spare,
    )
    note(services, "freeze-round", round_.id)
    click.echo(f"Round {round_.id} is frozen; its slips and manifests name {services.settings.public_url}.")
    for evaluation in round_.evaluations:
        manifest = get_manifest(services.registry, evaluation.id)
        click.echo(f"  {evaluation.team}: {evaluation.printed(round_.spare_percent)} codes, {manifest.fingerprint}")
