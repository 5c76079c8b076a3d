"""`survey custodian`: what a key holder does, on a machine of their own, without an instance.

Only `join` without --board uses the network, and only to reach the notice board that the invitation names.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from survey.cli.frame import GIVEN_FILE, NEW_FILE


@click.group()
def custodian() -> None:
    """What a key holder does, on a machine of their own: needs no instance.

    \b
    join     make a share together with the others
    test     is the share whole, and the passphrase the right one?
    open     after closing: the partial opening of the frozen list
    sign     after the count: state what you opened and what came out
    """


_passphrase_option = click.option(
    "--passphrase-file",
    type=GIVEN_FILE,
    help="Read the passphrase from the file's first line instead of asking.",
)
_share_option = click.option(
    "--share",
    "share_file",
    required=True,
    type=GIVEN_FILE,
    help="Your key share. It stays with you.",
)


def asked_passphrase(file: Path | None, *, is_new: bool = False) -> str:
    """Typed unseen (twice when new), or the first line of a file."""
    if file is not None:
        return file.read_text("utf-8").split("\n", 1)[0]
    typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new)
    return typed


@custodian.command()
@click.option(
    "--invitation",
    "invitation_file",
    required=True,
    type=GIVEN_FILE,
    help="The file that the office gave you.",
)
@click.option(
    "--share-out",
    "share_file",
    required=True,
    type=NEW_FILE,
    help="Your share will be written here; until then FILE.draft keeps your place.",
)
@click.option(
    "--old-share",
    "old_share",
    type=GIVEN_FILE,
    help="Where a lost custodian is replaced: your share of the key as it is. Delete it when the new one is written.",
)
@click.option(
    "--board",
    "board_file",
    type=GIVEN_FILE,
    help="Without network: the notice board as a file from the office (with --message-out).",
)
@click.option(
    "--message-out",
    "message_file",
    type=NEW_FILE,
    help="Without network: write your next message here, for the office.",
)
@click.option("--wait", type=click.FloatRange(0, 86400), default=600, show_default=True, help="Seconds to wait.")
@click.option("--trust", type=click.Path(exists=True, dir_okay=False), help="Certificates (PEM) to trust.")
@click.option("--yes", is_flag=True, help="The check words were compared already; do not ask. For rehearsals.")
@_passphrase_option
def join(
    invitation_file: Path,
    share_file: Path,
    old_share: Path | None,
    board_file: Path | None,
    message_file: Path | None,
    wait: float,
    trust: str | None,
    yes: bool,
    passphrase_file: Path | None,
) -> None:
    """Make your share of the key, together with the other custodians.

    Everybody runs this at about the same time, or again and again: the same command goes on where it stopped. The
    share is locked under a passphrase of your choice; nobody can open it without, and nobody can tell you what it was.
    """
    from survey.cli import custodian_join as joining
    from survey.cli.files import require_new
    from survey.crypto.passphrase import LOG_N
    from survey.domain.ceremony.agreed import DONE
    from survey.domain.ceremony.invitation import Invitation
    from survey.domain.custody.shares import ShareFile

    if (board_file is None) != (message_file is None):
        raise click.UsageError("--board and --message-out belong together.")
    if message_file is not None:
        require_new(message_file)
    invitation = Invitation.parse(invitation_file.read_bytes())
    old = None if old_share is None else ShareFile.read(old_share, lambda: asked_passphrase(passphrase_file))
    own = joining.Joining.begin(
        invitation,
        share_file,
        lambda is_new: asked_passphrase(passphrase_file, is_new=is_new),
        LOG_N,
        None if old is None else old.secret,
    )
    way: joining.Way
    if board_file is not None and message_file is not None:
        way = joining.FileWay(board_file, message_file)
    else:
        way = joining.HttpWay(invitation, trust)
    board = joining.join(own, way, agree=(lambda _: True) if yes else joining.ask_to_agree, wait=wait)
    if board.phase == DONE:
        click.echo(f"{invitation.custodian}: wrote {share_file}. Keep it, and a copy of it somewhere else.")
        return
    names = ", ".join(board.agreed.custodians[index - 1] for index in board.missing)
    click.echo(f"Phase {board.phase}: waiting for {names}. Run the same command again later; nothing is lost.")


@custodian.command("test")
@_share_option
@_passphrase_option
def test_share(share_file: Path, passphrase_file: Path | None) -> None:
    """Is your share whole, and your passphrase the right one? Opens nothing and sends nothing."""
    from survey.domain.custody.shares import ShareFile

    share = ShareFile.read(share_file, lambda: asked_passphrase(passphrase_file))
    click.echo(f"{share.custodian}: the share of round {share.round_id} is whole, and this passphrase opens it.")


@custodian.command("open")
@_share_option
@click.option(
    "--boxes",
    "boxes_file",
    required=True,
    type=GIVEN_FILE,
    help="The frozen list that the office gave you (`survey round boxes`).",
)
@click.option(
    "--out",
    "part_file",
    required=True,
    type=NEW_FILE,
    help="File to write for the office: your partial opening.",
)
@_passphrase_option
def open_(share_file: Path, boxes_file: Path, part_file: Path, passphrase_file: Path | None) -> None:
    """Make your partial opening of the boxes with your share.

    Compare the digest printed here with the one the office published at closing before you hand PART over. PART
    opens nothing alone; together with enough others it opens every answer of the round, so hand it over directly
    and keep no copy.
    """
    open_boxes(share_file, boxes_file, part_file, passphrase_file=passphrase_file)


def open_boxes(
    share_file: Path, boxes_file: Path, part_file: Path, *, passphrase_file: Path | None = None, quiet: bool = False
) -> None:
    from survey.cli.files import new_file, require_new
    from survey.domain.custody.boxes import BoxesFile
    from survey.domain.custody.shares import ShareFile, write_partial

    require_new(part_file)
    share = ShareFile.read(share_file, lambda: asked_passphrase(passphrase_file))
    boxes = BoxesFile.read(boxes_file)
    with new_file(part_file) as out:
        write_partial(share, boxes, out, secrets.token_bytes)
    if quiet:
        return
    click.echo(f"{share.custodian}: partial opening of {boxes.count} ballots written to {part_file}.")
    click.echo(f"Digest of the list: {boxes.digest.hex()}")
    click.echo("Keep your share until the count is done. Then sign the record (survey custodian sign), and delete it.")


@custodian.command()
@_share_option
@click.option(
    "--record",
    "record_file",
    required=True,
    type=GIVEN_FILE,
    help="The record of the opening that the office gave you (`survey round record ROUND --json`).",
)
@click.option(
    "--out",
    "statement_file",
    required=True,
    type=NEW_FILE,
    help="File to write for the office: your statement.",
)
@_passphrase_option
def sign(share_file: Path, record_file: Path, statement_file: Path, passphrase_file: Path | None) -> None:
    """After the count: sign which list you opened and which result came out.

    Compare what is printed here with what was published, then hand STATEMENT to the office; it is public. Afterwards
    your share is of no use any more: delete it.
    """
    from survey.cli.files import new_file, require_new
    from survey.domain.custody.shares import ShareFile
    from survey.domain.custody.statements import Statement
    from survey.errors import WrongState

    require_new(statement_file)
    share = ShareFile.read(share_file, lambda: asked_passphrase(passphrase_file))
    statement = Statement.of_opening(record_file.read_bytes(), share.index)
    if statement.round_id != share.round_id:
        raise WrongState(f"The share of {share.custodian} belongs to another round than {record_file}.")
    with new_file(statement_file, mode=0o644) as out:
        out.write(statement.signed(share.secret, secrets.token_bytes).encode())
    click.echo(f"{share.custodian}: statement written to {statement_file}.")
    click.echo(f"List opened:  {statement.boxes_digest}")
    click.echo(f"Your part:    {statement.partial}")
    click.echo(f"Tally record: {statement.record}")
    click.echo(FAREWELL)


FAREWELL = (
    "Your share is not needed any more. When the office has taken the statement, delete the share file and every copy "
    "of it, also on memory sticks and in backups, and shred the paper."
)
