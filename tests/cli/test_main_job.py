"""The main job, from a spec to a report, by the commands and over HTTP alone, with figures known beforehand."""

from __future__ import annotations

import csv
import json
import socket
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from survey.cli.child_server import running_server
from tests.cli import vector
from tests.cli.conftest import Survey

SPEC = """\
name: 2026年第一轮巡察
custodians: [巡察办, 纪委, 组织部]
threshold: 2
teams:
  - name: 第一巡察组
    leader: 组长甲
    units:
      - {name: 文学院, entitled: 38}
      - {name: 后勤处, entitled: 9}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def codes_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.usefixtures("plain_slips")
def test_forty_people_answer_and_the_report_has_the_figures_of_the_rule(survey: Survey, database_url: str) -> None:
    port = free_port()
    survey.init(database_url=database_url, public_url=f"http://localhost:{port}")
    created = survey.json("round", "create", survey.write("spec.yaml", SPEC), "--json")
    round_id, [evaluation] = created["round"], created["evaluations"]
    assert evaluation["team"] == "第一巡察组"

    survey("round", "keys", round_id, "--all-here", survey.work / "shares")
    survey("round", "freeze", round_id, "--spare", 10)
    survey("round", "codes", round_id, "--out", survey.work / "slips")
    rows = codes_of(survey.codes)
    assert (len(rows), len({row["code"] for row in rows})) == (42 + 10, 52)
    assert rows[0]["url"].startswith(f"http://localhost:{port}/e/{evaluation['id']}#c={rows[0]['code']}&m=")
    assert stat.S_IMODE(survey.codes.stat().st_mode) == 0o600
    survey("round", "open", round_id)

    with running_server(survey.instance, port, workers=2) as server:
        measured = survey.json(
            "simulate", round_id, "--codes", survey.codes, "--respondents", 40, "--concurrency", 8,
            "--url", server.address, "--answers", vector.write_answers(survey.work / "answers.jsonl"), "--json",
        )  # fmt: skip
        assert (measured["receipts"], measured["failures"]) == (40, {})

        open_status = survey.json("round", "status", round_id, "--json")["evaluations"][0]
        assert (open_status["used"], open_status["ballots"]) == (40, 40)
        early = survey("round", "boxes", round_id, "--out", survey.work / "early", exit_code=1)
        assert "needs it to be closed" in early.stderr

        survey("round", "close", round_id)
        late = survey("simulate", round_id, "--codes", survey.codes, "--skip", 40, "--url", server.address, exit_code=1)
        assert "12 of 12 respondents ended without a receipt: 12 urn:survey:problem:not-collecting" in late.stderr

    survey("round", "boxes", round_id, "--out", survey.work / "boxes")
    for name in ("巡察办", "组织部"):
        survey(
            "custodian", "open", "--share", survey.work / "shares" / f"{name}.share",
            "--boxes", survey.work / "boxes", "--out", survey.work / f"{name}.part",
        )  # fmt: skip
    one = survey("round", "count", round_id, survey.work / "巡察办.part", exit_code=1)
    assert "2 custodians are needed" in one.stderr
    counted = survey.json(
        "round", "count", round_id, survey.work / "巡察办.part", survey.work / "组织部.part", "--json"
    )
    assert (counted["counted"], counted["void"]) == (40, 0)

    survey("round", "report", round_id, "--format", "json", "--out", survey.work / "report.json")
    report = json.loads((survey.work / "report.json").read_text("utf-8"))
    assert (report["round"], report["record"]) == (round_id, counted["record"])
    check_figures(report["evaluations"][0])
    survey("round", "report", round_id, "--format", "html", "--out", survey.work / "report.html")
    html = (survey.work / "report.html").read_text("utf-8")
    assert vector.TOTAL in html
    assert vector.GRADE in html

    survey("audit", "export", round_id, "--out", survey.work / "audit.zip")
    assert "All checks hold.\n" in survey("audit", "verify", survey.work / "audit.zip").stdout
    with zipfile.ZipFile(survey.work / "audit.zip") as package:
        assert json.loads(package.read("report.json"))["evaluations"][0]["score"] == vector.TOTAL


def check_figures(result: dict[str, Any]) -> None:
    assert (result["entitled"], result["printed"], result["used"]) == (47, 52, 40)
    assert (result["counted"], result["void"]) == (40, 0)
    assert (result["score"], result["grade"]) == (vector.TOTAL, vector.GRADE)
    scores = {dimension["code"]: dimension["score"] for dimension in result["dimensions"]}
    assert scores == {code: score for code, (_, score) in vector.COUNTS.items()}
    counts = {item["code"]: item["counts"] for item in result["items"]}
    for code, (items, _) in vector.COUNTS.items():
        for number, text in enumerate(items.split(";"), 1):
            assert counts[f"{code}-{number}"] == {**vector.counts_of(text), "blank": 0}
    assert result["satisfaction"] == "100.0"
    assert result["texts"]["C-1"] == [vector.REMARK] * 3
    assert result["suppressed"] == []
