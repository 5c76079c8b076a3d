"""Rounds and ballots for the storage tests."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from survey.domain.ports.ballot_box import StoredBallot
from survey.domain.ports.registry import Registry
from survey.domain.questionnaire import default_questionnaire
from survey.domain.rounds import Custodian, Evaluation, OpeningKey, Round, State, Unit

EVALUATION = "team-1"
OTHER_EVALUATION = "team-2"


def make_round(round_id: str = "round-1", *, prefix: str = "") -> Round:
    """A round in draft; prefix goes before the ids of its evaluations."""
    return Round(
        id=round_id,
        name="2026年第一轮巡察",
        state=State.DRAFT,
        questionnaire=default_questionnaire(),
        evaluations=(
            Evaluation(
                prefix + EVALUATION, "第一巡察组", (Unit("u1", "文学院", 42), Unit("u2", "后勤处", 9)), "组长甲"
            ),
            Evaluation(prefix + OTHER_EVALUATION, "第二巡察组", (Unit("u3", "图书馆", 30),)),
        ),
        custodians=tuple(Custodian(index, name) for index, name in enumerate(("巡察办", "纪委", "组织部"), 1)),
    )


def make_keyed_round() -> Round:
    """Every optional part is there."""
    round_ = make_round()
    return replace(
        round_,
        custodians=tuple(
            replace(custodian, verification_key=secrets.token_bytes(65)) for custodian in round_.custodians
        ),
        threshold=2,
        minimum_group=7,
        texts_minimum=12,
        spare_percent=15,
        kiosk=True,
        opens_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        closes_at=datetime(2026, 3, 4, 18, 0, tzinfo=timezone(timedelta(hours=8))),
        opening_key=OpeningKey(secrets.token_bytes(65), '{"schema":"…"}'.encode()),
    )


def start_collecting(registry: Registry, codes: Iterable[bytes], evaluation_id: str = EVALUATION) -> None:
    """Its round is open, and the evaluation has these codes (all of unit u1)."""
    round_ = registry.find_round_of(evaluation_id)
    assert round_ is not None
    registry.save_round(replace(round_, state=State.OPEN), expected=round_.state)
    registry.add_invitations(evaluation_id, [(code, "u1") for code in codes])


def make_ballot(*, ct_length: int = 1000) -> StoredBallot:
    sizes = (32, 354, 65, ct_length)
    return StoredBallot(*(secrets.token_bytes(size) for size in sizes))
