"""`survey custodian`: what a key holder does, on a machine of their own, without network and without an instance."""

from __future__ import annotations

import secrets
from pathlib import Path

import click


@click.group()
def custodian() -> None:
    """What a key holder does, on a machine of their own: needs no instance and no network."""


@custodian.command("open")
@click.option(
    "--share",
    "share_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Your key share. It stays with you.",
)
@click.option(
    "--boxes",
    "boxes_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The frozen list that the office gave you (`survey round boxes`).",
)
@click.option(
    "--out",
    "part_file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write for the office: your partial opening.",
)
def open_(share_file: Path, boxes_file: Path, part_file: Path) -> None:
    """Make your partial opening of the boxes with your share.

    Compare the digest printed here with the one the office published at closing before you hand PART over. PART
    opens nothing alone; together with enough others it opens every answer of the round, so hand it over directly
    and keep no copy.
    """
    open_boxes(share_file, boxes_file, part_file)


def open_boxes(share_file: Path, boxes_file: Path, part_file: Path, *, quiet: bool = False) -> None:
    from survey.cli.files import new_file, require_new
    from survey.domain.boxes import BoxesFile
    from survey.domain.shares import ShareFile, write_partial

    require_new(part_file)
    share, boxes = ShareFile.read(share_file), BoxesFile.read(boxes_file)
    with new_file(part_file) as out:
        write_partial(share, boxes, out, secrets.token_bytes)
    if quiet:
        return
    click.echo(f"{share.custodian}: partial opening of {boxes.count} ballots written to {part_file}.")
    click.echo(f"Digest of the list: {boxes.digest.hex()}")
