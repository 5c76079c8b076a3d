"""The demonstration as a visitor meets it: one command, then a report to read and a link to answer."""

from __future__ import annotations

import json
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey.cli.client import Answered, Client, Slip
from survey.domain.staff import ROLES
from tests.cli.conftest import Survey
from tests.cli.test_main_job import free_port


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[tuple[Path, str]]:
    """(instance folder, everything it printed until it serves); ended as Ctrl-C ends it."""
    instance = tmp_path_factory.mktemp("demo") / "instance"
    command = [sys.executable, "-m", "survey.cli", "--instance", str(instance), "demo"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--respondents", "45"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell starts a suite in the background with Ctrl-C ignored, and children inherit that: a terminal does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("Serving"):
            break
    assert process.poll() is None, printed
    yield instance, printed
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest[:7]) == (0, "· Ended")


def test_it_says_what_happens_in_plain_words(demo: tuple[Path, str]) -> None:
    _, printed = demo
    assert "45 simulated people answered through the server" in printed
    assert "Opened by 巡察办 and 纪委 (组织部 was not needed): 45 ballots counted, 0 void" in printed
    assert "Traceback" not in printed


def test_there_is_one_account_per_role_and_a_second_reviewer_with_a_password(demo: tuple[Path, str]) -> None:
    accounts = dict(re.findall(r"account (\S+) +password (\S+)", demo[1]))
    assert set(accounts) == {*ROLES, "office-2"}
    assert len(set(accounts.values())) == len(accounts)


def test_the_link_answers_at_once(demo: tuple[Path, str], port: int) -> None:
    found = re.search(rf"http://localhost:{port}/e/\S+", demo[1])
    assert found is not None
    client = Client(f"http://localhost:{port}", secrets.token_bytes)
    assert len(client.answer(Slip.of_url(found.group()), lambda manifest: Answered({"O-1": "A"}, {}))) == 32
    client.close()


def test_one_round_is_reported_and_one_is_open(demo: tuple[Path, str]) -> None:
    survey = Survey(demo[0] / "demo", demo[0])
    assert sorted(round_["state"] for round_ in survey.json("round", "list", "--json")) == ["open", "opened"]
    [opened] = [round_["round"] for round_ in survey.json("round", "list", "--json") if round_["state"] == "opened"]
    report = json.loads(survey("round", "report", opened, "--format", "json", "--out", "-").stdout)
    assert len(report["evaluations"]) == 3
    assert sum(evaluation["counted"] for evaluation in report["evaluations"]) == 45


def test_partial_openings_are_not_left_behind(demo: tuple[Path, str]) -> None:
    assert list((demo[0] / "demo").glob("*.part")) == []


def test_a_port_that_is_taken_leaves_the_running_demonstration_alone(demo: tuple[Path, str], port: int) -> None:
    survey = Survey(demo[0], demo[0])
    result = survey("demo", "--port", port, exit_code=1)
    assert "already in use" in result.stderr
    assert (demo[0] / "demo" / "survey.db").exists()


def test_a_folder_that_is_no_demonstration_is_not_thrown_away(survey: Survey) -> None:
    (survey.instance / "demo").mkdir(parents=True)
    (survey.instance / "demo" / "precious").write_text("x")
    result = survey("demo", "--port", free_port(), exit_code=1)
    assert "is no demonstration" in result.stderr
    assert (survey.instance / "demo" / "precious").exists()
