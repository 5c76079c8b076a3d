"""`survey round`, from the printed slips to the closed boxes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from survey.cli.frame import FOLDER, find_round, json_option, note, print_json, round_argument

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services


@click.command()
@round_argument
@click.option(
    "--out",
    required=True,
    type=FOLDER,
    help="New folder for codes.csv and one PDF of slips per unit.",
)
@click.pass_obj
def codes(instance: Path, round_id: str, out: Path) -> None:
    """Write the slips of ROUND: codes.csv and one PDF per unit, shuffled.

    Done again, it voids every code that was not used and writes new slips for the rest. The codes count from the
    moment the slips are safely written.
    """
    from survey.cli.slips import CODES_FILE, print_run

    services, round_ = find_round(instance, round_id, needs_key=True)
    round_, slips = print_run(services, round_, out)
    note(services, "print-codes", round_.id)
    click.echo(f"Wrote {len(slips)} codes to {out / CODES_FILE}, and their slips as one PDF per unit beside it.")
    click.echo(
        "Delete the files after printing, and clear the printer: many keep what they printed in memory.", err=True
    )


@click.command("open")
@round_argument
@click.pass_obj
def open_(instance: Path, round_id: str) -> None:
    """Start collecting."""
    from survey.domain.lifecycle import open_round

    services, round_ = find_round(instance, round_id)
    open_round(round_, registry=services.registry, box=services.box)
    note(services, "open-round", round_.id)
    click.echo(f"Round {round_.id} collects answers now.")


@click.command()
@round_argument
@json_option
@click.pass_obj
def status(instance: Path, round_id: str, as_json: bool) -> None:
    """Turnout of ROUND: entitled, printed and used per evaluation and unit.

    Used codes and ballots are in steps of five until it is closed, exact afterwards. They are those of this moment,
    while the office's pages stand still for ten minutes: whoever runs this command holds the store itself.
    """
    from survey.domain.turnout import turnout

    services, round_ = find_round(instance, round_id)
    counts = turnout(round_, services.registry, services.box)
    if as_json:
        print_json(counts)
        return
    click.echo(f"{counts['name']} ({counts['round']}): {counts['state']}")
    for evaluation in counts["evaluations"]:
        exact = "" if evaluation["exact"] else " (in steps of five)"
        click.echo(f"  {evaluation['team']}: {evaluation['ballots']} ballots{exact}; {_codes(evaluation)}")
        for unit in evaluation["units"]:
            click.echo(f"    {unit['name']}: {_codes(unit)}")


def _codes(counts: dict[str, Any]) -> str:
    return f"{counts['used']} of {counts['printed']} codes used, {counts['entitled']} entitled"


@click.command()
@round_argument
@click.pass_obj
def close(instance: Path, round_id: str) -> None:
    """Stop collecting, void unused codes, put the boxes in key order, publish their roots. Cannot be undone."""
    services, round_ = find_round(instance, round_id)
    round_ = close_boxes(services, round_)
    digest = services.registry.find_boxes_digest(round_.id)
    click.echo(f"Round {round_.id} is closed. Digest of the list to be opened: {digest.hex() if digest else '-'}")
    for evaluation in round_.evaluations:
        root = services.registry.find_root(evaluation.id)
        click.echo(f"  {evaluation.team}: {services.box.count(evaluation.id)} ballots, root {(root or b'').hex()}")


def close_boxes(services: Services, round_: Round) -> Round:
    """Close; where somebody keeps the store from being put in order, a warning says so."""
    from survey.domain.lifecycle import close_round, get_round
    from survey.storage.tidying import OrderRemains

    try:
        closed = close_round(round_, registry=services.registry, box=services.box, keys=services.keys)
    except OrderRemains as error:
        closed = get_round(services.registry, round_.id)
        click.echo(f"Warning: {error} Run `survey tidy` when nobody is reading.", err=True)
    note(services, "close-round", closed.id)
    note(services, "destroy-keys", closed.id)
    return closed


@click.command("destroy-keys")
@round_argument
@click.pass_obj
def destroy_keys_(instance: Path, round_id: str) -> None:
    """Destroy the keys of the closed ROUND, where closing was interrupted before it did. May be repeated."""
    from survey.domain.lifecycle import destroy_keys

    services, round_ = find_round(instance, round_id)
    destroy_keys(round_, keys=services.keys)
    note(services, "destroy-keys", round_.id)
    click.echo(f"Round {round_.id} has no keys any more: nothing can be signed, and no slip found in the store.")
