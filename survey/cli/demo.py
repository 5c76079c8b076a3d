"""`survey demo`: everything once, on this machine: a filled and opened round, and one that waits for answers.

Law: nothing is staged. Files, HTTP, custodians and count are those of the other commands; only the people are
invented. The one thing a real round must not do is said aloud: here all shares are made on one machine.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from survey.cli.files import new_file
from survey.errors import InvalidInput

if TYPE_CHECKING:
    from survey.domain.rounds import Round
    from survey.services import Services

FOLDER = "demo"  # inside the instance folder; made anew every time
MARKER = "this-is-a-demo"
CUSTODIANS = ("巡察办", "纪委", "组织部")
TEAMS = {
    "第一巡察组": {"文学院": 42, "后勤处": 19, "档案馆": 3},
    "第二巡察组": {"信息工程学院": 36, "图书馆": 14, "校医院": 8},
    "第三巡察组": {"马克思主义学院": 28, "财务处": 11, "继续教育学院": 17},
}
TINY = "档案馆"  # stays tiny however many respondents there are: small groups are what the rules are for
REVIEWER = "office-2"  # a second person of the office: nobody decides alone about a remark
TURNOUT = 0.8  # of the people entitled, in the round that is finished


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to serve at.")
@click.option(
    "--respondents",
    type=click.IntRange(1, 50_000),
    default=140,
    show_default=True,
    help="Simulated people in the finished round.",
)
@click.pass_obj
def demo(instance: Path, port: int, respondents: int) -> None:
    """Try everything on this machine, until Ctrl-C.

    Makes a demonstration instance in INSTANCE/demo (a former one there is thrown away), lets simulated people answer
    a round through the running server, opens it with two of three custodians, and opens a second round for you to
    answer yourself. Prints one account per role, and a second one of the office, because two people review remarks.
    """
    from survey.cli.child_server import running_server
    from survey.cli.listening import require_free_port

    for name in ("SURVEY_DATABASE_URL", "SURVEY_PUBLIC_URL"):
        os.environ.pop(name, None)  # those of a real instance, which a demonstration must not touch
    require_free_port("127.0.0.1", port)  # before the former demonstration is thrown away
    signal.signal(signal.SIGTERM, _end)
    stage = _Stage.make(instance / FOLDER, f"http://localhost:{port}")
    finished = stage.prepare("2026年第一轮巡察（演示）", "first", _headcounts(respondents))
    _say("Starting the server.")
    with running_server(stage.folder, port) as server:
        stage.finish(finished, server.address, respondents)
        waiting = stage.prepare("2026年第二轮巡察（演示，开放中）", "second", TEAMS)
        stage.invite(waiting)
        try:
            server.wait()
        except KeyboardInterrupt:
            _say(f"Ended. What was made stays in {stage.folder} until the next demonstration.")


def _end(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _headcounts(respondents: int) -> dict[str, dict[str, int]]:
    """The units, large enough for that many respondents."""
    entitled = sum(count for units in TEAMS.values() for count in units.values())
    factor = max(1, -(-respondents // int(entitled * TURNOUT + 10)))
    return {
        team: {unit: count if unit == TINY else count * factor for unit, count in units.items()}
        for team, units in TEAMS.items()
    }


def _say(sentence: str) -> None:
    click.echo(click.style("· ", fg="cyan") + sentence)


@dataclass(frozen=True)
class _Stage:
    """The demonstration's instance and its folder."""

    folder: Path
    services: Services
    passwords: dict[str, str]  # account -> password; each account is named after its role, and one more reviews remarks

    @classmethod
    def make(cls, folder: Path, public_url: str) -> _Stage:
        from survey.cli.accounts import add_account
        from survey.cli.frame import services_of
        from survey.cli.instance import make_instance
        from survey.domain.identifiers import ID_ALPHABET
        from survey.domain.staff import OFFICE, ROLES

        if folder.exists():
            if not (folder / MARKER).is_file():
                raise InvalidInput(f"{folder} is there and is no demonstration; name another folder with --instance.")
            shutil.rmtree(folder)
        folder.mkdir(parents=True, mode=0o700)
        with new_file(folder / MARKER) as stream:
            stream.write(b"`survey demo` throws this folder away and makes it anew.\n")
        make_instance(folder, None, public_url, needs_second_factor=False)
        _say(f"Made an instance in {folder}.")
        services = services_of(folder)
        accounts = {**{role: role for role in ROLES}, REVIEWER: OFFICE}
        passwords = {name: "".join(secrets.choice(ID_ALPHABET) for _ in range(14)) for name in accounts}
        for name, role in accounts.items():
            add_account(services, name, role, passwords[name], must_choose=False)
        return cls(folder, services, passwords)

    def prepare(self, name: str, short: str, headcounts: dict[str, dict[str, int]]) -> Round:
        """Spec, shares, frozen manifests, printed slips, open: the files lie in the demonstration's folder."""
        import yaml

        from survey.cli.round_making import make_keys
        from survey.cli.slips import print_run
        from survey.cli.specfile import read_round
        from survey.domain import lifecycle
        from survey.respondent.assets import script_digests

        services = self.services
        teams = [
            {"name": team, "units": [{"name": unit, "entitled": count} for unit, count in units.items()]}
            for team, units in headcounts.items()
        ]
        spec = self.folder / f"{short}-round.yaml"
        document = {"name": name, "custodians": list(CUSTODIANS), "threshold": 2, "teams": teams}
        with new_file(spec) as stream:
            stream.write(yaml.safe_dump(document, allow_unicode=True, sort_keys=False, encoding="utf-8"))
        round_ = read_round(spec, services.randomness)
        services.registry.add_round(round_)
        make_keys(services, round_, self.folder / f"{short}-shares")
        round_ = lifecycle.freeze(
            lifecycle.get_round(services.registry, round_.id),
            registry=services.registry,
            keys=services.keys,
            host=services.settings.host,
            scripts=script_digests(),
        )
        round_, slips = print_run(services, round_, self.folder / f"{short}-slips")
        round_ = lifecycle.open_round(round_, registry=services.registry, box=services.box)
        units = sum(len(evaluation.units) for evaluation in round_.evaluations)
        _say(
            f"{name}: {len(round_.evaluations)} teams, {units} units; key made by {len(CUSTODIANS)} custodians"
            f" (all on this machine, for the demonstration only); {len(slips)} slips printed; open."
        )
        return round_

    def finish(self, round_: Round, address: str, respondents: int) -> None:
        """People answer over HTTP; closed; opened by two of three custodians; counted; reported."""
        from survey.cli.custodians import open_boxes
        from survey.cli.people import draw_slips, read_slips
        from survey.cli.progress import bar
        from survey.cli.rehearsal import rehearse
        from survey.cli.round_collecting import close_boxes
        from survey.cli.round_counting import count_ballots, write_boxes
        from survey.cli.round_reporting import write_report
        from survey.cli.slips import CODES_FILE
        from survey.domain import lifecycle

        slips = draw_slips(read_slips(self.folder / "first-slips" / CODES_FILE), respondents)
        with bar("Respondents", len(slips)) as progress:
            result = rehearse(address, slips, concurrency=8, seed=2026, progress=progress)
        if result.failed:
            raise InvalidInput(f"{result.failed} of {len(slips)} simulated people have no receipt: {result.failures}.")
        _say(
            f"{result.receipts} simulated people answered through the server, {result.rate:.0f} a second;"
            " each has a receipt."
        )
        services = self.services
        round_ = close_boxes(services, round_)
        boxes = self.folder / "first.boxes"
        write_boxes(services, round_, boxes)
        _say("Closed. The list of sealed ballots is frozen; nobody can open it alone.")
        parts = []
        for name in CUSTODIANS[:2]:
            part = self.folder / f"{name}.part"
            open_boxes(self.folder / "first-shares" / f"{name}.share", boxes, part, quiet=True)
            parts.append(part)
        record, counted, void = count_ballots(services, round_, tuple(parts))
        for part in parts:
            part.unlink()  # together they open every answer
        _say(
            f"Opened by {' and '.join(CUSTODIANS[:2])} ({CUSTODIANS[2]} was not needed):"
            f" {counted} ballots counted, {void} void, tally record {record[:16]}."
        )
        report = self.folder / "first-report.html"
        write_report(services, lifecycle.get_round(services.registry, round_.id), "html", report)

    def invite(self, round_: Round) -> None:
        """Everything a visitor needs: accounts, the office's address, a link that answers at once."""
        import segno

        from survey.cli.slips import CODES_FILE

        url = self.services.settings.public_url
        link = (self.folder / "second-slips" / CODES_FILE).read_text("utf-8").splitlines()[1].rpartition(",")[2]
        click.echo()
        click.echo(f"Office:  {url}/office/")
        for name, password in self.passwords.items():
            click.echo(f"  account {name:<16} password {password}")
        click.echo(f"Remarks are decided by two people: {REVIEWER} confirms what office proposes.")
        click.echo("  Only here they work as they are: a real instance asks for an own password and a second factor.")
        click.echo(f"Report:  {self.folder / 'first-report.html'} (and in the office)")
        click.echo(f"More slips of {round_.name}: {self.folder / 'second-slips'}")
        click.echo("Answer one yourself (the code works once):")
        click.echo(f"  {link}")
        if sys.stdout.isatty():
            segno.make_qr(link, error="l").terminal(compact=True)
        click.echo("Serving until Ctrl-C.")
