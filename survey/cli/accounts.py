"""`survey account`: staff accounts, one role each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import note, print_json, services_of
from survey.domain.staff import ROLES
from survey.errors import InvalidInput

if TYPE_CHECKING:
    from survey.services import Services

SHORTEST = 10  # characters of a password
LONGEST_NAME = 60


@dataclass(frozen=True)
class Newcomer:
    name: str
    role: str
    password: str = field(repr=False)


@click.group()
def account() -> None:
    """Staff accounts: add, list. One account holds one role."""


@account.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the account may do.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The password is the file's first line.  [default: asked for]",
)
@click.pass_obj
def add(instance: Path, name: str, role: str, password_file: Path | None) -> None:
    """Make the account NAME."""
    services = services_of(instance)
    password = read_password(password_file) if password_file else _ask_password(name)
    add_newcomer(services, Newcomer(name, role, password))
    click.echo(f"Made the account {name} ({role}).")


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(instance: Path, as_json: bool) -> None:
    """List the accounts and their roles."""
    accounts = services_of(instance).accounts.list_accounts()
    if as_json:
        print_json([{"name": account.name, "role": account.role} for account in accounts])
        return
    for entry in accounts:
        click.echo(f"{entry.name}\t{entry.role}")


def read_password(path: Path) -> str:
    """The first line of the file; raises InvalidInput when it is no password."""
    with path.open("rb") as stream:
        line = stream.readline(1000)
    try:
        return check_password(line.decode("utf-8").rstrip("\r\n"))
    except UnicodeDecodeError:
        raise InvalidInput(f"{path}: the password is not UTF-8 text.") from None
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from None


def check_password(password: str) -> str:
    from survey.office.passwords import MAX_PASSWORD

    if not SHORTEST <= len(password) <= MAX_PASSWORD:
        raise InvalidInput(f"A password has {SHORTEST} to {MAX_PASSWORD} characters; this one has {len(password)}.")
    return password


def _ask_password(name: str) -> str:
    return str(
        click.prompt(
            f"Password of {name} (at least {SHORTEST} characters)",
            hide_input=True,
            confirmation_prompt=True,
            value_proc=_checked,
        )
    )


def _checked(password: str) -> str:
    try:
        return check_password(password)
    except InvalidInput as error:
        raise click.UsageError(str(error)) from None  # asked again


def ask_newcomer(role: str, default_name: str) -> Newcomer:
    name = str(click.prompt("Name of the account", default=default_name)).strip()
    return Newcomer(name, role, _ask_password(name))


def add_newcomer(services: Services, newcomer: Newcomer) -> None:
    """Raises WrongState when the name is taken."""
    from survey.office.passwords import hash_password

    name = newcomer.name.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InvalidInput(f"The account name {name!r} is not 1 to {LONGEST_NAME} printable characters.")
    services.accounts.add_account(name, newcomer.role, hash_password(newcomer.password))
    note(services, "add-account", f"{name} ({newcomer.role})")
