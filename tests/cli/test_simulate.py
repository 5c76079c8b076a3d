"""`survey simulate`: what it refuses before anybody answers, and that a failure is an exit of 1."""

from __future__ import annotations

import json

import pytest

from survey.cli.child_server import running_server
from survey.cli.rehearsal import Rehearsed
from tests.cli.conftest import Survey
from tests.cli.test_main_job import free_port

pytestmark = pytest.mark.usefixtures("plain_slips")


def test_somebody_elses_server_is_never_simulated_against(made: Survey) -> None:
    round_id = made.open()
    result = made("simulate", round_id, "--codes", made.codes, "--url", "https://other.example", exit_code=1)
    assert "expected this machine or the instance's own address http://localhost:8000" in result.stderr


def test_a_round_of_another_instance_is_refused(made: Survey) -> None:
    made.open()
    result = made("simulate", "nosuch", "--codes", made.codes, "--url", "http://localhost:8000", exit_code=1)
    assert "There is no round nosuch" in result.stderr


def test_more_respondents_than_codes_are_refused(made: Survey) -> None:
    round_id = made.open()
    result = made(
        "simulate", round_id, "--codes", made.codes, "--url", "http://localhost:1", "--respondents", 13, exit_code=1
    )
    assert "has 12 codes, 0 of them skipped; 13 were asked for" in result.stderr


def test_more_respondents_than_answers_are_refused(made: Survey) -> None:
    round_id = made.open()
    answers = made.write("answers.jsonl", '{"answers": {}}\n')
    result = made(
        "simulate", round_id, "--codes", made.codes, "--url", "http://localhost:1", "--respondents", 2,
        "--answers", answers, exit_code=1,
    )  # fmt: skip
    assert "has the answers of 1 respondents; 2 were asked for" in result.stderr


def test_where_no_server_is_it_is_said_once_and_no_slip_is_tried(made: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    round_id = made.open()
    monkeypatch.setattr("survey.cli.client.Client.answer", lambda *_: pytest.fail("a slip was tried"))
    url = f"http://localhost:{free_port()}"
    result = made("simulate", round_id, "--codes", made.codes, "--url", url, exit_code=1)
    assert f"Error: No server answers at {url} (NewConnectionError); start it first: survey serve." in result.stderr


def test_a_second_run_with_the_same_codes_fails_by_name_and_one_that_skips_them_succeeds(made: Survey) -> None:
    round_id = made.open()
    with running_server(made.instance, free_port(), workers=1) as server:
        simulate = ("simulate", round_id, "--codes", made.codes, "--url", server.address, "--respondents", 6)
        first = made(*simulate)
        assert first.stdout.startswith("6 of 6 respondents have a receipt")
        again = made(*simulate, "--json", exit_code=1)
        assert json.loads(again.stdout)["failures"] == {"urn:survey:problem:code-already-used (token-request)": 6}
        assert "6 of 6 respondents ended without a receipt" in again.stderr
        made(*simulate, "--skip", 6, "--seed", 1)


def test_the_measurement_counts_nearest_ranks() -> None:
    measured = Rehearsed(4, 2.0, (0.4, 0.1, 0.3, 0.2), {})
    assert (measured.rate, measured.percentile(0.5), measured.percentile(0.95)) == (2.0, 0.2, 0.4)


def test_a_measurement_of_nobody_is_zero() -> None:
    measured = Rehearsed(0, 0.0, (), {"network": 1})
    assert (measured.rate, measured.percentile(0.5), measured.failed) == (0.0, 0.0, 1)
