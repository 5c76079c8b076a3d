"""`survey round`, the opening: the list for the custodians, and the count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import GIVEN_FILE, NEW_FILE, find_round, json_option, note, print_json, round_argument
from survey.cli.openings import keep_opening_record

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services

POOL_FROM = 2000  # ballots from which more processes are worth their start


@click.command()
@round_argument
@click.option("--out", required=True, type=NEW_FILE, help="File to write.")
@click.pass_obj
def boxes(instance: Path, round_id: str, out: Path) -> None:
    """Write the frozen list that every custodian opens. It holds no answer and opens nothing alone."""
    services, round_ = find_round(instance, round_id)
    click.echo(f"Wrote {out}. Digest of the list: {write_boxes(services, round_, out)}")


def write_boxes(services: Services, round_: Round, out: Path) -> str:
    """The SHA-256 of the file, in hexadecimal."""
    import hashlib

    from survey.cli.files import new_file
    from survey.domain.custody.boxes import boxes_chunks

    digest = hashlib.sha256()
    with new_file(out, mode=0o644) as stream:
        for chunk in boxes_chunks(round_, services.box):
            digest.update(chunk)
            stream.write(chunk)
    note(services, "write-boxes", round_.id)
    return digest.hexdigest()


@click.command()
@round_argument
@click.argument("parts", metavar="[PART]...", nargs=-1, type=GIVEN_FILE)
@json_option
@click.pass_obj
def count(instance: Path, round_id: str, parts: tuple[Path, ...], as_json: bool) -> None:
    """Check the custodians' partial openings, open every ballot of ROUND, count, and freeze the result.

    Without PART it takes those that custodians handed in on their page, and destroys them when all is counted.
    Happens once. Destroy PART files afterwards: together they open every answer.
    """
    services, round_ = find_round(instance, round_id)
    if round_.rehearsal is not None and not parts:
        from survey.domain.rehearsal import make_parts_here

        make_parts_here(round_, box=services.box, partials=services.partials, randomness=services.randomness)
    record, counted, void = count_ballots(services, round_, parts or tuple(services.partials.files(round_id).values()))
    if as_json:
        print_json({"round": round_.id, "record": record, "counted": counted, "void": void})
        return
    click.echo(f"Counted {counted} ballots, {void} void. Tally record: {record}")
    if parts:
        click.echo("Destroy the partial openings now: together they open every answer.", err=True)
    click.echo(f"The record for signature: survey round record {round_.id}")


def count_ballots(services: Services, round_: Round, parts: tuple[Path, ...]) -> tuple[str, int, int]:
    """(name of the tally record, see tally.record_hash; ballots counted; void ballots)."""
    import json
    import multiprocessing
    import os
    from concurrent.futures import ProcessPoolExecutor

    from survey.cli.progress import bar
    from survey.domain.custody.shares import PartialFile
    from survey.domain.lifecycle import count_round
    from survey.domain.results.tally import record_hash

    partials = [PartialFile.read(part) for part in parts]
    ballots = sum(services.box.count(evaluation.id) for evaluation in round_.evaluations)
    executor = None
    if ballots > POOL_FROM:
        # Fresh processes: a forked one would share the store's open connections.
        executor = ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))
    try:
        with bar("Opening", ballots) as progress:
            _, record = count_round(
                round_,
                partials,
                registry=services.registry,
                box=services.box,
                randomness=services.randomness,
                executor=executor,
                progress=progress,
            )
    finally:
        if executor is not None:
            executor.shutdown(cancel_futures=True)
    note(services, "count-round", round_.id)
    keep_opening_record(services, round_, partials, record_hash(record))
    evaluations = json.loads(record)["evaluations"]
    void = sum(sum(evaluation["void"].values()) for evaluation in evaluations)
    return record_hash(record), sum(evaluation["counted"] for evaluation in evaluations), void
