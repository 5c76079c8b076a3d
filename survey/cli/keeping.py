"""Keeping an instance: `survey backup`, `survey restore`, `survey check`, `survey tidy`, `survey doctor`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import GIVEN_FILE, NEW_FILE, note, services_of
from survey.errors import SurveyError

if TYPE_CHECKING:
    from survey.settings import Settings


class BrokenPromise(SurveyError):
    """The store does not keep what it should."""

    status = 500
    kind = "broken-promise"


@click.command()
@click.argument("file", type=NEW_FILE)
@click.pass_obj
def backup(instance: Path, file: Path) -> None:
    """Write the instance's settings, secrets and store to FILE, consistent while the server goes on serving.

    The secrets in FILE are locked under the server key, which is not in it: keep the two apart, and both safe.
    """
    from survey.settings_file import lock_password
    from survey.storage.backups import backup as write_backup
    from survey.storage.database import open_database

    services = services_of(instance)
    lock_password(instance, services.settings.vault)
    engine = open_database(services.settings.database_url)
    try:
        write_backup(engine, instance, file)
    finally:
        engine.dispose()
    note(services, "backup", file.name)
    click.echo(f"Wrote the backup {file}.")


@click.command()
@click.argument("file", type=GIVEN_FILE)
@click.option(
    "--database-url",
    envvar="SURVEY_DATABASE_URL",
    help="Where the store shall be.  [default: as in the backup; SQLite: in the instance]",
)
@click.option(
    "--key-file",
    envvar="SURVEY_KEY_FILE",
    type=GIVEN_FILE,
    help="The server key, which no backup holds.  [default: where it was; or SURVEY_KEY]",
)
@click.pass_obj
def restore(instance: Path, file: Path, database_url: str | None, key_file: Path | None) -> None:
    """Bring the backup FILE back into a new instance folder, and check it. Overwrites nothing.

    The secrets in FILE are locked under the server key. Without it they come back locked as they are: closed rounds
    can be counted and reported, and the key is put in place before the instance is served.
    """
    from survey.storage.backups import restore as read_backup

    was_there = instance.exists()
    try:
        read_backup(file, instance, lambda folder: _settle(folder, database_url, key_file))
        _bring_up(instance)
    except BaseException:
        if not was_there:
            shutil.rmtree(instance, ignore_errors=True)  # half an instance would only be in the way
        raise
    problems = _check(instance)
    if problems:
        raise BrokenPromise(f"The backup is restored, but {len(problems)} promises are broken: {' '.join(problems)}")
    note(services_of(instance), "restore", file.name)
    click.echo(f"Restored {instance}; every promise of the store holds.")
    away = _missing_key(instance)
    if away is not None:
        click.echo(f"The secrets are locked, because no backup holds the server key. Before serving: {away}", err=True)


def _settle(instance: Path, database_url: str | None, key_file: Path | None) -> str:
    """Where the restored store shall be; the settings say so from here on. The server key fits, or SettingsError;
    where it is away, KeyAway if the password of a database has to be locked or unlocked.
    """
    from survey.server_key import find_vault
    from survey.settings import Settings
    from survey.settings_file import LOCKED, URL, read_settings, write_settings

    document = read_settings(instance)
    if database_url is None:
        if str(document.get(URL)).startswith("sqlite"):  # the path of the old machine means nothing here
            document[URL] = f"sqlite:///{(instance / 'survey.db').resolve()}"
    else:
        document[URL] = database_url
        document.pop(LOCKED, None)  # of the former database
    if key_file is not None:
        document["key_file"] = str(key_file.resolve())
    write_settings(instance, document, find_vault(instance, document.get("key_file"), os.environ))
    return Settings.load(instance, needs_key=False).database_url


@click.command()
@click.pass_obj
def check(instance: Path) -> None:
    """Check every promise of the store: its form, its numbers, the chain of the staff log. Exit 1 names what broke."""
    problems = _check(instance)
    if problems:
        raise BrokenPromise(f"{len(problems)} promises are broken: {' '.join(problems)}")
    click.echo("Every promise of the store holds.")
    if (away := _missing_key(instance)) is not None:
        click.echo(f"Whether the keys of open rounds can be unlocked was not checked: {away}", err=True)


def _missing_key(instance: Path) -> str | None:
    """Where the server key should be, when it is away."""
    from survey.errors import KeyAway
    from survey.server_key import find_server_key
    from survey.settings_file import read_settings

    try:
        find_server_key(instance, read_settings(instance).get("key_file"), os.environ)
    except KeyAway as away:
        return str(away)
    return None


def _check(instance: Path) -> list[str]:
    from survey.storage.database import open_database
    from survey.storage.upkeep import check as check_store

    services = services_of(instance)
    engine = open_database(services.settings.database_url)
    try:
        return check_store(engine, services.keys)
    finally:
        engine.dispose()


@click.command("migrate")
@click.pass_obj
def migrate_(instance: Path) -> None:
    """Bring the store of an older version up to this program, after a backup. Does nothing when it is up to date."""
    from survey.settings import Settings
    from survey.storage.database import migrate, open_database

    engine = open_database(Settings.load(instance, needs_key=False).database_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    _bring_up(instance)
    note(services_of(instance), "migrate", "store")
    click.echo("The store is up to date.")


def _bring_up(instance: Path) -> None:
    """Files of an older version: each evaluation that may still collect gets a code secret; a password is locked."""
    from survey.domain.rounds import COLLECTED
    from survey.settings import Settings
    from survey.settings_file import lock_password
    from survey.storage.database import open_database
    from survey.storage.key_files import FileKeys
    from survey.storage.registry import SqlRegistry

    settings = Settings.load(instance, needs_key=False)
    engine = open_database(settings.database_url)
    try:
        rounds = SqlRegistry(engine).list_rounds()
    finally:
        engine.dispose()
    collecting = [one.id for round_ in rounds if round_.state not in COLLECTED for one in round_.evaluations]
    lock_password(instance, settings.vault)
    FileKeys.bring_up(settings.keys_folder, settings.vault, collecting)


@click.command()
@click.pass_obj
def tidy(instance: Path) -> None:
    """Erase what pages and journals show of the order of arrival.

    The server does so while a round is open (survey serve --upkeep), and closing does so once more.
    """
    from survey.storage.database import open_database
    from survey.storage.forgetting import forget_order
    from survey.storage.tidying import OrderRemains

    engine = open_database(services_of(instance).settings.database_url)
    try:
        forget_order(engine)
    except OrderRemains as error:
        raise OrderRemains(f"{error} Run `survey tidy` when nobody is reading.") from None
    finally:
        engine.dispose()
    click.echo("The store is in order.")


class NeedsCare(SurveyError):
    """Something around the store keeps what this program erases, or others may read it."""

    kind = "needs-care"


@click.command()
@click.pass_obj
def doctor(instance: Path) -> None:
    """Name what around the store keeps an order of arrival, endangers a ballot, or is open to others; exit 1 then."""
    found = examine_all(services_of(instance).settings)
    for sentence in found:
        click.echo(sentence)
    if found:
        raise NeedsCare(f"{len(found)} things need care; docs/postgresql.md and docs/keys.md say how to change them.")
    click.echo("Nothing around the store keeps an order of arrival, and nobody else may read it.")


def examine_all(settings: Settings) -> list[str]:
    """One sentence for each thing that needs care; `survey serve` says them when it starts."""
    from survey.settings_file import has_readable_password, read_settings
    from survey.storage.database import open_database
    from survey.storage.doctor import examine, examine_files

    engine = open_database(settings.database_url)
    try:
        found = [*examine(engine), *examine_files(engine, settings.instance)]
    finally:
        engine.dispose()
    if has_readable_password(read_settings(settings.instance)):
        found.append("The database password stands readable in settings.json: run `survey migrate`, which locks it.")
    return found
