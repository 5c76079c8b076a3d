"""`survey simulate`: rehearsals and load, by real clients over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from survey.cli.frame import GIVEN_FILE, print_json, require_loopback_or_own, round_argument, services_of
from survey.cli.progress import bar
from survey.errors import InvalidInput, SurveyError


class SomeFailed(SurveyError):
    """A rehearsal in which somebody ended without a receipt."""

    kind = "rehearsal-failed"


@click.command()
@round_argument
@click.option(
    "--codes",
    "codes_file",
    required=True,
    type=GIVEN_FILE,
    help="codes.csv of `survey round codes`. The codes are used up.",
)
@click.option("--url", required=True, help="Address of the running server: this machine, or the instance's own.")
@click.option("--respondents", type=click.IntRange(min=1), help="How many people answer.  [default: one per code]")
@click.option("--concurrency", type=click.IntRange(1, 1000), default=8, show_default=True, help="People at a time.")
@click.option(
    "--answers",
    "answers_file",
    type=GIVEN_FILE,
    help='Exactly these answers, one respondent a line: {"answers": {"D1-1": "A"}, "texts": {}}.',
)
@click.option("--seed", type=int, help="Makes the invented answers repeatable.")
@click.option("--skip", type=click.IntRange(min=0), default=0, help="Leave out the codes that an earlier run used.")
@click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False),
    help="Certificates to trust (PEM) instead of the system's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the measurement as JSON.")
@click.pass_obj
def simulate(
    instance: Path,
    round_id: str,
    codes_file: Path,
    url: str,
    respondents: int | None,
    concurrency: int,
    answers_file: Path | None,
    seed: int | None,
    skip: int,
    trust: str | None,
    as_json: bool,
) -> None:
    """Let simulated people answer ROUND over HTTP, for rehearsals and load.

    Every one is a real client: it checks the manifest against the slip, draws a token, seals the answers on its own
    side and sends the ballot. The answers are invented unless --answers gives them. Exit 1 when anybody ended
    without a receipt.
    """
    import secrets
    from contextlib import closing

    from survey.cli.client import Client
    from survey.cli.people import draw_slips, read_answers, read_slips
    from survey.cli.rehearsal import rehearse

    address = require_loopback_or_own(url, _own_address(instance, round_id))
    answers = read_answers(answers_file) if answers_file else None
    slips = read_slips(codes_file)
    wanted = respondents or (len(answers) if answers is not None else max(0, len(slips) - skip))
    if answers is not None and len(answers) < wanted:
        raise InvalidInput(f"{answers_file} has the answers of {len(answers)} respondents; {wanted} were asked for.")
    drawn = draw_slips(slips, wanted, skip)
    if not drawn or len(drawn) < wanted:
        raise InvalidInput(f"{codes_file} has {len(slips)} codes, {skip} of them skipped; {wanted} were asked for.")
    with closing(Client(address, secrets.token_bytes, trust=trust)) as first:
        first.require_server()  # else every slip would be tried, again and again
    with bar("Respondents", len(drawn)) as progress:
        result = rehearse(
            address, drawn, concurrency=concurrency, answers=answers, seed=seed, trust=trust, progress=progress
        )
    if as_json:
        print_json(result.as_json())
    else:
        click.echo(
            f"{result.receipts} of {len(drawn)} respondents have a receipt, after {result.wall:.1f} s:"
            f" {result.rate:.0f} journeys/s, p50 {result.percentile(0.5) * 1000:.0f} ms,"
            f" p95 {result.percentile(0.95) * 1000:.0f} ms."
        )
    if result.failed:
        reasons = ", ".join(f"{number} {problem}" for problem, number in sorted(result.failures.items()))
        raise SomeFailed(f"{result.failed} of {len(drawn)} respondents ended without a receipt: {reasons}.")


def _own_address(instance: Path, round_id: str) -> str | None:
    """The instance's public URL, and a check that the round is its own; None where no instance is."""
    from survey.domain.lifecycle import get_round

    if not (instance / "settings.json").exists():
        return None  # a load generator on another machine has the slips only
    services = services_of(instance)
    get_round(services.registry, round_id)
    return services.settings.public_url
