"""`survey log`: old entries of the staff log go to a file, and such files are checked."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import click

from survey.cli.frame import GIVEN_FILE, NEW_FILE, services_of, staff_account
from survey.domain.local_time import BEIJING
from survey.errors import InvalidInput


@click.group("log")
def log_group() -> None:
    """The staff log: archive, verify. `survey check` verifies what stands in the store."""


@log_group.command()
@click.option(
    "--before", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Entries of before this day (Beijing) are moved."
)
@click.option("--out", required=True, type=NEW_FILE, help="File to write.")
@click.pass_obj
def archive(instance: Path, before: datetime, out: Path) -> None:
    """Move entries older than twelve months to a file; its chain and that of the store can still be verified."""
    from survey.cli.files import new_file
    from survey.storage.database import open_database
    from survey.storage.log_archive import remove_archived, write_archive

    services = services_of(instance)
    engine = open_database(services.settings.database_url)
    try:
        with new_file(out) as stream:
            facts, file = write_archive(engine, services.clock, before.replace(tzinfo=BEIJING), stream)
        try:
            remove_archived(engine, services.clock, facts, file, staff_account())
        except BaseException:
            out.unlink(missing_ok=True)  # nothing was removed, so the file is only a copy
            raise
    finally:
        engine.dispose()
    click.echo(f"Moved entries {facts.first} to {facts.last} to {out}. SHA-256 of the file: {file.hex()}")


@log_group.command()
@click.argument("files", nargs=-1, required=True, type=GIVEN_FILE)
@click.option("--alone", is_flag=True, help="Check the files only, without an instance.")
@click.pass_obj
def verify(instance: Path, files: tuple[Path, ...], alone: bool) -> None:
    """Check archive FILES: every entry, the chain in each, from one to the next, and to the store."""
    from survey.storage.database import open_database
    from survey.storage.log_archive import is_ours, read_archive

    checked = []
    for path in files:
        with path.open("rb") as stream:
            checked.append((*read_archive(stream, str(path)), path))
    checked.sort(key=lambda entry: entry[0].first)
    for (earlier, _, _), (later, _, path) in pairwise(checked):
        if later.first == earlier.last + 1 and later.previous != earlier.hash:
            raise InvalidInput(f"{path} does not continue the archive before it.")
    if not alone:
        engine = open_database(services_of(instance).settings.database_url)
        try:
            for facts, digest, path in checked:
                if not is_ours(engine, facts, digest):
                    raise InvalidInput(f"{path} is whole, but this instance has not made it.")
        finally:
            engine.dispose()
    for facts, _, path in checked:
        click.echo(f"{path}: entries {facts.first} to {facts.last}, whole.")
