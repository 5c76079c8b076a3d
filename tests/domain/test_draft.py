"""Changing a round while it is a draft: what the form does not speak of stays."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from survey.domain.drafts.draft import change_round, draft_of, make_round
from survey.domain.drafts.spec import parse_spec
from survey.domain.rounds import Round
from tests.world import SPEC


@pytest.fixture
def round_() -> Round:
    return parse_spec({**SPEC, "kiosk": True}, "spec.yaml", secrets.token_bytes)


def test_a_round_changed_to_what_it_was_stays_the_same(round_: Round) -> None:
    assert change_round(round_, draft_of(round_), secrets.token_bytes) == round_


def test_teams_and_units_that_stay_keep_their_ids(round_: Round) -> None:
    changed = change_round(round_, replace(draft_of(round_), name="2026年第二轮巡察"), secrets.token_bytes)

    assert changed.name == "2026年第二轮巡察"
    assert changed.evaluations == round_.evaluations


def test_a_round_made_from_a_draft_has_ids_of_its_own(round_: Round) -> None:
    made = make_round(draft_of(round_), secrets.token_bytes)

    assert made.id != round_.id
    assert not {one.id for one in made.evaluations} & {one.id for one in round_.evaluations}
