"""`survey round invite` and `survey round ceremony`: the office's side of making a round's key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import note, print_json, services_of

if TYPE_CHECKING:
    from survey.domain.ceremony_office import Standing
    from survey.domain.rounds import Round
    from survey.services import Services

_round_argument = click.argument("round_id", metavar="ROUND")


@click.command()
@_round_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="New folder for one invitation file per custodian.",
)
@click.pass_obj
def invite(instance: Path, round_id: str, out: Path) -> None:
    """Write an invitation for every custodian of ROUND: a file for `survey custodian join`, with a link for a browser.

    Hand each to its custodian only, in person or through two different channels: whoever has it can take the
    custodian's place. Doing it again voids the earlier invitations and loses nothing that was said.
    """
    from survey.cli.files import new_folder, safe_name, write_secret
    from survey.domain.ceremony_office import invite as make_invitations
    from survey.domain.lifecycle import get_round

    services = services_of(instance)
    round_ = get_round(services.registry, round_id)
    names = [safe_name(custodian.name, "The custodian") for custodian in round_.custodians]
    with new_folder(out) as folder:
        invitations = make_invitations(
            round_, board=services.board, randomness=services.randomness, url=services.settings.public_url
        )
        for name, invitation in zip(names, invitations, strict=True):
            write_secret(folder / f"{name}.invitation", invitation.encode())
    note(services, "invite-custodians", round_.id)
    for name in names:
        click.echo(f"Wrote {out / name}.invitation")
    click.echo("Hand each file to its custodian only, and delete it here.", err=True)


@click.command()
@_round_argument
@click.option(
    "--post",
    "message_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Put a message on the notice board that a custodian sent as a file. May be given several times.",
)
@click.option(
    "--board-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the notice board to a file, for custodians without network.",
)
@click.option("--restart", is_flag=True, help="Begin again with the same custodians and invitations.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def ceremony(
    instance: Path,
    round_id: str,
    message_files: tuple[Path, ...],
    board_out: Path | None,
    restart: bool,
    as_json: bool,
) -> None:
    """Show where the making of ROUND's key is, and serve custodians who work with files."""
    from survey.cli.files import require_new, write_secret
    from survey.domain import ceremony_office
    from survey.domain.lifecycle import get_round

    services = services_of(instance)
    round_ = get_round(services.registry, round_id)
    if board_out is not None:
        require_new(board_out)
    if restart:
        ceremony_office.restart(round_, board=services.board)
        note(services, "restart-ceremony", round_.id)
    for file in message_files:
        _post(services, round_, file)
    now = ceremony_office.standing(round_, services.board)
    if board_out is not None:
        write_secret(board_out, json.dumps(now.document, ensure_ascii=False, indent=1).encode("utf-8") + b"\n")
    if as_json:
        print_json(_summary(now))
        return
    for line in describe(now):
        click.echo(line)


def _post(services: Services, round_: Round, file: Path) -> None:
    from survey.domain import ceremony_office
    from survey.domain.ceremony import MESSAGE_MAX, Message

    with file.open("rb") as stream:
        raw = stream.read(MESSAGE_MAX + 1)
    message = Message.parse(raw)
    ceremony_office.post(round_, message.index, raw, board=services.board, registry=services.registry)
    note(services, "ceremony-message", round_.id)


def _summary(now: Standing) -> dict[str, object]:
    agreed = now.board.agreed
    return {
        "round": agreed.round_id,
        "attempt": agreed.attempt,
        "phase": now.board.phase,
        "missing": [agreed.custodians[index - 1] for index in now.board.missing],
        "stopped": now.stopped,
    }


def describe(now: Standing) -> list[str]:
    """Where the ceremony stands, line by line, for people."""
    from survey.domain.ceremony import DONE
    from survey.domain.check_words import check_words

    board = now.board
    if now.stopped is not None:
        return [f"Stopped: {now.stopped}", "Begin again with --restart once it is clear what happened."]
    if board.phase == DONE:
        zh, en = check_words(board.seen("confirm"))
        return ["Everybody has confirmed; the round has its opening key.", f"Check words: {' '.join(zh)}", " ".join(en)]
    names = ", ".join(board.agreed.custodians[index - 1] for index in board.missing)
    return [f"Attempt {board.agreed.attempt}, phase {board.phase}; waiting for: {names}."]
