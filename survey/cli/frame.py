"""What all commands have in common: loading late, and turning a refusal into one sentence and exit 1."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from survey.errors import SettingsError, SurveyError

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services

round_argument = click.argument("round_id", metavar="ROUND")
GIVEN_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)  # it is there already
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
json_option = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is run or its own help is asked for.

    commands_at: name -> ("module:attribute", one line for the help of the group).
    """

    def __init__(self, *args: Any, commands_at: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_at:
            return None
        module, _, attribute = self.commands_at[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.commands_at.items()])


class Sentences(click.Group):
    """Refusals and failing files end in one sentence on stderr and exit 1; anything else is a bug and shows itself."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SurveyError as error:
            raise click.ClickException(str(error)) from None
        except BrokenPipeError:
            # The reader of our output (head, less) has gone: nothing is wrong, and nothing more can be said.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except OSError as error:
            what = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{what}{error.strerror or error}.") from None


def services_of(instance: Path, *, needs_key: bool = False) -> Services:
    """The stores of an instance, open until the command ends; raises SettingsError when there is none.

    needs_key: the command makes or ends a secret; where the server key is away it is refused before it begins.
    """
    from survey.services import open_services
    from survey.settings import Settings

    services = open_services(Settings.load(instance, needs_key=needs_key))
    click.get_current_context().call_on_close(services.close)
    return services


def find_round(instance: Path, round_id: str, *, needs_key: bool = False) -> tuple[Services, Round]:
    """The opened stores and the round; raises NotFound. needs_key: see services_of."""
    from survey.domain.lifecycle import get_round

    services = services_of(instance, needs_key=needs_key)
    return services, get_round(services.registry, round_id)


def note(services: Services, action: str, object_: str) -> None:
    """One line in the staff log: what was done on this machine's command line, and by which of its users."""
    services.audit.append(account=staff_account(), address="-", action=action, object=object_, result="done")


def staff_account() -> str:
    """Who stands in the staff log for what the command line does."""
    return f"os:{_user()}"


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()[:40]
    except (OSError, KeyError):  # a container may run a number that has no name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def require_loopback_or_own(url: str, own: str | None) -> str:
    """The URL without trailing slash, if it points at this machine or is the instance's own; else SettingsError.

    Simulated people must never be sent to somebody else's server.
    """
    import ipaddress
    from urllib.parse import urlsplit

    from survey.settings import check_public_url

    checked = check_public_url(url)
    host = urlsplit(checked).hostname or ""
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback and checked != own:
        allowed = f"this machine or the instance's own address {own}" if own else "this machine (no instance is here)"
        raise SettingsError(f"{checked} is not simulated against; expected {allowed}.")
    return checked
