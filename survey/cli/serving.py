"""`survey serve`: the production server. What can be wrong with an instance is said here, before anybody is served."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import GIVEN_FILE
from survey.cli.listening import require_free_port, visible
from survey.cli.workers import Serving, forbid_core_dumps, serve_with_granian, serve_with_waitress
from survey.errors import SettingsError
from survey.keeper import EVERY_MINUTES

if TYPE_CHECKING:
    from survey.settings import Settings

MOST_WORKERS = 4  # by default; beyond that the one database file is what waits


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes.  [default: one per core, at most 4]")
@click.option("--tls-cert", type=GIVEN_FILE, help="Certificate (PEM).")
@click.option("--tls-key", type=GIVEN_FILE, help="Its private key (PEM, PKCS #8).")
@click.option(
    "--upkeep",
    "upkeep_minutes",
    type=click.FloatRange(min=0.01),
    default=EVERY_MINUTES,
    show_default=True,
    metavar="MINUTES",
    help="How often the order of arrival is erased from an open round's store.",
)
@click.pass_obj
def serve(
    instance: Path,
    host: str,
    port: int,
    workers: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    upkeep_minutes: float,
) -> None:
    """Serve the instance to phones and to the office until Ctrl-C or SIGTERM.

    Phones need https (or localhost): give --tls-cert and --tls-key, or put a proxy with a certificate in front and
    keep its access log off too.
    """
    from survey.keeper import last_upkeep
    from survey.settings import Settings

    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key belong together.")
    if tls_key is not None:
        _check_tls_key(tls_key)
    forbid_core_dumps()  # before anything secret is read; workers inherit it
    settings = Settings.load(instance)
    _check_instance(settings)
    require_free_port(host, port)
    address = f"{'https' if tls_cert else 'http'}://{visible(host)}:{port}"
    ready = f"Ready: {address} (slips say {settings.public_url}). Ctrl-C ends it."
    serving = Serving(settings, host, port, tls_cert, tls_key, ready, upkeep_minutes)
    try:
        if find_spec("granian") is not None:
            serve_with_granian(serving, workers or min(os.cpu_count() or 1, MOST_WORKERS))
        else:
            serve_with_waitress(serving)
    finally:
        last_upkeep(settings)


def _check_instance(settings: Settings) -> None:
    """What is wrong with the instance ends here, what is doubtful is said: once, and not by every worker.

    Nothing stays open and no thread runs afterwards: the workers are forked from this process.
    """
    import survey.app  # noqa: F401  # imported once for all workers
    from survey.cli.keeping import examine_all
    from survey.respondent.assets import load_assets
    from survey.storage.database import check_schema, open_database
    from survey.storage.key_files import FileKeys

    engine = open_database(settings.database_url)
    try:
        check_schema(engine)
    finally:
        engine.dispose()
    FileKeys(settings.keys_folder, settings.vault)
    load_assets()
    for sentence in examine_all(settings):
        click.echo(f"Warning: {sentence}", err=True)


def _check_tls_key(path: Path) -> None:
    head = path.read_bytes()[:64]
    if not head.startswith(b"-----BEGIN PRIVATE KEY-----"):
        raise SettingsError(
            f"{path} is no PKCS #8 key in PEM without passphrase;"
            f" convert it with: openssl pkcs8 -topk8 -nocrypt -in {path.name} -out new.key"
        )
