"""Printing: slips of 1,000 and of 50,000 codes; every document of a round with 20 teams and 50,000 ballots."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from survey.domain.disclosure import disclose
from survey.domain.drafts.spec import parse_spec
from survey.domain.invitations import make_code
from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.trend import point_of
from survey.domain.rounds import Round
from survey.domain.slips import PrintedCode
from survey.reports import papers
from survey.reports.places import fonts_folder
from survey.reports.slips.run import unit_pdfs
from tests.domain.results import record

TEAMS, BALLOTS = 20, 50_000
ROUNDS = 40  # in the trend


def measure(folder: Path) -> list[tuple[str, str, str]]:
    rows = slips()
    data = large_record()
    began = time.perf_counter()
    report = disclosed(data)
    taken = time.perf_counter() - began
    rows.append((f"disclosure, {TEAMS} teams, {BALLOTS:,} ballots", f"{taken:.2f} s", ""))
    whole = taken
    for part in papers.PARTS.values():
        for format_ in part.formats:
            teams = [team["id"] for team in report["evaluations"]] if part.per_team else [None]
            began = time.perf_counter()
            for team in teams:
                papers.make(report, part.name, format_, fonts_folder(), team)
            taken = time.perf_counter() - began
            whole += taken
            rows.append(
                (f"{part.name}.{format_}" + (f" for {len(teams)} teams" if part.per_team else ""), f"{taken:.2f} s", "")
            )
    rows.append(("all documents of that round together", f"{whole:.1f} s", "aim 5 s"))
    return rows


def slips() -> list[tuple[str, str, str]]:
    """A print run as command and download make it: one PDF per unit, several units at once."""
    rows = []
    for units, per_unit, aim in ((1, 1_000, "aim 5 s, "), (200, 250, "")):
        round_, printed = print_run_of(units, per_unit)
        began, busy = time.perf_counter(), time.process_time()
        size = sum(len(pdf) for _, pdf in unit_pdfs(printed, round_, "https://survey.example", fonts_folder()))
        taken, busy = time.perf_counter() - began, time.process_time() - busy
        codes = units * per_unit
        beside = f"{aim}{busy / codes * 1000:.2f} ms of processor per code, {size / 1e6:.1f} MB"
        rows.append(
            (f"slips for {codes:,} codes" + (f" of {units} units" if units > 1 else ""), f"{taken:.1f} s", beside)
        )
    return rows


def print_run_of(units: int, per_unit: int) -> tuple[Round, list[list[PrintedCode]]]:
    named = [{"name": f"第{number}单位", "entitled": per_unit} for number in range(1, units + 1)]
    spec = {
        "name": "2026年第一轮巡察",
        "custodians": ["甲", "乙", "丙"],
        "teams": [{"name": "第一巡察组", "units": named}],
    }
    round_ = parse_spec(spec, "spec", secrets.token_bytes)
    (team,) = round_.evaluations
    fingerprint = "CJ8nv5th5eaZTqRtl37aQg"
    return round_, [
        [
            PrintedCode(team.id, team.team, unit.id, unit.name, make_code(secrets.token_bytes), fingerprint)
            for _ in range(per_unit)
        ]
        for unit in team.units
    ]


def large_record() -> bytes:
    """Random answers, mostly good ones; one ballot in fifty has a remark."""
    form = default_questionnaire()
    draw = random.Random(2026)
    weights = {4: (74, 2, 20, 4), 5: (70, 17, 6, 2, 5)}

    def ballot() -> dict[str, str]:
        chosen = {
            item.code: draw.choices(item.scale.codes, weights[len(item.scale.codes)])[0]
            if len(item.scale.codes) in weights
            else draw.choice(item.scale.codes)
            for item in form.answerable
        }
        return {**chosen, **({"C-1": "会前多沟通。"} if draw.random() < 0.02 else {})}

    kinds = [ballot() for _ in range(400)]
    teams = [[draw.choice(kinds) for _ in range(BALLOTS // TEAMS)] for _ in range(TEAMS)]
    return record(*teams, entitled=BALLOTS // TEAMS + 200)


def disclosed(data: bytes) -> Mapping[str, Any]:
    """As an approved report: remarks as a digest of 30 entries per team, and 40 rounds to compare with."""
    report = disclose(data)
    for team in report["evaluations"]:
        team["digest"] = {
            code: [
                {"topic": f"主题{n % 5}", "sentence": f"希望改进第{n}项工作的安排，提前说明要准备的材料", "count": n}
                for n in range(30 if code == "C-1" else 0)
            ]
            for code in team["texts"]
        }
    report["stage"] = "approved"
    report["trend"] = [{**point_of(report).to_json(), "name": f"第{n}轮"} for n in range(ROUNDS)]
    return report
