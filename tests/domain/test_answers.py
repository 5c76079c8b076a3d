"""One ballot's plaintext: whatever arrives is Answers or a void ballot with a stable reason."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.answers import VOID_REASONS, Answers, VoidBallot, encode_answers, parse_answers

Q = default_questionnaire()
OPTIONS = st.fixed_dictionaries({}, optional={i.code: st.sampled_from(i.scale.codes) for i in Q.answerable})
TEXTS = st.fixed_dictionaries({}, optional={q.code: st.text(max_size=q.max_chars) for q in Q.open_questions})


def outcome(data: bytes) -> str:
    """ "answers", or why the ballot is void; any other error is a failure of the test."""
    try:
        parse_answers(Q, data)
    except VoidBallot as void:
        return void.reason
    return "answers"


@given(OPTIONS, TEXTS)
def test_what_the_page_writes_is_read_back(options: dict[str, str], texts: dict[str, str]) -> None:
    answers = parse_answers(Q, encode_answers(options, texts))
    assert answers.options == options
    again = parse_answers(Q, encode_answers(answers.options, answers.texts))
    assert again == answers


@given(st.binary(max_size=300))
def test_any_bytes_are_answers_or_void(data: bytes) -> None:
    assert outcome(data) in ("answers", *VOID_REASONS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["A", "D1-1", "C-1", "answers", "texts"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["answers", "texts", "D1-1", "C-1", "T-01", "x"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_json_is_answers_or_void(document: object) -> None:
    assert outcome(json.dumps(document).encode()) in ("answers", *VOID_REASONS)


def test_an_empty_ballot_is_valid_and_all_blank() -> None:
    assert parse_answers(Q, b'{"answers":{},"texts":{}}') == Answers({}, {})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe", "not-utf8"),
        (b"", "not-json"),
        (b"\xef\xbb\xbf{}", "not-json"),
        (b'{"answers":{},"texts":{}} x', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"1" * 10_000, "not-json"),
        (b"[]", "wrong-form"),
        (b'{"answers":{}}', "wrong-form"),
        (b'{"answers":{},"texts":{},"name":"x"}', "wrong-form"),
        (b'{"answers":[],"texts":{}}', "wrong-form"),
        (b'{"answers":{},"texts":null}', "wrong-form"),
        (b'{"answers":{},"texts":{},"texts":{}}', "wrong-form"),
        (b'{"answers":{"D1-1":"A","D1-1":"B"},"texts":{}}', "wrong-form"),
        (b'{"answers":{"D1-1":1},"texts":{}}', "wrong-form"),
        (b'{"answers":{"D1-1":null},"texts":{}}', "wrong-form"),
        (b'{"answers":{},"texts":{"C-1":""}}', "wrong-form"),
        (b'{"answers":{},"texts":{"C-1":["x"]}}', "wrong-form"),
        (b'{"answers":{"D9-1":"A"},"texts":{}}', "unknown-item"),
        (b'{"answers":{"C-1":"A"},"texts":{}}', "unknown-item"),
        (b'{"answers":{"R-1":"L"},"texts":{}}', "unknown-item"),
        (b'{"answers":{},"texts":{"D1-1":"x"}}', "unknown-item"),
        (b'{"answers":{"D1-1":"blank"},"texts":{}}', "unknown-option"),
        (b'{"answers":{"D1-1":"Y"},"texts":{}}', "unknown-option"),
        (b'{"answers":{"D1-1":"a"},"texts":{}}', "unknown-option"),
        (json.dumps({"answers": {}, "texts": {"C-1": "意" * 301}}).encode(), "text-too-long"),
    ],
)
def test_a_ballot_that_breaks_the_form_is_void_for_this_reason(data: bytes, reason: str) -> None:
    with pytest.raises(VoidBallot) as void:
        parse_answers(Q, data)
    assert void.value.reason == reason
    assert pickle.loads(pickle.dumps(void.value)).reason == reason  # noqa: S301  # our own bytes


def test_a_text_may_have_300_characters_of_any_plane() -> None:
    answers = parse_answers(Q, json.dumps({"answers": {}, "texts": {"C-1": "\U00020bb7" * 300}}).encode())
    assert len(answers.texts["C-1"]) == 300


def test_characters_that_no_document_can_hold_become_spaces() -> None:
    raw = json.dumps({"answers": {}, "texts": {"C-1": "好\x00\u202e\ud800\r\n行\ufffe", "C-2": " \t "}}).encode()
    assert parse_answers(Q, raw).texts == {"C-1": "好   \n行"}
