"""Rounds for the office tests: one in every state, with turnout and, where counted, a tally record.

The round in state S has the id of S ("open", "opened" …). Its first team has 61 ballots (58 counted), the second 8
(below the minimum for items), the third 3 (below the minimum group).
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from typing import Any

from survey.domain.drafts.spec import parse_spec
from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.questionnaire import Questionnaire
from survey.domain.results.answers import Answers
from survey.domain.results.release import Draft, Stage, results
from survey.domain.results.tally import Tally, build_record
from survey.domain.results.trend import point_of
from survey.domain.rounds import COLLECTED, COUNTED, ORDER, OpeningKey, Round, State
from tests.fakes import Invitation, Services

SPEC: dict[str, Any] = {
    "name": "2026年第一轮巡察",
    "custodians": ["巡察办", "纪委", "组织部"],
    "teams": [
        {
            "name": "第一巡察组",
            "units": [
                {"name": "文学院", "entitled": 42},
                {"name": "后勤处", "entitled": 19},
                {"name": "继续教育学院", "entitled": 11},
            ],
        },
        {"name": "第二巡察组", "units": [{"name": "图书馆", "entitled": 8}, {"name": "档案馆", "entitled": 4}]},
        {"name": "第三巡察组", "units": [{"name": "校医院", "entitled": 6}]},
    ],
}
BALLOTS = (61, 8, 3)
REMARK = "谈话时间可以再提前一天通知。"
_HAS_BALLOTS = frozenset({State.OPEN}) | COLLECTED
_HAS_CODES = frozenset(ORDER[ORDER.index(State.PRINTED) :])


def fill(services: Services) -> None:
    for number, state in enumerate(ORDER):
        add_round(services, state, f"20{26 - number // 3}年第{'一二三'[number % 3]}轮巡察")


def add_round(services: Services, state: State, name: str) -> Round:
    randomness = random.Random(state.value).randbytes
    round_ = replace(parse_spec({**SPEC, "name": name}, "spec", randomness), id=state.value, state=state)
    if state is not State.DRAFT:
        round_ = replace(round_, opening_key=OpeningKey(b"\x04" + bytes(64), b"{}"))
    services.registry.add_round(round_)
    if state is not State.DRAFT:
        facts = {one.id: {"evaluation": one.id, "token_key": "AAAA"} for one in round_.evaluations}
        services.registry.manifests.update({name: json.dumps(known).encode() for name, known in facts.items()})
    if state in _HAS_CODES:
        _print(services, round_)
    if state in COLLECTED:
        services.registry.boxes_digests[round_.id] = hashlib.sha256(round_.id.encode()).digest()
        services.registry.roots |= {one.id: hashlib.sha256(one.id.encode()).digest() for one in round_.evaluations}
    if state in COUNTED:
        services.registry.records[round_.id] = record_of(round_)
    return round_


def _print(services: Services, round_: Round) -> None:
    for evaluation, ballots in zip(round_.evaluations, BALLOTS, strict=True):
        codes = [
            Invitation(unit.id) for unit in evaluation.units for _ in range(unit.codes_to_print(round_.spare_percent))
        ]
        random.Random(1).shuffle(codes)
        if round_.state in _HAS_BALLOTS:
            for code in codes[:ballots]:
                code.state = "used"
            services.box.boxes[evaluation.id] = {
                digest: StoredBallot(digest, bytes(354), bytes(65), bytes(16))
                for digest in (number.to_bytes(32) for number in range(ballots))
            }
        services.registry.codes[evaluation.id] = {number.to_bytes(32): code for number, code in enumerate(codes)}


def record_of(round_: Round) -> bytes:
    draw = random.Random(7)
    tallies = {}
    for evaluation, ballots in zip(round_.evaluations, BALLOTS, strict=True):
        tally = tallies[evaluation.id] = Tally(round_.questionnaire)
        void = 3 if ballots > 50 else 0
        for number in range(ballots - void):
            texts = (
                {"C-1": REMARK}
                if number % 9 == 0
                else {"C-2": "表格少一些，格式统一一些。"}
                if number % 13 == 0
                else {}
            )
            tally.add(Answers(_options(round_.questionnaire, draw), texts))
        for _ in range(void):
            tally.add_void("not-decryptable")
    used = {evaluation.id: ballots for evaluation, ballots in zip(round_.evaluations, BALLOTS, strict=True)}
    by_unit = {
        evaluation.id: {unit.id: used[evaluation.id] // len(evaluation.units) for unit in evaluation.units}
        for evaluation in round_.evaluations
    }
    return build_record(round_, tallies, used, by_unit, bytes(32), {1, 3}, draw.randbytes)


def _options(questionnaire: Questionnaire, draw: random.Random) -> dict[str, str]:
    def choose(codes: tuple[str, ...], weights: list[int]) -> str | None:
        return draw.choices([*codes, None], [*weights[: len(codes)], 3])[0]

    options = {item.code: choose(item.scale.codes, [70, 17, 6, 2, 6]) for item in questionnaire.scored_items}
    options[questionnaire.overall.code] = choose(questionnaire.overall.scale.codes, [72, 18, 4, 5])
    for item in questionnaire.checklist.items if questionnaire.checklist else ():
        options[item.code] = choose(item.scale.codes, [80, 1, 16])
    return {code: option for code, option in options.items() if option}


def approve_in_order(services, *states: str) -> None:
    """Drafts as an approval leaves them."""
    for number, state in enumerate(states, 1):
        made = results(services.registry, services.reports, services.registry.find_round(state))
        draft = Draft(state, made["record"], Stage.APPROVED, digest={}, number=number, point=point_of(made))
        services.reports.save_draft(draft, None)
