"""Invented people: their answers fit the questionnaire, and every unit answers in its share."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.cli.client import Slip
from survey.cli.people import draw_slips, invent_answers, read_answers, read_slips
from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.answers import encode_answers, parse_answers
from survey.errors import InvalidSpec

HEADER = "evaluation,unit,code,url\n"
ROW = "abc,文学院,2222-2222-2222,https://h.example/e/abc#c=2222-2222-2222&m=AAAAAAAAAAAAAAAAAAAAAA\n"


def csv_file(folder: Path, text: str | bytes) -> Path:
    file = folder / "codes.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def slips(*sizes: int) -> list[Slip]:
    return [Slip("abc", f"unit {unit}", f"{unit}-{n}", "m") for unit, size in enumerate(sizes) for n in range(size)]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(), mood=st.floats(-1, 2))
def test_invented_answers_are_answers_of_the_questionnaire(seed: int, mood: float) -> None:
    questionnaire = default_questionnaire()
    invented = invent_answers(questionnaire, mood, random.Random(seed))
    counted = parse_answers(questionnaire, encode_answers(invented.answers, invented.texts))
    assert (counted.options, counted.texts) == (invented.answers, invented.texts)


def test_the_same_seed_invents_the_same_answers() -> None:
    questionnaire = default_questionnaire()
    assert invent_answers(questionnaire, 0.3, random.Random(7)) == invent_answers(questionnaire, 0.3, random.Random(7))


def test_bitter_people_answer_worse_than_content_ones() -> None:
    questionnaire = default_questionnaire()

    def best(mood: float) -> int:
        people = [invent_answers(questionnaire, mood, random.Random(n)) for n in range(30)]
        return sum(Counter(person.answers.values())["A"] for person in people)

    assert best(0.0) > 2 * best(0.9)


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6), data=st.data())
def test_every_unit_answers_in_its_share(sizes: list[int], data: st.DataObject) -> None:
    whole = slips(*sizes)
    count = data.draw(st.integers(0, len(whole)))
    drawn = Counter(slip.unit for slip in draw_slips(whole, count))
    for unit, size in enumerate(sizes):
        assert abs(drawn[f"unit {unit}"] - count * size / len(whole)) <= len(sizes)


@given(sizes=st.lists(st.integers(1, 20), min_size=1, max_size=4), first=st.integers(0, 40), second=st.integers(0, 40))
def test_a_second_run_that_skips_the_first_uses_no_slip_twice(sizes: list[int], first: int, second: int) -> None:
    whole = slips(*sizes)
    drawn = draw_slips(whole, first) + draw_slips(whole, second, skip=first)
    assert len({slip.code for slip in drawn}) == len(drawn)


def test_slips_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    other = ROW.replace("2222-2222-2222", "3333-3333-3333")
    assert [slip.code for slip in read_slips(csv_file(tmp_path, HEADER + other + ROW))] == [
        "3333-3333-3333",
        "2222-2222-2222",
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1"),
        ("code,url\n", "line 1"),
        (HEADER + "a,b,c\n", "line 2"),
        (HEADER + ROW + ROW.replace("/e/abc#", "/e/xyz#"), "line 3"),
        (HEADER + ROW.replace("c=2222-2222-2222&", ""), "line 2"),
        (HEADER + ROW.replace("abc,", "xyz,"), "line 2"),
    ],
)
def test_a_line_that_is_no_slip_is_named(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(InvalidSpec, match=place):
        read_slips(csv_file(tmp_path, text))


@settings(max_examples=50, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda junk: (HEADER + ROW).encode() + junk)))
def test_any_bytes_give_slips_or_the_documented_refusal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = csv_file(tmp_path_factory.mktemp("codes"), data)
    try:
        found = read_slips(file)
    except InvalidSpec:
        return
    assert all(slip.evaluation_id for slip in found)


def test_given_answers_are_read_one_person_a_line(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"answers": {"D1-1": "A"}, "texts": {"C-1": "好"}}\n\n{"answers": {}}\n', "utf-8")
    assert [(dict(person.answers), dict(person.texts)) for person in read_answers(file)] == [
        ({"D1-1": "A"}, {"C-1": "好"}),
        ({}, {}),
    ]


@pytest.mark.parametrize(
    "line", ["no json", "[]", "{}", '{"answers": []}', '{"answers": {"D1-1": 1}}', '{"answers": {}, "texts": 3}']
)
def test_a_line_that_is_no_answer_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"answers": {}}\n' + line + "\n", "utf-8")
    with pytest.raises(InvalidSpec, match="line 2: expected"):
        read_answers(file)
