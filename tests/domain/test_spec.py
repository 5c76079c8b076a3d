"""Round specs: one clear sentence for every error, naming the place and what was expected."""

from __future__ import annotations

import copy
import secrets
from typing import Any

import pytest

from survey.domain.drafts.spec import parse_spec
from survey.domain.rounds import State
from survey.errors import InvalidSpec
from tests.world import SPEC


def changed(path: str, value: object) -> dict[str, Any]:
    """The spec with one place changed; the value ... removes it."""
    spec: Any = copy.deepcopy(SPEC)
    *way, last = path.split("/")
    place = spec
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is ...:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return spec  # type: ignore[no-any-return]


def test_a_spec_becomes_a_draft_with_the_defaults() -> None:
    round_ = parse_spec(SPEC, "spec.yaml", secrets.token_bytes)

    assert round_.state is State.DRAFT
    assert (round_.threshold, round_.minimum_group, round_.texts_minimum, round_.spare_percent) == (2, 5, 10, 8)
    assert not round_.kiosk
    assert [evaluation.entitled for evaluation in round_.evaluations] == [15, 8]
    assert round_.questionnaire.dimensions[0].code == "D1"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("name", ..., "spec.yaml: the field 'name' is missing."),
        ("name", "", "spec.yaml: name: expected a name of 1 to 60 printable characters, found ''."),
        ("name", "甲" * 61, "spec.yaml: name: expected a name of 1 to 60"),
        ("colour", "red", "spec.yaml: the field 'colour' is not known; expected one of name, custodians"),
        ("custodians", "巡察办", "spec.yaml: custodians: expected a list of 1 to 15 entries, found '巡察办'."),
        ("custodians", ["甲", "乙"], "spec.yaml: threshold is 2 with 2 custodians; expected 2 <= threshold < number"),
        ("custodians", ["甲", "甲", "乙"], "spec.yaml: custodians: the name '甲' stands there twice"),
        ("threshold", 1, "spec.yaml: threshold: expected a whole number from 2 to 15, found 1."),
        ("threshold", True, "spec.yaml: threshold: expected a whole number from 2 to 15, found True."),
        ("teams", [], "spec.yaml: teams: expected a list of 1 to 100 entries, found []."),
        ("teams/0/units/0/entitled", 0, "spec.yaml: teams[1].units[1].entitled: expected a whole number from 1 to"),
        ("teams/0/units/0/entitled", "12", "spec.yaml: teams[1].units[1].entitled: expected a whole number from 1 to"),
        ("teams/0/units/1/name", "文学院", "spec.yaml: units: the name '文学院' stands there twice"),
        ("teams/1/units", ..., "spec.yaml: teams[2]: the field 'units' is missing."),
        ("teams/1/name", "第一巡察组", "spec.yaml: teams: the name '第一巡察组' stands there twice"),
        ("minimum_group", 2, "spec.yaml: minimum_group: expected a whole number from 3 to 1000, found 2."),
        ("texts_minimum", 4, "spec.yaml: texts_minimum: expected a whole number from 5 to 1000, found 4."),
        ("kiosk", "yes", "spec.yaml: kiosk: expected true or false, found 'yes'."),
        ("opens_at", "tomorrow", "spec.yaml: opens_at: expected a time with zone such as"),
        ("opens_at", "2026-03-01T09:00:00", "spec.yaml: opens_at: expected a time with zone such as"),
    ],
)
def test_an_error_is_named_with_its_place(path: str, value: object, sentence: str) -> None:
    with pytest.raises(InvalidSpec) as refusal:
        parse_spec(changed(path, value), "spec.yaml", secrets.token_bytes)

    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize("document", [None, [], "text", 3, {1: 2}])
def test_something_else_than_a_spec_is_refused(document: object) -> None:
    with pytest.raises(InvalidSpec, match="expected the round spec with named fields"):
        parse_spec(document, "spec.yaml", secrets.token_bytes)
