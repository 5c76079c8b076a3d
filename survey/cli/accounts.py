"""`survey account`: staff accounts, one role each.

Law: a password given here was known to somebody else than its owner, so the first thing it opens is the page where the
owner chooses another.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import GIVEN_FILE, json_option, note, print_json, services_of
from survey.domain.staff import ROLES
from survey.errors import InvalidInput

if TYPE_CHECKING:
    from survey.domain.ports.staff import Account
    from survey.services import Services


@click.group()
def account() -> None:
    """Staff accounts: add, list, start-code. One account holds one role."""


@account.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the account may do.")
@click.option(
    "--password-file",
    type=GIVEN_FILE,
    help="The first password is the file's first line.  [default: a start code is made and printed]",
)
@click.pass_obj
def add(instance: Path, name: str, role: str, password_file: Path | None) -> None:
    """Make the account NAME. Its owner chooses a password of their own when they first sign in."""
    services = services_of(instance)
    if password_file:
        add_account(services, name, role, read_password(password_file, name.strip()))
        click.echo(f"Made the account {name} ({role}).")
    else:
        click.echo(made_with_start_code(services, name, role))


@account.command("start-code")
@click.argument("name")
@click.pass_obj
def start_code(instance: Path, name: str) -> None:
    """Give the account NAME a start code, for whoever lost password or second factor. Works once, for 72 hours.

    The security administrator does the same in the browser; this is for when it is their own that was lost.
    """
    from survey.office.people.passwords import hash_password

    services = services_of(instance)
    code, ends = _new_start_code(services)
    services.accounts.start_again(name, hash_password(code), ends)
    note(services, "issue-start-code", name)
    click.echo(f"Start code for {name}, shown once: {code}")
    click.echo("Old password, second factors and sessions of this account work no more.", err=True)


@account.command("list")
@json_option
@click.pass_obj
def list_(instance: Path, as_json: bool) -> None:
    """List the accounts and their roles."""
    accounts = services_of(instance).accounts.list_accounts()
    if as_json:
        print_json([{"name": account.name, "role": account.role, "state": _state(account)} for account in accounts])
        return
    for entry in accounts:
        click.echo(f"{entry.name}\t{entry.role}\t{_state(entry)}")


def _state(entry: Account) -> str:
    if entry.is_locked:
        return "locked"
    if entry.must_choose:
        return "no password chosen yet"
    return "second factor" if entry.has_second_factor else "password only"


def read_password(path: Path, name: str = "") -> str:
    """The first line of the file, a password for the account of this name; raises InvalidInput when it is none."""
    with path.open("rb") as stream:
        line = stream.readline(1000)
    try:
        return check_password(line.decode("utf-8").rstrip("\r\n"), name)
    except UnicodeDecodeError:
        raise InvalidInput(f"{path}: the password is not UTF-8 text.") from None
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from None


def check_password(password: str, name: str = "") -> str:
    """The password itself; raises InvalidInput (WeakPassword) as the pages do."""
    from survey.office.people.passwords import check_new

    check_new(password, name)
    return password


def made_with_start_code(services: Services, name: str, role: str) -> str:
    """Make the account; the sentence that tells its start code."""
    code, ends = _new_start_code(services)
    add_account(services, name, role, code, start_ends=ends)
    return f"Made the account {name.strip()} ({role}). Start code, shown once: {code}"


def _new_start_code(services: Services) -> tuple[str, int]:
    """(the code, when it stops working)."""
    from survey.office.people.passwords import START_ENDS, new_start_code

    return new_start_code(services.randomness), int((services.clock() + START_ENDS).timestamp())


def add_account(
    services: Services, name: str, role: str, password: str, *, must_choose: bool = True, start_ends: int | None = None
) -> None:
    """Raises GrantRefused for a name that is taken, none, or kept out of a round."""
    from survey.domain.grants import check_grant
    from survey.office.people.passwords import hash_password

    name, accounts = name.strip(), services.accounts.list_accounts()
    check_grant(name, role, accounts, services.registry.list_rounds(), services.recusals.all_names())
    services.accounts.add_account(name, role, hash_password(password), must_choose=must_choose, start_ends=start_ends)
    note(services, "add-account", f"{name} ({role})")
