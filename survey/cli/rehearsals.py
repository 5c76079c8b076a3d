"""`survey round rehearse` and `survey round clear`: a copy of a draft goes the whole way first, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.frame import find_round, json_option, note, print_json, round_argument


@click.command()
@round_argument
@json_option
@click.pass_obj
def rehearse(instance: Path, round_id: str, as_json: bool) -> None:
    """Make a rehearsal of the draft ROUND: a copy that says everywhere what it is, its key made on this machine.

    It goes the way of a real round with the same commands; `survey round count` needs no custodians for it. ROUND is
    not frozen until its rehearsal is cleared.
    """
    from survey.domain.rehearsal import rehearse as make_rehearsal
    from survey.reports.places import fonts_folder
    from survey.reports.printable import check_printable

    services, round_ = find_round(instance, round_id)
    check_printable(round_, fonts_folder())
    made = make_rehearsal(
        round_, registry=services.registry, recusals=services.recusals, randomness=services.randomness
    )
    note(services, "rehearse-round", made.id)
    if as_json:
        evaluations = [{"id": evaluation.id, "team": evaluation.team} for evaluation in made.evaluations]
        print_json({"round": made.id, "evaluations": evaluations})
        return
    click.echo(f"Made rehearsal {made.id} ({made.name}). It is frozen next; nothing in it counts.")


@click.command()
@round_argument
@click.pass_obj
def clear(instance: Path, round_id: str) -> None:
    """Clear the rehearsal ROUND, in whatever state it is: slips, answers, results, keys. A real round is refused."""
    from survey.domain.rehearsal import clear as clear_rehearsal

    services, round_ = find_round(instance, round_id)
    clear_rehearsal(round_, services)
    note(services, "clear-rehearsal", round_.id)
    click.echo(f"The rehearsal {round_.id} is cleared. Nothing of it is left but its lines in the staff log.")
