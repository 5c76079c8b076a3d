"""The tally: counters and shuffled texts, frozen into one canonical record."""

from __future__ import annotations

import hashlib
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.answers import Answers
from survey.domain.results.record import read_record
from survey.domain.results.tally import Tally, canonical_json, record_hash, without_texts
from survey.errors import InvalidInput
from tests.domain.results import counter_randomness, full, record, tally

Q = default_questionnaire()
BALLOTS = st.lists(
    st.fixed_dictionaries({}, optional={item.code: st.sampled_from(item.scale.codes) for item in Q.answerable}),
    max_size=12,
)


@given(BALLOTS)
def test_options_and_blanks_of_every_item_add_up_to_the_ballots(ballots: list[dict[str, str]]) -> None:
    counted = tally(Q, ballots)
    for item in Q.answerable:
        counts = counted.counts(item)
        assert sum(counts.values()) == len(ballots)
        assert counts["blank"] == sum(item.code not in ballot for ballot in ballots)


@given(BALLOTS, BALLOTS)
def test_tallies_of_parts_merge_into_the_tally_of_the_whole(
    first: list[dict[str, str]], second: list[dict[str, str]]
) -> None:
    merged = tally(Q, first, ["bad-enc"])
    merged.merge(pickle.loads(pickle.dumps(tally(Q, second, ["bad-enc", "not-json"]))))  # noqa: S301  # our own bytes
    whole = tally(Q, first + second)
    assert merged.counted == whole.counted
    assert merged.void == {"bad-enc": 2, "not-json": 1}
    assert all(merged.counts(item) == whole.counts(item) for item in Q.answerable)


def test_texts_are_shuffled_whole_and_each_question_on_its_own() -> None:
    counted = Tally(Q)
    for n in range(40):
        counted.add(Answers({}, {"C-1": f"一{n:02}", "C-2": f"二{n:02}"}))
    texts = counted.shuffled_texts(counter_randomness())
    assert sorted(texts["C-1"]) == [f"一{n:02}" for n in range(40)]
    assert texts["C-1"] != sorted(texts["C-1"])
    assert [text[1:] for text in texts["C-1"]] != [text[1:] for text in texts["C-2"]]


def test_with_broken_randomness_the_order_of_the_box_is_still_gone() -> None:
    forth, back = Tally(Q), Tally(Q)
    for n in range(20):
        forth.add(Answers({}, {"C-1": f"{n:02}"}))
        back.add(Answers({}, {"C-1": f"{19 - n:02}"}))
    assert forth.shuffled_texts(bytes) == back.shuffled_texts(bytes)


def test_the_record_is_canonical_and_its_name_is_the_hash_of_what_is_never_erased() -> None:
    data = record([full()] * 12)
    document = json.loads(data)
    assert canonical_json(document) == data
    assert record_hash(data) == hashlib.sha256(without_texts(data)).hexdigest() == record_hash(without_texts(data))
    assert list(document) == sorted(document)
    assert document["schema"] == "survey-tally/1"
    assert document["custodians_opened"] == [{"index": 1, "name": "巡察办"}, {"index": 3, "name": "组织部"}]


def test_the_record_is_read_back_as_it_was_counted() -> None:
    read = read_record(record([full(D1_1="D")] * 12, void=["not-json"]))
    (evaluation,) = read.evaluations
    assert (evaluation.counted, evaluation.void) == (12, {"not-json": 1})
    assert evaluation.items["D1-1"] == {"A": 0, "B": 0, "C": 0, "D": 12, "X": 0, "blank": 0}
    assert read.questionnaire == Q


def spoiled(change: str) -> bytes:
    document = json.loads(record([full()] * 12))
    evaluation = document["evaluations"][0]
    if change == "a count that does not add up":
        evaluation["items"]["D1-1"]["A"] = 11
    elif change == "a negative count":
        evaluation["overall"].update(A=13, B=-1)
    elif change == "another option":
        evaluation["overall"]["Z"] = 0
    elif change == "a missing item":
        del evaluation["items"]["D1-1"]
    elif change == "more texts than ballots":
        evaluation["texts"]["C-1"] = ["x"] * 13
    elif change == "another word in a text":
        evaluation["texts"]["C-1"] = ["y"]
    elif change == "an unknown void reason":
        evaluation["void"]["because"] = 1
    elif change == "a spoiled questionnaire":
        document["questionnaire"]["dimensions"][0]["weight"] = 1
    elif change == "another schema":
        document["schema"] = "survey-tally/2"
    elif change == "true as a count":
        evaluation["used"] = True
    return canonical_json(document)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("a count that does not add up", r"items\.D1-1 adds up to 11; expected 12"),
        ("a negative count", r"overall\.B is -1"),
        ("another option", r"overall has other options"),
        ("a missing item", r"items has other items"),
        ("more texts than ballots", r"texts\.C-1 is not a list of at most 12 texts"),
        ("another word in a text", r"texts does not fit its digest"),
        ("an unknown void reason", r"unknown reason because"),
        ("a spoiled questionnaire", r"not whole: record\.questionnaire\.dimensions"),
        ("another schema", r"schema survey-tally/2"),
        ("true as a count", r"used is missing or not of type int"),
    ],
)
def test_a_record_is_refused_for(change: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_record(spoiled(change))


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"{}", b'{"schema":1}', b"[" * 100_000])
def test_bytes_that_are_no_record_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"record"):
        read_record(data)


def test_a_record_with_other_spacing_is_refused_because_its_hash_names_other_bytes() -> None:
    loose = json.dumps(json.loads(record([full()] * 12))).encode()
    with pytest.raises(InvalidInput, match="canonical"):
        read_record(loose)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_record(data)


def test_erased_texts_leave_a_record_that_is_whole_and_has_no_word_of_them() -> None:
    data = record([{**full(), "C-1": "一句原话"}] * 12)
    erased = without_texts(data)
    assert "一句原话".encode() not in erased
    assert b"salt" not in erased
    assert record_hash(erased) == record_hash(data)
    assert read_record(erased).evaluations[0].texts is None
    assert read_record(erased).evaluations[0].items == read_record(data).evaluations[0].items


def test_the_name_of_a_record_changes_with_its_texts() -> None:
    one, other = (record([{**full(), "C-1": text}] * 12) for text in ("一", "二"))
    assert record_hash(one) != record_hash(other)
