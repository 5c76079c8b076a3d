"""Drafts and reviews in the store, on both databases."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import Engine, text

from survey.domain.results.composite import Entered
from survey.domain.results.release import Draft, Stage
from survey.domain.results.review import Decision, Review
from survey.domain.results.tally import record_hash, without_texts
from survey.domain.results.trend import Point
from survey.errors import WrongState
from survey.storage.reports import SqlReports
from tests.domain.results import full, record

PLACE = ("e1", "C-1", 0)
PROPOSED = Review(Decision("paraphrase", "态度", "态度生硬"), "one")


@pytest.fixture
def store(engine: Engine) -> SqlReports:
    return SqlReports(engine)


def test_a_draft_comes_back_as_it_was_saved(store: SqlReports) -> None:
    digest = {"e1": {"C-1": [{"topic": "态度", "sentence": "态度生硬", "count": 2}]}}
    entered = {"e1": Entered(Fraction("88.5"), Fraction(2), "超标")}
    draft = Draft("r", "ab" * 32, Stage.APPROVED, entered, digest, {"e1": 3}, 1, point("r"))
    assert store.find_draft("r") is None
    store.save_draft(draft, expected=None)
    assert store.find_draft("r") == draft


def point(round_id: str) -> Point:
    names = {"D1": {"zh": "维度", "en": "dimension"}}
    return Point(round_id, round_id, "ab" * 32, ("form", "1"), 2, "91.30", {"D1": None}, names)


def test_points_of_approved_reports_come_back_by_their_number(store: SqlReports) -> None:
    for round_id, number in (("b", 1), ("a", 2), ("c", 2)):
        store.save_draft(
            Draft(round_id, "ab" * 32, Stage.APPROVED, digest={}, number=number, point=point(round_id)), None
        )
    store.save_draft(Draft("draft", "ab" * 32), None)
    assert store.points() == {1: [point("b")], 2: [point("a"), point("c")]}


def test_of_two_people_who_move_a_draft_at_once_one_is_refused(store: SqlReports) -> None:
    draft = Draft("r", "ab" * 32)
    store.save_draft(draft, expected=None)
    store.save_draft(replace(draft, stage=Stage.APPROVED), expected=Stage.DRAFT)
    with pytest.raises(WrongState, match=r"moved on meanwhile \(approved\)"):
        store.save_draft(replace(draft, stage=Stage.APPROVED), expected=Stage.DRAFT)


def test_reviews_come_back_and_a_change_meanwhile_is_refused(store: SqlReports) -> None:
    store.save_review("r", PLACE, PROPOSED, expected=None)
    confirmed = replace(PROPOSED, confirmed_by="two")
    store.save_review("r", PLACE, confirmed, expected=PROPOSED)
    assert store.reviews("r") == {PLACE: confirmed}
    assert store.reviews("other") == {}
    with pytest.raises(WrongState, match="decided about this remark meanwhile"):
        store.save_review("r", PLACE, PROPOSED, expected=PROPOSED)


def test_release_leaves_no_word_and_no_review_in_the_store(store: SqlReports, engine: Engine) -> None:
    data = record([{**full(), "C-1": "一句原话"}] * 12)
    with engine.begin() as connection:
        # The registry's own table, filled directly: this test needs no round around the record.
        connection.execute(
            text("INSERT INTO rounds (id, number, name, state, document) VALUES ('r', 99, 'r', 'reported', '{}')")
        )
        connection.execute(text("INSERT INTO tally_records (round, record) VALUES ('r', :record)"), {"record": data})
    store.save_review("r", PLACE, PROPOSED, expected=None)
    draft = Draft("r", record_hash(data), Stage.APPROVED)
    store.save_draft(draft, expected=None)
    store.release(replace(draft, stage=Stage.RELEASED), without_texts(data))
    with engine.connect() as connection:
        kept = bytes(connection.execute(text("SELECT record FROM tally_records")).scalar_one())
    assert kept == without_texts(data)
    assert store.reviews("r") == {}
    assert store.find_draft("r") == replace(draft, stage=Stage.RELEASED)


def test_another_record_is_never_put_in_the_place_of_the_counted_one(store: SqlReports, engine: Engine) -> None:
    draft = Draft("r", "ab" * 32, Stage.RELEASED)
    with pytest.raises(WrongState, match="nothing was released"):
        store.release(draft, without_texts(record([full()] * 12)))
