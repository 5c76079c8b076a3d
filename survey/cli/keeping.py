"""Keeping an instance: `survey backup`, `survey restore`, `survey check`, `survey tidy`, `survey doctor`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from survey.cli.frame import note, services_of
from survey.errors import SurveyError


class BrokenPromise(SurveyError):
    """The store does not keep what it should."""

    status = 500
    kind = "broken-promise"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(instance: Path, file: Path) -> None:
    """Write the instance's settings, secrets and store to FILE, consistent while the server goes on serving.

    The secrets in FILE are locked under the server key, which is not in it: keep the two apart, and both safe. What is
    in FILE unlocked is the store and settings.json; a database password belongs into the environment instead.
    """
    from survey.storage.backups import backup as write_backup
    from survey.storage.database import open_database

    services = services_of(instance)
    engine = open_database(services.settings.database_url)
    try:
        write_backup(engine, instance, file)
    finally:
        engine.dispose()
    note(services, "backup", file.name)
    click.echo(f"Wrote the backup {file}.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--database-url",
    envvar="SURVEY_DATABASE_URL",
    help="Where the store shall be.  [default: as in the backup; SQLite: in the instance]",
)
@click.option(
    "--key-file",
    envvar="SURVEY_KEY_FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The server key, which no backup holds.  [default: where it was; or SURVEY_KEY]",
)
@click.pass_obj
def restore(instance: Path, file: Path, database_url: str | None, key_file: Path | None) -> None:
    """Bring the backup FILE back into a new instance folder, and check it. Overwrites nothing.

    The server key is needed too: the secrets in FILE are locked under it.
    """
    from survey.storage.backups import restore as read_backup

    was_there = instance.exists()
    try:
        read_backup(file, instance, lambda folder: _settle(folder, database_url, key_file))
        _bring_up_keys(instance)  # the server key fits, or nothing is left behind
    except BaseException:
        if not was_there:
            shutil.rmtree(instance, ignore_errors=True)  # half an instance would only be in the way
        raise
    problems = _check(instance)
    if problems:
        raise BrokenPromise(f"The backup is restored, but {len(problems)} promises are broken: {' '.join(problems)}")
    note(services_of(instance), "restore", file.name)
    click.echo(f"Restored {instance}; every promise of the store holds.")


def _settle(instance: Path, database_url: str | None, key_file: Path | None) -> str:
    """Where the restored store shall be; the settings say so from here on."""
    from survey.settings import SETTINGS_FILE

    file = instance / SETTINGS_FILE
    document = json.loads(file.read_text("utf-8"))
    if database_url is None:
        was = str(document.get("database_url", ""))
        # The path of the old machine means nothing here.
        database_url = f"sqlite:///{(instance / 'survey.db').resolve()}" if was.startswith("sqlite") else was
    document["database_url"] = database_url
    if key_file is not None:
        document["key_file"] = str(key_file.resolve())
    file.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return database_url


@click.command()
@click.pass_obj
def check(instance: Path) -> None:
    """Check every promise of the store: its form, its numbers, the chain of the staff log. Exit 1 names what broke."""
    problems = _check(instance)
    if problems:
        raise BrokenPromise(f"{len(problems)} promises are broken: {' '.join(problems)}")
    click.echo("Every promise of the store holds.")


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

    engine = open_database(Settings.load(instance).database_url)
    try:
        migrate(engine)
    finally:
        engine.dispose()
    _bring_up_keys(instance)
    note(services_of(instance), "migrate", "store")
    click.echo("The store is up to date.")


def _bring_up_keys(instance: Path) -> None:
    """Keys of an older version: each evaluation that may still collect gets a code secret of its own."""
    from survey.domain.rounds import COLLECTED
    from survey.settings import Settings
    from survey.storage.database import open_database
    from survey.storage.key_files import FileKeys
    from survey.storage.registry import SqlRegistry

    settings = Settings.load(instance)
    engine = open_database(settings.database_url)
    try:
        rounds = SqlRegistry(engine).list_rounds()
    finally:
        engine.dispose()
    collecting = [one.id for round_ in rounds if round_.state not in COLLECTED for one in round_.evaluations]
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
    """Something around the store keeps what this program erases."""

    kind = "needs-care"


@click.command()
@click.pass_obj
def doctor(instance: Path) -> None:
    """Name every setting around the store that keeps an order of arrival, or endangers a ballot; exit 1 then."""
    from survey.storage.database import open_database
    from survey.storage.doctor import examine

    engine = open_database(services_of(instance).settings.database_url)
    try:
        found = examine(engine)
    finally:
        engine.dispose()
    for sentence in found:
        click.echo(sentence)
    if found:
        raise NeedsCare(f"{len(found)} settings need care; docs/postgresql.md says how to change them.")
    click.echo("Nothing around the store keeps an order of arrival.")
