"""Which earlier result is on almost the same people, and that the count writes it into the record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.domain.results.overlap import Asked, Overlap, find_overlap
from survey.domain.rounds import Evaluation, Round, State, Unit
from tests.domain.results import full, record
from tests.world import World

TEAM = "第一巡察组"
BEFORE = Asked("第一轮", TEAM, {"文学院": 30, "档案馆": 3}, 10)


@pytest.mark.parametrize(
    ("team", "units", "apart"),
    [
        ("第一巡察组", {"文学院": 30}, 3),
        ("第一巡察组", {"文学院": 28, "档案馆": 3, "校医院": 2}, 2),
        ("第一巡察组", {"文学院": 28, "校医院": 2}, 5),
        (" 第一 巡察组", {"文学院 ": 30}, 3),
        ("第一巡察组", {"文学院": 29, "档案馆": 2}, None),  # the same units: the difference belongs to nobody
        ("第一巡察组", {"图书馆": 30}, None),
        ("第二巡察组", {"文学院": 30}, None),  # other people are evaluated
    ],
)
def test_two_results_differ_by_the_units_that_only_one_of_them_asked(
    team: str, units: dict[str, int], apart: int | None
) -> None:
    found = find_overlap(Asked("第二轮", team, units, 10), [BEFORE])
    assert found == (None if apart is None else Overlap("第一轮", apart, 10))


def test_the_closest_of_several_earlier_results_counts() -> None:
    other = Asked("第〇轮", TEAM, {"文学院": 30, "图书馆": 1}, 10)
    assert find_overlap(Asked("第二轮", TEAM, {"文学院": 30}, 10), [BEFORE, other]) == Overlap("第〇轮", 1, 10)


def test_three_rounds_that_leave_a_small_unit_alone_only_together_are_found() -> None:
    """A and B, B and C, then A and C: the first less the second and the third is A twice."""
    before = [
        Asked("第一轮", TEAM, {"A": 3, "B": 20}, 10),
        Asked("第二轮", TEAM, {"B": 20, "C": 30}, 10),
    ]
    assert find_overlap(Asked("第三轮", TEAM, {"A": 3, "C": 30}, 10), before) == Overlap("第一轮”、“第二轮", 3, 10)


def test_what_an_earlier_round_promised_to_its_people_holds_when_the_later_one_promises_less() -> None:
    strict = Asked("第一轮", TEAM, {"文学院": 30, "档案馆": 12}, 20)
    other = Asked("第〇轮", TEAM, {"文学院": 30, "图书馆": 11}, 10)
    found = find_overlap(Asked("第二轮", TEAM, {"文学院": 30}, 10), [other, strict])
    assert found == Overlap("第一轮", 12, 20)


def test_a_unit_of_another_round_that_nothing_cancels_is_no_overlap() -> None:
    before = [Asked("第一轮", TEAM, {"A": 2}, 10), Asked("第二轮", TEAM, {"B": 20}, 10)]
    assert find_overlap(Asked("第三轮", TEAM, {"C": 30}, 10), before) is None


def test_the_count_writes_an_earlier_result_on_almost_the_same_people_into_the_record(
    open_world: World, tmp_path: Path
) -> None:
    """The earlier round asked the first team's units and one small unit more."""
    world = open_world
    earlier = json.loads(record([full()] * 12))
    earlier["name"] = "去年的一轮"
    earlier["evaluations"][0] |= {
        "team": world.first.team,
        "units": [
            *({"name": unit.name, "entitled": unit.entitled, "printed": 9, "used": 9} for unit in world.first.units),
            {"name": "只在那一轮的单位", "entitled": 4, "printed": 5, "used": 4},
        ],
    }
    before = Round(
        id="before",
        name="去年的一轮",
        state=State.REPORTED,
        questionnaire=world.round.questionnaire,
        evaluations=(Evaluation("e1", world.first.team, (Unit("u", "文学院", 1),)),),
        custodians=(),
    )
    world.services.registry.add_round(before)
    world.services.registry.records["before"] = json.dumps(
        earlier, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    world.close()
    counted = json.loads(world.count(world.partials(tmp_path)))
    assert counted["evaluations"][0]["overlap"] == {"round": "去年的一轮", "apart": 4, "below": 10}
    assert "overlap" not in counted["evaluations"][1]
