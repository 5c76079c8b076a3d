"""`survey round`: one command per step. What a step does is in survey.domain; here and below are files and words.

A new command stands in a module of its own idea and is added to the list below, in the order in which it is needed.
"""

from __future__ import annotations

import click

from survey.cli import (
    ceremonies,
    openings,
    papers,
    rehearsals,
    round_collecting,
    round_counting,
    round_ending,
    round_making,
    round_reporting,
)


@click.group("round")
def round_group() -> None:
    """A round from its spec to its report, step by step.

    \b
    create   from a spec: teams, units, headcounts, custodians
    rehearse, clear
             a copy goes the whole way first, and leaves nothing
    invite, ceremony
             the custodians make the key (survey custodian join)
    keys     instead, for tests and demos: all custodians on this machine
    freeze   nothing changes any more (abandon: given up before it opens)
    codes    slips to print
    open, status, close
    boxes    the list for the custodians (survey custodian open)
    count, record, statement
             the custodians' parts counted; what they sign about it
    report
    enter, approve, release
    archive, destroy
    paper    notice, host's script, records for signature
    """


for command in (
    round_making.create,
    round_making.template_,
    round_making.list_,
    rehearsals.rehearse,
    rehearsals.clear,
    ceremonies.invite,
    ceremonies.ceremony,
    ceremonies.replace,
    round_making.keys,
    round_making.freeze,
    round_ending.abandon,
    round_collecting.codes,
    round_collecting.open_,
    round_collecting.status,
    round_collecting.close,
    round_collecting.destroy_keys_,
    round_counting.boxes,
    round_counting.count,
    openings.opening_sheet,
    openings.statement,
    round_reporting.enter,
    round_reporting.approve,
    round_reporting.release_,
    round_reporting.report,
    round_ending.archive,
    round_ending.destroy,
    papers.paper,
):
    round_group.add_command(command)
