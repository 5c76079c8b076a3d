"""`survey round`: one command per step. What a step does is in domain.lifecycle; here are files and words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from survey.cli.ceremonies import ceremony, invite, keep_opening_record, opening_sheet, replace
from survey.cli.frame import note, print_json, services_of

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services

FORMATS = ("json", "html", "xlsx", "docx", "pdf")
PARTS = ("report", "feedback", "checklist", "appraisal")  # survey.reports.papers has them; not imported for --help
POOL_FROM = 2000  # ballots from which more processes are worth their start

_round_argument = click.argument("round_id", metavar="ROUND")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group("round")
def round_group() -> None:
    """A round from its spec to its report, step by step.

    \b
    create   from a spec: teams, units, headcounts, custodians
    invite, ceremony
             the custodians make the key (survey custodian join)
    keys     instead, for tests and demos: all custodians on this machine
    freeze   nothing changes any more
    codes    slips to print
    open, status, close
    boxes    the list for the custodians (survey custodian open)
    count, report
    enter, approve, release
    """


round_group.add_command(invite)
round_group.add_command(ceremony)
round_group.add_command(replace)
round_group.add_command(opening_sheet)


def _find(instance: Path, round_id: str) -> tuple[Services, Round]:
    """The opened stores and the round; raises NotFound."""
    from survey.domain.lifecycle import get_round

    services = services_of(instance)
    return services, get_round(services.registry, round_id)


@round_group.command()
@click.argument("spec", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json_option
@click.pass_obj
def create(instance: Path, spec: Path, as_json: bool) -> None:
    """Make a round from SPEC, a .yaml file or the Excel template (.xlsx) with the same fields.

    Required: name, custodians, teams (name, leader, units with name and entitled). Optional: threshold,
    questionnaire, minimum_group, texts_minimum, spare_percent, opens_at, closes_at.
    """
    from survey.cli.specfile import read_round

    services = services_of(instance)
    round_ = read_round(spec, services.randomness)
    services.registry.add_round(round_)
    note(services, "create-round", round_.id)
    if as_json:
        evaluations = [{"id": evaluation.id, "team": evaluation.team} for evaluation in round_.evaluations]
        print_json({"round": round_.id, "evaluations": evaluations})
        return
    units = sum(len(evaluation.units) for evaluation in round_.evaluations)
    click.echo(f"Made round {round_.id} ({round_.name}): {len(round_.evaluations)} teams, {units} units.")
    for evaluation in round_.evaluations:
        click.echo(f"  {evaluation.id}  {evaluation.team}: {evaluation.entitled} entitled")


@round_group.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template_(file: Path) -> None:
    """Write the Excel template of a round spec to FILE (.xlsx), filled with an example. Needs no instance."""
    from survey.cli.files import new_file
    from survey.errors import InvalidInput
    from survey.sheets.template import template

    if file.suffix.lower() != ".xlsx":
        raise InvalidInput(f"{file} does not end in .xlsx.")
    with new_file(file, mode=0o644) as stream:
        stream.write(template())
    click.echo(f"Wrote {file}; replace the example and give it to `survey round create`.")


@round_group.command("list")
@_json_option
@click.pass_obj
def list_(instance: Path, as_json: bool) -> None:
    """List all rounds and their states."""
    rounds = services_of(instance).registry.list_rounds()
    if as_json:
        print_json([{"round": round_.id, "name": round_.name, "state": round_.state.value} for round_ in rounds])
        return
    for round_ in rounds:
        click.echo(f"{round_.id}\t{round_.state.value}\t{round_.name}")


@round_group.command()
@_round_argument
@click.option(
    "--all-here",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="For tests and demos only: run all custodians here and write DIR/<custodian>.share.",
    metavar="DIR",
)
@click.pass_obj
def keys(instance: Path, round_id: str, folder: Path) -> None:
    """Make the opening key of ROUND, with every custodian on this one machine. For tests and demos only.

    Whoever holds this machine could keep all shares and open every answer alone. The shares are written without
    passphrase.
    """
    services, round_ = _find(instance, round_id)
    written = make_keys(services, round_, folder)
    click.echo("For tests and demos only: all shares were on this one machine, without passphrase.", err=True)
    for file in written:
        click.echo(f"Wrote {file}")


def make_keys(services: Services, round_: Round, folder: Path) -> list[Path]:
    """The share files, one per custodian; if one cannot be written there is neither share nor key."""
    from survey.cli.files import require_new, safe_name, write_secret
    from survey.domain.lifecycle import make_opening_key
    from survey.domain.shares import encode_share

    files = [folder / f"{safe_name(custodian.name, 'The custodian')}.share" for custodian in round_.custodians]
    for file in files:
        require_new(file)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written: list[Path] = []

    def hand_out(keyed: Round, shares: Any) -> None:
        for file, custodian, share in zip(files, keyed.custodians, shares, strict=True):
            write_secret(file, encode_share(keyed.id, custodian.name, share))
            written.append(file)

    try:
        make_opening_key(round_, registry=services.registry, randomness=services.randomness, hand_out=hand_out)
    except BaseException:
        for file in written:
            file.unlink()
        raise
    note(services, "make-keys-here", round_.id)
    return written


@round_group.command()
@_round_argument
@click.option(
    "--spare", type=click.IntRange(0, 100), metavar="PERCENT", help="Spare codes.  [default: as in the spec, 8]"
)
@click.pass_obj
def freeze(instance: Path, round_id: str, spare: int | None) -> None:
    """Freeze questionnaire and manifests of ROUND, with the number of codes to be printed. Cannot be undone."""
    from survey.domain import lifecycle
    from survey.respondent.assets import script_digests

    services, round_ = _find(instance, round_id)
    round_ = lifecycle.freeze(
        round_,
        registry=services.registry,
        keys=services.keys,
        host=services.settings.host,
        scripts=script_digests(),
        spare_percent=spare,
    )
    note(services, "freeze-round", round_.id)
    click.echo(f"Round {round_.id} is frozen; its slips and manifests name {services.settings.public_url}.")
    for evaluation in round_.evaluations:
        manifest = lifecycle.get_manifest(services.registry, evaluation.id)
        click.echo(f"  {evaluation.team}: {evaluation.printed(round_.spare_percent)} codes, {manifest.fingerprint}")


@round_group.command()
@_round_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="New folder for codes.csv and one PDF of slips per unit.",
)
@click.pass_obj
def codes(instance: Path, round_id: str, out: Path) -> None:
    """Write the slips of ROUND: codes.csv and one PDF per unit, shuffled.

    Done again, it voids every code that was not used and writes new slips for the rest. The codes count from the
    moment the slips are safely written.
    """
    from survey.cli.slips import CODES_FILE, print_run

    services, round_ = _find(instance, round_id)
    round_, slips = print_run(services, round_, out)
    note(services, "print-codes", round_.id)
    click.echo(f"Wrote {len(slips)} codes to {out / CODES_FILE}, and their slips as one PDF per unit beside it.")
    click.echo(
        "Delete the files after printing, and clear the printer: many keep what they printed in memory.", err=True
    )


@round_group.command("open")
@_round_argument
@click.pass_obj
def open_(instance: Path, round_id: str) -> None:
    """Start collecting."""
    from survey.domain.lifecycle import open_round

    services, round_ = _find(instance, round_id)
    open_round(round_, registry=services.registry, box=services.box)
    note(services, "open-round", round_.id)
    click.echo(f"Round {round_.id} collects answers now.")


@round_group.command()
@_round_argument
@_json_option
@click.pass_obj
def status(instance: Path, round_id: str, as_json: bool) -> None:
    """Turnout of ROUND: entitled, printed and used per evaluation and unit. Steps of five until it is closed."""
    from survey.domain.turnout import turnout

    services, round_ = _find(instance, round_id)
    counts = turnout(round_, services.registry, services.box)
    if as_json:
        print_json(counts)
        return
    click.echo(f"{counts['name']} ({counts['round']}): {counts['state']}")
    for evaluation in counts["evaluations"]:
        exact = "" if evaluation["exact"] else " (in steps of five)"
        click.echo(f"  {evaluation['team']}: {evaluation['ballots']} ballots{exact}; {_codes(evaluation)}")
        for unit in evaluation["units"]:
            click.echo(f"    {unit['name']}: {_codes(unit)}")


def _codes(counts: dict[str, Any]) -> str:
    return f"{counts['used']} of {counts['printed']} codes used, {counts['entitled']} entitled"


@round_group.command()
@_round_argument
@click.pass_obj
def close(instance: Path, round_id: str) -> None:
    """Stop collecting, void unused codes, put the boxes in key order, publish their roots. Cannot be undone."""
    services, round_ = _find(instance, round_id)
    round_ = close_boxes(services, round_)
    digest = services.registry.find_boxes_digest(round_.id)
    click.echo(f"Round {round_.id} is closed. Digest of the list to be opened: {digest.hex() if digest else '-'}")
    for evaluation in round_.evaluations:
        root = services.registry.find_root(evaluation.id)
        click.echo(f"  {evaluation.team}: {services.box.count(evaluation.id)} ballots, root {(root or b'').hex()}")


def close_boxes(services: Services, round_: Round) -> Round:
    """Close; where somebody keeps the store from being put in order, a warning says so."""
    from survey.domain.lifecycle import close_round, get_round
    from survey.storage.tidying import OrderRemains

    try:
        closed = close_round(round_, registry=services.registry, box=services.box, keys=services.keys)
    except OrderRemains as error:
        closed = get_round(services.registry, round_.id)
        click.echo(f"Warning: {error} Run `survey tidy` when nobody is reading.", err=True)
    note(services, "close-round", closed.id)
    note(services, "destroy-token-keys", closed.id)
    return closed


@round_group.command("destroy-keys")
@_round_argument
@click.pass_obj
def destroy_keys_(instance: Path, round_id: str) -> None:
    """Destroy the token keys of the closed ROUND, where closing was interrupted before it did. May be repeated."""
    from survey.domain.lifecycle import destroy_token_keys

    services, round_ = _find(instance, round_id)
    destroy_token_keys(round_, keys=services.keys)
    note(services, "destroy-token-keys", round_.id)
    click.echo(f"Round {round_.id} has no token keys any more: nothing can be signed.")


@round_group.command()
@_round_argument
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@click.pass_obj
def boxes(instance: Path, round_id: str, out: Path) -> None:
    """Write the frozen list that every custodian opens. It holds no answer and opens nothing alone."""
    services, round_ = _find(instance, round_id)
    click.echo(f"Wrote {out}. Digest of the list: {write_boxes(services, round_, out)}")


def write_boxes(services: Services, round_: Round, out: Path) -> str:
    """The SHA-256 of the file, in hexadecimal."""
    import hashlib

    from survey.cli.files import new_file
    from survey.domain.boxes import boxes_chunks

    digest = hashlib.sha256()
    with new_file(out, mode=0o644) as stream:
        for chunk in boxes_chunks(round_, services.box):
            digest.update(chunk)
            stream.write(chunk)
    note(services, "write-boxes", round_.id)
    return digest.hexdigest()


@round_group.command()
@_round_argument
@click.argument("parts", metavar="[PART]...", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json_option
@click.pass_obj
def count(instance: Path, round_id: str, parts: tuple[Path, ...], as_json: bool) -> None:
    """Check the custodians' partial openings, open every ballot of ROUND, count, and freeze the result.

    Without PART it takes those that custodians handed in on their page, and destroys them when all is counted.
    Happens once. Destroy PART files afterwards: together they open every answer.
    """
    services, round_ = _find(instance, round_id)
    record, counted, void = count_ballots(services, round_, parts or tuple(services.partials.files(round_id).values()))
    if as_json:
        print_json({"round": round_.id, "record": record, "counted": counted, "void": void})
        return
    click.echo(f"Counted {counted} ballots, {void} void. Tally record: {record}")
    if parts:
        click.echo("Destroy the partial openings now: together they open every answer.", err=True)
    click.echo(f"The record for signature: survey round record {round_.id}")


def count_ballots(services: Services, round_: Round, parts: tuple[Path, ...]) -> tuple[str, int, int]:
    """(name of the tally record, see tally.record_hash; ballots counted; void ballots)."""
    import json
    import multiprocessing
    import os
    from concurrent.futures import ProcessPoolExecutor

    from survey.cli.progress import bar
    from survey.domain.lifecycle import count_round
    from survey.domain.shares import PartialFile
    from survey.domain.tally import record_hash

    partials = [PartialFile.read(part) for part in parts]
    ballots = sum(services.box.count(evaluation.id) for evaluation in round_.evaluations)
    executor = None
    if ballots > POOL_FROM:
        # Fresh processes: a forked one would share the store's open connections.
        executor = ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))
    try:
        with bar("Opening", ballots) as progress:
            _, record = count_round(
                round_,
                partials,
                registry=services.registry,
                box=services.box,
                randomness=services.randomness,
                executor=executor,
                progress=progress,
            )
    finally:
        if executor is not None:
            executor.shutdown(cancel_futures=True)
    note(services, "count-round", round_.id)
    keep_opening_record(services, round_, partials, record_hash(record))
    evaluations = json.loads(record)["evaluations"]
    void = sum(sum(evaluation["void"].values()) for evaluation in evaluations)
    return record_hash(record), sum(evaluation["counted"] for evaluation in evaluations), void


@round_group.command()
@_round_argument
@click.option("--team", "evaluation_id", metavar="EVALUATION", required=True, help="Which team.")
@click.option("--quality", required=True, help="Quality score, 0 to 100.")
@click.option("--deductions", default="0", show_default=True, help="Points taken off.")
@click.option("--reason", default="", help="Why points are taken off.")
@click.pass_obj
def enter(instance: Path, round_id: str, evaluation_id: str, quality: str, deductions: str, reason: str) -> None:
    """Enter the quality score of one team, where the questionnaire of ROUND has a composite score."""
    from fractions import Fraction

    from survey.domain import release
    from survey.domain.composite import Entered
    from survey.errors import InvalidInput

    services, round_ = _find(instance, round_id)
    try:
        entered = Entered(Fraction(quality), Fraction(deductions), reason)
    except (ValueError, ZeroDivisionError):
        raise InvalidInput(f"{quality} or {deductions} is no number; expected one such as 87.5.") from None
    release.enter(services.registry, services.reports, round_, evaluation_id, entered)
    note(services, "enter-score", f"{round_.id}/{evaluation_id}")
    click.echo(f"Entered for {round_.evaluation(evaluation_id).team}.")


@round_group.command()
@_round_argument
@click.pass_obj
def approve(instance: Path, round_id: str) -> None:
    """Note that the leading group has approved the report of ROUND. From here readers see it, and nothing changes.

    Every remark must have been decided by two people first, on the office's pages.
    """
    from survey.domain import release

    services, round_ = _find(instance, round_id)
    release.approve(services.registry, services.reports, round_)
    note(services, "approve-report", round_.id)
    click.echo(f"The report of round {round_.id} is approved.")


@round_group.command("release")
@_round_argument
@click.pass_obj
def release_(instance: Path, round_id: str) -> None:
    """Release the approved report of ROUND to its teams, and erase the remarks in their own words. Cannot be undone."""
    from survey.domain import release

    services, round_ = _find(instance, round_id)
    release.release(services.registry, services.reports, round_)
    note(services, "release-report", round_.id)
    click.echo(f"The report of round {round_.id} is released; the remarks are erased, their digest remains.")


@round_group.command()
@_round_argument
@click.option("--format", "format_", required=True, type=click.Choice(FORMATS), help="Form of the file.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write; - prints.")
@click.option(
    "--part",
    default="report",
    show_default=True,
    type=click.Choice(PARTS),
    help="The report; one team's feedback page; the restricted checklist; sentences for appraisals.",
)
@click.option("--team", metavar="EVALUATION", help="For --part feedback: which team.")
@click.pass_obj
def report(instance: Path, round_id: str, format_: str, out: Path, part: str, team: str | None) -> None:
    """Write the report of ROUND from its tally record, with small groups withheld.

    The same record at the same stage gives the same bytes, here and in the office. json and html are the office's own
    data (json holds the remarks until the report is approved, and their digest from then on); the
    checklist of prohibitions is in no other file than its own part (docx, xlsx, pdf).
    """
    services, round_ = _find(instance, round_id)
    write_report(services, round_, format_, out, part, team)


def write_report(
    services: Services, round_: Round, format_: str, out: Path, part: str = "report", team: str | None = None
) -> None:
    from survey.cli.files import new_file, require_new
    from survey.domain.release import results
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
