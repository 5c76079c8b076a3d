"""`survey key`: the server key, which locks every secret of the instance (server_key.py)."""

from __future__ import annotations

import os
from pathlib import Path

import click

from survey.cli.frame import NEW_FILE, note, services_of
from survey.errors import SettingsError


@click.group()
def key() -> None:
    """The server key: locks token keys, code secrets and session secret; never part of a backup."""


@key.command()
@click.option("--out", type=NEW_FILE, help="File to write.  [default: print it]")
def new(out: Path | None) -> None:
    """Make a server key for SURVEY_KEY (a service manager's secret) or for SURVEY_KEY_FILE, before `survey init`."""
    import secrets

    from survey.crypto.at_rest import KEY_LEN
    from survey.crypto.wire import b64url_encode
    from survey.server_key import write_key

    fresh = secrets.token_bytes(KEY_LEN)
    if out is None:
        click.echo(b64url_encode(fresh))
        return
    write_key(out, fresh)
    click.echo(f"Wrote {out}.")


@key.command()
@click.option(
    "--to",
    type=NEW_FILE,
    help="Where the key shall lie from now on, best on another disk.  [default: where it is]",
)
@click.pass_obj
def rotate(instance: Path, to: Path | None) -> None:
    """Put a fresh server key in place of the present one, while serving. The old key opens nothing any more.

    The key that signs staff sessions is renewed too: everybody signs in again.
    What was copied before, together with the old key, stays readable to whoever has both.
    """
    from survey.server_key import DATA_KEY_FILE, find_server_key, key_file
    from survey.server_key import rotate as put_in_place
    from survey.settings_file import read_settings, write_settings

    if os.environ.get("SURVEY_KEY"):
        raise SettingsError("The key comes from SURVEY_KEY; unset it and name the key by SURVEY_KEY_FILE to rotate it.")
    services = services_of(instance, needs_key=True)
    document = read_settings(instance)
    present = key_file(instance, document.get("key_file"), os.environ)
    old = find_server_key(instance, document.get("key_file"), os.environ)
    target = to or present
    others = present.parent / DATA_KEY_FILE
    if to is None and others.exists() and present.parent.resolve() != instance.resolve():
        raise SettingsError(f"{present} serves {present.parent} too, which would lose it; choose a place with --to.")
    if to is not None and to.exists():
        raise SettingsError(f"{to} is there already; a key is never overwritten.")
    if to is not None:
        document["key_file"] = str(to.resolve())
    put_in_place(instance, old, target, lambda: write_settings(instance, document, services.settings.vault))
    services.settings.session_key.renew()
    if to is not None and (present.parent.resolve() == instance.resolve() or not others.exists()):
        present.unlink(missing_ok=True)
    note(services, "rotate-server-key", "-")
    click.echo(f"The server key is a new one, in {target}. Older backups need the older key: keep it apart with them.")
    click.echo("Staff have to sign in again.")
