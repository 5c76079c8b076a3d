"""`survey round`, the end: into the archive, and the destruction of what could still tell an answer."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.frame import find_round, note, round_argument

WORDS = ("销毁", "destroy")
ABANDON = ("作废", "give up")


@click.command()
@round_argument
@click.option("--confirm", metavar="WORD", help="“give up” or “作废”, instead of being asked for it.")
@click.pass_obj
def abandon(instance: Path, round_id: str, confirm: str | None) -> None:
    """Give up ROUND, which was frozen with a mistake and never opened. CANNOT BE UNDONE.

    Its keys and codes are destroyed, slips that were printed lead nowhere, and the round leaves the store.
    """
    from survey.domain import abandoning
    from survey.errors import InvalidInput

    services, round_ = find_round(instance, round_id)
    round_.require(*abandoning.BEFORE_OPENING)
    if confirm is None:
        confirm = click.prompt("To confirm, type “give up”", default="", show_default=False, err=True)
    if confirm.strip().lower() not in ABANDON:
        raise InvalidInput("Nothing was given up: the word of confirmation was not typed.")
    abandoning.abandon(round_, services)
    note(services, "abandon-round", round_.id)
    click.echo(f"Round {round_.id} is given up. Destroy slips that were printed: they lead nowhere.")


@click.command()
@round_argument
@click.pass_obj
def archive(instance: Path, round_id: str) -> None:
    """Note that the papers of ROUND are in the archive: report, record of the opening, audit package.

    Its report must have been released to the teams, which erases the remarks in their own words.
    """
    from survey.domain import destruction

    services, round_ = find_round(instance, round_id)
    destruction.archive(round_, registry=services.registry, reports=services.reports)
    note(services, "archive-round", round_.id)
    click.echo(f"Round {round_.id} is in the archive. Sealed ballots still exist until it is destroyed.")


@click.command()
@round_argument
@click.option("--confirm", metavar="WORD", help="“destroy” or “销毁”, instead of being asked for it.")
@click.pass_obj
def destroy(instance: Path, round_id: str, confirm: str | None) -> None:
    """Destroy the sealed ballots of the archived ROUND and what is left of its keys. CANNOT BE UNDONE.

    Nobody can open or count it again, with any number of shares. What stays: tally record, audit package, the records
    of opening and destruction, staff log. Backups, shares and paper are destroyed by whoever holds them.
    """
    from survey.domain import destruction
    from survey.domain.rounds import State
    from survey.errors import InvalidInput
    from survey.storage.tidying import OrderRemains

    services, round_ = find_round(instance, round_id, needs_key=True)
    round_.require(State.ARCHIVED)
    if confirm is None:
        click.echo(
            "The sealed ballots go for ever: nobody can open or count them again. This cannot be undone.", err=True
        )
        confirm = click.prompt("To confirm, type “destroy”", default="", show_default=False, err=True)
    if confirm.strip().lower() not in WORDS:
        raise InvalidInput("Nothing was destroyed: the word of confirmation was not typed.")
    try:
        destruction.destroy(
            round_,
            registry=services.registry,
            box=services.box,
            keys=services.keys,
            board=services.board,
            partials=services.partials,
            clock=services.clock,
            end_sessions=services.end_sessions,
        )
    except OrderRemains as error:
        click.echo(f"Warning: {error} Run `survey tidy` when nobody is reading.", err=True)
    note(services, "destroy-round", round_.id)
    click.echo(
        f"Round {round_.id} is destroyed. The record for signature: survey round paper {round_.id} --kind destruction"
    )
    click.echo(
        "Staff have to sign in again. Destroy backups and custodians' shares too: this program does not reach them.",
        err=True,
    )
