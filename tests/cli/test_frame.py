"""The command's manners: help at once, one sentence for a refusal, and exit 0, 1 or 2."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from survey.cli import main
from survey.cli.frame import LazyGroup, require_loopback_or_own
from survey.errors import SettingsError
from tests.cli.conftest import Survey

HEAVY = ("flask", "sqlalchemy", "cryptography", "rich", "openpyxl", "yaml", "urllib3")


def all_commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*path, name))


def test_help_imports_neither_the_web_framework_nor_the_database() -> None:
    program = (
        "import sys; from survey.cli import main\n"
        "try: main(['--help'])\n"
        f"except SystemExit: print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("path", list(all_commands()), ids=" ".join)
def test_every_command_has_help_and_says_what_it_does(path: tuple[str, ...], survey: Survey) -> None:
    result = survey(*path, "--help")
    assert result.stdout.startswith("Usage: survey")
    assert len(result.stdout.splitlines()[2].strip()) > 10


def test_the_line_in_the_list_stands_for_a_command_that_is_there() -> None:
    assert isinstance(main, LazyGroup)
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name


def test_a_folder_without_instance_is_refused_with_the_way_to_make_one(survey: Survey) -> None:
    result = survey("round", "list", exit_code=1)
    assert result.stdout == ""
    assert (
        result.stderr == f"Error: {survey.instance} is no instance (no settings.json); make one with `survey init`.\n"
    )


def test_the_instance_may_be_named_by_the_environment(made: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    monkeypatch.setenv("SURVEY_INSTANCE", str(made.instance))
    result = CliRunner().invoke(main, ["round", "list", "--json"])
    assert (result.exit_code, result.stdout) == (0, "[]\n")


def test_an_unknown_option_is_wrong_usage(survey: Survey) -> None:
    survey("round", "list", "--fast", exit_code=2)


def test_an_unknown_command_is_wrong_usage(survey: Survey) -> None:
    survey("rounds", exit_code=2)


def test_an_unknown_round_is_refused(made: Survey) -> None:
    assert made("round", "open", "nosuch", exit_code=1).stderr == "Error: There is no round nosuch.\n"


def test_a_file_that_cannot_be_written_is_one_sentence(made: Survey) -> None:
    round_id = made.create()
    blocked = made.write("blocked", "a file, no folder")
    result = made("round", "keys", round_id, "--all-here", blocked / "shares", exit_code=1)
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:1/", "http://[::1]:80", "https://s.example"]
)
def test_this_machine_and_the_own_address_may_be_simulated_against(url: str) -> None:
    assert require_loopback_or_own(url, "https://s.example") == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["https://other.example", "http://10.0.0.1", "http://localhost.example", "http://s.example"]
)
def test_other_addresses_may_not(url: str) -> None:
    with pytest.raises(SettingsError, match="is not simulated against"):
        require_loopback_or_own(url, "https://s.example")


def test_the_module_runs_like_the_entry_point(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "survey.cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("survey ")
