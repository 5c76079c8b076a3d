"""`survey init`: making an instance."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from survey.cli.frame import GIVEN_FILE, NEW_FILE, services_of
from survey.domain.staff import OFFICE, SECURITY_ADMIN


@click.command()
@click.option("--database-url", help="sqlite:///FILE or postgresql://...  [default: a file in the instance]")
@click.option("--public-url", help="Address that stands on slips, https://HOST.  [default: http://localhost:8000]")
@click.option(
    "--admin-password-file",
    type=GIVEN_FILE,
    help="Makes the account `office` (role office) with the password in the file's first line; asks nothing.",
)
@click.option(
    "--key-file",
    envvar="SURVEY_KEY_FILE",
    type=NEW_FILE,
    help="Where to write the server key; best on another disk.  [default: server.key in the instance]",
)
@click.pass_obj
def init(
    instance: Path,
    database_url: str | None,
    public_url: str | None,
    admin_password_file: Path | None,
    key_file: Path | None,
) -> None:
    """Make a new instance: settings, secrets, an empty store, and its first accounts."""
    from survey.cli.accounts import add_account, made_with_start_code, read_password
    from survey.settings import DEFAULT_PUBLIC_URL

    # Asked before anything is made: whoever breaks off here leaves nothing behind.
    newcomers: list[tuple[str, str]] = []
    password = read_password(admin_password_file) if admin_password_file is not None else None
    if password is None and not (instance / "settings.json").exists() and is_asked_by_a_person():
        click.echo("The first account makes rounds and reads reports (role office).")
        newcomers.append((_ask_name("office"), OFFICE))
        if click.confirm("Make a second account that manages accounts (role security-admin)?", default=True):
            newcomers.append((_ask_name("security"), SECURITY_ADMIN))
    make_instance(instance, database_url, public_url or DEFAULT_PUBLIC_URL, key_file)
    services = services_of(instance)
    click.echo(f"Made the instance {instance} for {services.settings.public_url}.")
    if password is not None:
        add_account(services, OFFICE, OFFICE, password)
        click.echo("Made the account office (office); it chooses another password when it first signs in.")
    for name, role in newcomers:
        click.echo(made_with_start_code(services, name, role))
    if newcomers:
        click.echo("Each works for 72 hours: sign in with it as the password (`survey account start-code` gives more).")
    if password is None and not newcomers:
        click.echo("Nobody could be asked; add the first account with `survey account add`.", err=True)


def _ask_name(default: str) -> str:
    return str(click.prompt("Name of the account", default=default)).strip()


def is_asked_by_a_person() -> bool:
    return sys.stdin.isatty()


def make_instance(
    instance: Path,
    database_url: str | None,
    public_url: str,
    key_file: Path | None = None,
    *,
    needs_second_factor: bool = True,
) -> None:
    """Settings, secrets and an empty store. A store that cannot be reached leaves no instance behind."""
    from survey.server_key import DATA_KEY_FILE
    from survey.server_key import key_file as find_key_file
    from survey.settings import Settings
    from survey.settings_file import SETTINGS_FILE
    from survey.storage.database import migrate, open_database
    from survey.storage.key_files import FileKeys

    settings = Settings.create(instance, database_url, public_url, key_file, needs_second_factor)
    try:
        engine = open_database(settings.database_url)
        try:
            migrate(engine)
        finally:
            engine.dispose()
        FileKeys(settings.keys_folder, settings.vault)  # makes the folder and the instance secret
    except BaseException:
        made = [instance / SETTINGS_FILE, instance / DATA_KEY_FILE]
        if not os.environ.get("SURVEY_KEY"):
            made.append(find_key_file(instance, str(key_file) if key_file else None, os.environ))
        for file in made:  # the key was fresh and has locked nothing that stays
            file.unlink(missing_ok=True)
        raise
