"""`survey round record` and `survey round statement`: what an opening leaves behind, signed by hand and with keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import GIVEN_FILE, find_round, json_option, note, round_argument

if TYPE_CHECKING:
    from survey.domain.custody.shares import PartialFile
    from survey.domain.rounds import Round
    from survey.services import Services


def keep_opening_record(services: Services, round_: Round, partials: Sequence[PartialFile], record: str) -> None:
    """After the count: what lies on this server is destroyed, and the record of it kept."""
    from survey.domain.custody.opening_record import conclude

    conclude(
        round_,
        partials,
        record,
        registry=services.registry,
        board=services.board,
        store=services.partials,
        clock=services.clock,
    )
    note(services, "destroy-partials", round_.id)


@click.command("record")
@round_argument
@json_option
@click.pass_obj
def opening_sheet(instance: Path, round_id: str, as_json: bool) -> None:
    """Print the record of ROUND's opening, for signature: who, when, digests, what was destroyed.

    With --json it is the file for `survey custodian sign --record`.
    """
    from survey.domain.custody.opening_record import for_signature
    from survey.domain.custody.shares import PartialFile
    from survey.domain.custody.statements import who_signed
    from survey.domain.results.tally import record_hash
    from survey.errors import NotYet

    services, round_ = find_round(instance, round_id)
    raw = services.board.find_opening_record(round_id)
    record = services.registry.find_tally_record(round_id)
    if raw is None and record is not None:
        # The count was interrupted after its result was stored: what it left is destroyed and recorded now.
        left = [PartialFile.read(file) for file in services.partials.files(round_id).values()]
        keep_opening_record(services, round_, left, record_hash(record))
        raw = services.board.find_opening_record(round_id)
    if raw is None:
        raise NotYet(f"Round {round_id} has not been counted; there is no record of an opening yet.")
    if as_json:
        click.echo(raw.decode("utf-8"))
        return
    click.echo(for_signature(raw), nl=False)
    click.echo(_signed_line(*who_signed(round_, raw, services.registry)), err=True)


def _signed_line(signed: list[str], missing: list[str]) -> str:
    line = f"Statements signed with a key: {', '.join(signed) or 'none'}."
    return f"{line} Not yet: {', '.join(missing)}." if missing else line


@click.command()
@round_argument
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=GIVEN_FILE)
@click.pass_obj
def statement(instance: Path, round_id: str, files: tuple[Path, ...]) -> None:
    """Take the statements that custodians of ROUND signed (`survey custodian sign`) into the audit package."""
    from survey.domain.custody.statements import STATEMENT_MAX, take_statement

    services, round_ = find_round(instance, round_id)
    for file in files:
        with file.open("rb") as stream:
            raw = stream.read(STATEMENT_MAX + 1)
        taken = take_statement(round_, raw, board=services.board, registry=services.registry)
        note(services, "take-statement", round_.id)
        click.echo(f"The statement of {taken.name} checks and is kept.")
