"""The documents say what the program does: a command shown is a command that exists, a refusal is a listed one."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType

import click
import pytest

from survey import errors
from survey.cli import main
from survey.domain.ceremony import invitation
from survey.domain.ceremony import office as ceremony_office
from survey.respondent import problems

TOP = Path(__file__).resolve().parent.parent
# Refusals that never reach a phone: they belong to the command line, the office and the start.
NOT_FOR_PHONES = {"bad-settings", "invalid-spec", "key-away", "too-few-shares", "wrong-partial", "wrong-state"}
# Made before the application is asked: a body that never came whole has no exception of ours.
BY_THE_GATEWAY = {"incomplete"}


def kinds_of(module: ModuleType) -> set[str]:
    own = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
    classes = [value for value in own if isinstance(value, type)]
    return {value.kind for value in classes if issubclass(value, errors.SurveyError)}


def test_every_problem_type_of_the_respondent_interface_is_documented_and_no_other() -> None:
    table = (TOP / "docs" / "http.md").read_text("utf-8").partition("## Problem documents")[2]
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))

    possible = kinds_of(errors) | kinds_of(problems) | kinds_of(ceremony_office) | kinds_of(invitation) | BY_THE_GATEWAY
    assert documented == possible - NOT_FOR_PHONES


def shown_commands() -> list[str]:
    text = (TOP / "README.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [
        line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.startswith("survey")
    ]


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_shown_in_the_readme_exists_with_its_options(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = main
    context = click.Context(main, info_name="survey")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"{line}: there is no {name}"
        command = found
        context = click.Context(command, parent=context, info_name=name)
    known = {option for parameter in command.params for option in parameter.opts}

    assert {word for word in words if word.startswith("--")} <= known


def test_every_make_target_of_the_readme_exists() -> None:
    text = (TOP / "README.md").read_text("utf-8")
    makefile = (TOP / "Makefile").read_text("utf-8")

    for target in re.findall(r"^make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_no_document_names_a_path_of_a_machine_or_a_package_host() -> None:
    for file in [TOP / "Makefile", *TOP.glob("*.md"), *(TOP / "docs").glob("*.md")]:
        assert not re.search(r"/work/|/root/|pypi\.org|registry\.npmjs", file.read_text("utf-8")), file
