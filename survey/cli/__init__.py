"""The `survey` command (2-protocol, section 2.5). One module per group of commands, loaded when it is asked for.

Law: importing this package imports neither the web framework nor the database, so that `survey --help` answers at
once. Exit 0: done. 1: refused, with one clear sentence. 2: wrong usage.
"""

from __future__ import annotations

from pathlib import Path

import click

from survey import __version__
from survey.cli.frame import FOLDER, LazyGroup, Sentences


class Survey(Sentences, LazyGroup):
    """The top group: every refusal below it becomes one sentence and exit 1."""


@click.group(
    cls=Survey,
    commands_at={
        "demo": ("survey.cli.demo:demo", "Try everything: a filled round and an open one, served on this machine."),
        "init": ("survey.cli.instance:init", "Make a new instance with its first accounts."),
        "serve": ("survey.cli.serving:serve", "Serve the instance to phones and to the office."),
        "account": ("survey.cli.accounts:account", "Staff accounts: add, list, start code."),
        "round": ("survey.cli.rounds:round_group", "A round from its spec to its report, step by step."),
        "questionnaire": ("survey.cli.questionnaires:questionnaire_group", "The library of questionnaires; its files."),
        "custodian": ("survey.cli.custodians:custodian", "What a key holder does, on a machine of their own."),
        "simulate": ("survey.cli.simulate:simulate", "Rehearse: real respondents over HTTP."),
        "audit": ("survey.cli.audits:audit", "The public audit package of a round."),
        "backup": ("survey.cli.keeping:backup", "Write settings, secrets and store to one file, while serving."),
        "restore": ("survey.cli.keeping:restore", "Bring a backup back into a new instance, and check it."),
        "log": ("survey.cli.staff_log:log_group", "Old entries of the staff log: archive, verify."),
        "key": ("survey.cli.keys:key", "The server key, which locks every secret of the instance."),
        "check": ("survey.cli.keeping:check", "Check every promise of the store."),
        "migrate": ("survey.cli.keeping:migrate_", "Bring the store of an older version up to this program."),
        "tidy": ("survey.cli.keeping:tidy", "Erase the order of arrival from below the store's tables."),
        "doctor": ("survey.cli.keeping:doctor", "Name every setting around the store that keeps an order."),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--instance",
    envvar="SURVEY_INSTANCE",
    default="instance",
    show_default="./instance",
    show_envvar=True,
    type=FOLDER,
    help="Folder that holds settings, keys and the embedded database.",
)
@click.version_option(__version__, prog_name="survey", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, instance: Path) -> None:
    """Post-evaluation of inspection teams that cannot betray those who answer.

    The usual way of a round: create, keys, freeze, codes, open, close, boxes; each custodian runs
    `survey custodian open`; then count and report.
    """
    context.obj = instance
