"""Marks for reviewers: what could name somebody is found, too much rather than too little."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.results.marks import ADDRESS, NUMBER, PERSON, PHONE, UNIT, marks, pieces

NAMES = ["信息工程学院", "后勤处", "第一巡察组"]


@pytest.mark.parametrize(
    ("text", "found", "kind"),
    [
        ("请打13812345678找我", "13812345678", PHONE),
        ("电话 138 1234 5678", "138 1234 5678", PHONE),
        ("办公室0379-65515678", "0379-65515678", PHONE),
        ("写信到 a.b@x.edu.cn 就行", "a.b@x.edu.cn", ADDRESS),
        ("微信号：abc_12345", "微信号：abc_12345", ADDRESS),
        ("身份证41030519900101123X", "41030519900101123X", NUMBER),
        ("车牌豫A12345", "豫A12345", NUMBER),
        ("后勤处反映的事", "后勤处", UNIT),
        ("后勤那边反映的事", "后勤", UNIT),
        ("信息工程的老师都知道", "信息工程", UNIT),
        ("王处长在场", "王处长", PERSON),
        ("张建国同志", "张建国同志", PERSON),
        ("欧阳老师", "欧阳老师", PERSON),
        ("听老李说的", "老李", PERSON),
    ],
)
def test_it_marks(text: str, found: str, kind: str) -> None:
    assert (found, kind) in [(text[mark.start : mark.end], mark.kind) for mark in marks(text, NAMES)]


@pytest.mark.parametrize("text", ["建议提前一天通知。", "2026年3月12日开了3个小时", "谈话可以短一些"])
def test_it_leaves_alone(text: str) -> None:
    assert marks(text, NAMES) == []


@given(st.text("王处长13812345678后勤处@.cnaA ", max_size=60))
def test_the_pieces_are_the_text_and_marks_do_not_overlap(text: str) -> None:
    assert "".join(piece for piece, _ in pieces(text, NAMES)) == text
    found = marks(text, NAMES)
    assert all(one.end <= other.start for one, other in pairwise(found))
