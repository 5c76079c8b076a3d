"""`survey round invite` and `survey round ceremony`: the office's side of making a round's key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import FOLDER, GIVEN_FILE, NEW_FILE, find_round, json_option, note, print_json, round_argument

if TYPE_CHECKING:
    from survey.domain.ceremony.invitation import Invitation
    from survey.domain.ceremony.office import Standing
    from survey.domain.rounds import Round
    from survey.services import Services

_out_option = click.option(
    "--out",
    required=True,
    type=FOLDER,
    help="New folder for one invitation file per custodian.",
)


@click.command()
@round_argument
@_out_option
@click.pass_obj
def invite(instance: Path, round_id: str, out: Path) -> None:
    """Write an invitation for every custodian of ROUND: a file for `survey custodian join`, with a link for a browser.

    Hand each to its custodian only, in person or through two different channels: whoever has it can take the
    custodian's place. Doing it again voids the earlier invitations and loses nothing that was said.
    """
    from survey.domain.ceremony.office import invite as make_invitations
    from survey.domain.grants import check_custodians
    from survey.reports.places import fonts_folder
    from survey.reports.printable import check_printable

    services, round_ = find_round(instance, round_id)
    check_custodians(round_, services.recusals.names(round_id))
    check_printable(round_, fonts_folder())  # the key is made for these names: afterwards they stay
    _write_invitations(
        out,
        lambda: make_invitations(
            round_, board=services.board, randomness=services.randomness, url=services.settings.public_url
        ),
    )
    note(services, "invite-custodians", round_.id)


@click.command()
@round_argument
@click.argument("lost", metavar="CUSTODIAN")
@click.argument("newcomer", metavar="NEWCOMER")
@_out_option
@click.pass_obj
def replace(instance: Path, round_id: str, lost: str, newcomer: str, out: Path) -> None:
    """Replace CUSTODIAN of ROUND, whose share is lost, by NEWCOMER. The opening key stays as it is.

    All other custodians take part with their shares (`survey custodian join --old-share`); everybody gets a new share,
    and the old ones count no more. Possible until the round is closed.
    """
    from survey.domain.ceremony.replacing import replace_custodian
    from survey.errors import NotFound

    services, round_ = find_round(instance, round_id)
    indices = [custodian.index for custodian in round_.custodians if custodian.name == lost]
    if not indices:
        raise NotFound(f"Round {round_id} has no custodian {lost}.")
    _write_invitations(
        out,
        lambda: replace_custodian(
            round_,
            indices[0],
            newcomer,
            board=services.board,
            randomness=services.randomness,
            url=services.settings.public_url,
            recused=services.recusals.names(round_id),
        ),
    )
    note(services, "replace-custodian", round_.id)


def _write_invitations(out: Path, make: Callable[[], list[Invitation]]) -> None:
    from survey.cli.files import new_folder, safe_name, write_secret

    with new_folder(out) as folder:
        invitations = make()
        for invitation in invitations:
            name = safe_name(invitation.custodian, "The custodian")
            write_secret(folder / f"{name}.invitation", invitation.encode())
    for invitation in invitations:
        click.echo(f"Wrote {out / invitation.custodian}.invitation")
    click.echo("Hand each file to its custodian only, and delete it here.", err=True)


@click.command()
@round_argument
@click.option(
    "--post",
    "message_files",
    multiple=True,
    type=GIVEN_FILE,
    help="Put a message on the notice board that a custodian sent as a file. May be given several times.",
)
@click.option(
    "--board-out",
    type=NEW_FILE,
    help="Write the notice board to a file, for custodians without network.",
)
@click.option("--restart", is_flag=True, help="Begin again with the same custodians and invitations.")
@json_option
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
    from survey.domain.ceremony import office as ceremony_office

    services, round_ = find_round(instance, round_id)
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
    from survey.domain.ceremony import office as ceremony_office
    from survey.domain.ceremony.messages import MESSAGE_MAX, Message

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
        "stopped": now.why_stopped,
    }


def describe(now: Standing) -> list[str]:
    """Where the ceremony stands, line by line, for people."""
    from survey.domain.ceremony.agreed import DONE
    from survey.domain.ceremony.check_words import check_words

    board = now.board
    if now.stopped is not None:
        return [f"Stopped: {now.why_stopped}", "Begin again with --restart once it is clear what happened."]
    if board.phase == DONE:
        zh, en = check_words(board.seen("confirm"))
        return ["Everybody has confirmed; the round has its opening key.", f"Check words: {' '.join(zh)}", " ".join(en)]
    names = ", ".join(board.agreed.custodians[index - 1] for index in board.missing)
    return [f"Attempt {board.agreed.attempt}, phase {board.phase}; waiting for: {names}."]
