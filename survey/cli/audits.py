"""`survey audit`: the public audit package of a round."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.frame import note, services_of


@click.group()
def audit() -> None:
    """The public audit package of a round, with nothing sealed in it."""


@audit.command()
@click.argument("round_id", metavar="ROUND")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="ZIP file to write.")
@click.pass_obj
def export(instance: Path, round_id: str, out: Path) -> None:
    """Write the public audit package of ROUND: manifests, ballots without their sealed answers, counts, keys."""
    from survey.cli.files import new_file
    from survey.domain.audit import audit_package
    from survey.domain.lifecycle import get_round

    services = services_of(instance)
    round_ = get_round(services.registry, round_id)
    with new_file(out, mode=0o644) as stream:
        for piece in audit_package(round_, registry=services.registry, box=services.box):
            stream.write(piece)
    note(services, "export-audit", round_.id)
    click.echo(f"Wrote {out}.")
