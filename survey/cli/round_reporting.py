"""`survey round`, the report and its way: entered scores, approval, release, files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.frame import NEW_FILE, find_round, note, round_argument

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services

FORMATS = ("json", "html", "xlsx", "docx", "pdf")
PARTS = (
    "report",
    "feedback",
    "checklist",
    "appraisal",
    "trend",
)  # survey.reports.papers has them; not imported for --help


@click.command()
@round_argument
@click.option("--team", "evaluation_id", metavar="EVALUATION", required=True, help="Which team.")
@click.option("--quality", help="Quality score, 0 to 100, where the questionnaire has a composite score.")
@click.option("--deductions", default="0", show_default=True, help="Points taken off.")
@click.option("--reason", default="", help="Why points are taken off.")
@click.option("--paper", type=click.IntRange(min=0), help="Ballots that clerks typed from paper, by their own lists.")
@click.pass_obj
def enter(
    instance: Path,
    round_id: str,
    evaluation_id: str,
    quality: str | None,
    deductions: str,
    reason: str,
    paper: int | None,
) -> None:
    """Enter for one team of ROUND what no ballot says: its quality score, how many ballots came on paper."""
    from fractions import Fraction

    from survey.domain.results import release
    from survey.domain.results.composite import Entered
    from survey.errors import InvalidInput
    from survey.reports.places import fonts_folder
    from survey.reports.printable import check_words

    services, round_ = find_round(instance, round_id)
    if quality is None and paper is None:
        raise click.UsageError("Name what to enter: --quality or --paper.")
    if quality is not None:
        try:
            entered = Entered(Fraction(quality), Fraction(deductions), reason)
        except (ValueError, ZeroDivisionError):
            raise InvalidInput(f"{quality} or {deductions} is no number; expected one such as 87.5.") from None
        check_words([reason], fonts_folder())
        release.enter(services.registry, services.reports, round_, evaluation_id, entered)
        note(services, "enter-score", f"{round_.id}/{evaluation_id}")
    if paper is not None:
        release.enter_paper(services.registry, services.reports, round_, {evaluation_id: paper})
        note(services, "enter-paper", f"{round_.id}/{evaluation_id}")
    click.echo(f"Entered for {round_.evaluation(evaluation_id).team}.")


@click.command()
@round_argument
@click.pass_obj
def approve(instance: Path, round_id: str) -> None:
    """Note that the leading group has approved the report of ROUND. From here readers see it, and nothing changes.

    Every remark must have been decided by two people first, on the office's pages.
    """
    from survey.domain.results import release

    services, round_ = find_round(instance, round_id)
    release.approve(services.registry, services.reports, round_)
    note(services, "approve-report", round_.id)
    click.echo(f"The report of round {round_.id} is approved.")


@click.command("release")
@round_argument
@click.pass_obj
def release_(instance: Path, round_id: str) -> None:
    """Release the approved report of ROUND to its teams, and erase the remarks in their own words. Cannot be undone."""
    from survey.domain.results import release

    services, round_ = find_round(instance, round_id)
    release.release(services.registry, services.reports, round_)
    note(services, "release-report", round_.id)
    click.echo(f"The report of round {round_.id} is released; the remarks are erased, their digest remains.")


@click.command()
@round_argument
@click.option("--format", "format_", required=True, type=click.Choice(FORMATS), help="Form of the file.")
@click.option("--out", required=True, type=NEW_FILE, help="File to write; - prints.")
@click.option(
    "--part",
    default="report",
    show_default=True,
    type=click.Choice(PARTS),
    help="The report; one team's feedback page; the restricted checklist; sentences for appraisals; rounds compared.",
)
@click.option("--team", metavar="EVALUATION", help="For --part feedback: which team.")
@click.pass_obj
def report(instance: Path, round_id: str, format_: str, out: Path, part: str, team: str | None) -> None:
    """Write the report of ROUND from its tally record, with small groups withheld.

    The same record at the same stage gives the same bytes, here and in the office. json and html are the office's own
    data (json holds the remarks until the report is approved, and their digest from then on); the
    checklist of prohibitions is in no other file than its own part (docx, xlsx, pdf).
    """
    services, round_ = find_round(instance, round_id)
    write_report(services, round_, format_, out, part, team)


def write_report(
    services: Services, round_: Round, format_: str, out: Path, part: str = "report", team: str | None = None
) -> None:
    from survey.cli.files import new_file, require_new
    from survey.domain.results.release import results
    from survey.reports import papers
    from survey.reports.places import fonts_folder

    if str(out) != "-":
        require_new(out)
    content = papers.make(results(services.registry, services.reports, round_), part, format_, fonts_folder(), team)
    # Before it is read: no unrecorded reading.
    note(services, f"report-{format_}" if part == "report" else f"report-{part}-{format_}", round_.id)
    if str(out) == "-":
        click.echo(content, nl=False)
        return
    with new_file(out) as stream:
        stream.write(content)
    click.echo(f"Wrote {out}.")
