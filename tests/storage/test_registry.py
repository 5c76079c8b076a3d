"""domain.ports.Registry, promise by promise, on both databases."""

from __future__ import annotations

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from survey.domain.forms.library import Overtaken
from survey.domain.ports.registry import SpendOutcome, UnitTurnout
from survey.domain.questionnaire import default_questionnaire, parse_questionnaire
from survey.domain.rounds import Custodian, Evaluation, State, Unit
from survey.errors import NotFound, WrongState
from survey.storage.registry import SqlRegistry
from survey.storage.round_documents import decode_round, encode_round
from tests.storage.samples import EVALUATION, OTHER_EVALUATION, make_keyed_round, make_round, start_collecting

A, B = secrets.token_bytes(32), secrets.token_bytes(32)
REQUEST, OTHER_REQUEST = secrets.token_bytes(32), secrets.token_bytes(32)


# -- Rounds


def test_a_round_comes_back_as_it_was_saved(registry: SqlRegistry) -> None:
    round_ = make_keyed_round()
    registry.save_round(round_, State.DRAFT)

    found = registry.find_round(round_.id)

    assert found == round_
    assert found is not None
    assert found.questionnaire.document == round_.questionnaire.document
    assert list(found.questionnaire.document) == list(round_.questionnaire.document)


def test_a_draft_is_changed_only_as_it_was_read(registry: SqlRegistry) -> None:
    (read,) = registry.list_rounds()
    registry.change_draft(read, replace(read, name="李的名称"))
    with pytest.raises(Overtaken):
        registry.change_draft(read, replace(read, name="王的名称"))
    found = registry.find_round(read.id)
    assert found is not None
    assert found.name == "李的名称"

    registry.save_round(replace(found, state=State.FROZEN), State.DRAFT)
    with pytest.raises(WrongState):
        registry.change_draft(found, found)


@settings(max_examples=40)
@given(
    name=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    units=st.lists(st.builds(Unit, st.text(max_size=5), st.text(), st.integers(1, 10**6)), max_size=4).map(tuple),
    leader=st.none() | st.text(),
    key=st.none() | st.binary(max_size=65),
    title=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20),
)
def test_any_round_survives_its_document(
    name: str, units: tuple[Unit, ...], leader: str | None, key: bytes | None, title: str
) -> None:
    document = default_questionnaire().document
    document = {**document, "title": {"zh": title, "en": title}}
    round_ = replace(
        make_round(),
        name=name,
        questionnaire=parse_questionnaire(document, "test"),
        evaluations=(Evaluation("e", "第一巡察组", units, leader),),
        custodians=(Custodian(1, name, key),),
    )
    assert decode_round(round_.id, round_.name, round_.state.value, encode_round(round_)) == round_


def test_an_unknown_round_is_none(registry: SqlRegistry) -> None:
    assert registry.find_round("nothing") is None


def test_a_round_is_found_by_its_evaluation(registry: SqlRegistry) -> None:
    assert registry.find_round_of(OTHER_EVALUATION) == make_round()


def test_the_round_of_an_unknown_evaluation_is_none(registry: SqlRegistry) -> None:
    assert registry.find_round_of("nothing") is None


def test_rounds_are_listed_in_the_order_in_which_they_were_added(registry: SqlRegistry) -> None:
    for round_id in ("z", "a"):
        registry.add_round(make_round(round_id, prefix=round_id))
    assert [round_.id for round_ in registry.list_rounds()] == ["round-1", "z", "a"]


def test_a_round_cannot_be_added_twice(registry: SqlRegistry) -> None:
    with pytest.raises(WrongState, match="already a round round-1"):
        registry.add_round(make_round())


def test_saving_over_a_round_that_has_moved_is_refused(registry: SqlRegistry) -> None:
    draft = make_round()
    registry.save_round(draft.moved_to(State.FROZEN), State.DRAFT)

    with pytest.raises(WrongState, match="is frozen; this step needs it to be draft"):
        registry.save_round(replace(draft, name="changed"), State.DRAFT)
    assert registry.find_round(draft.id) == draft.moved_to(State.FROZEN)


def test_saving_an_unknown_round_is_refused(registry: SqlRegistry) -> None:
    with pytest.raises(NotFound, match="no round nothing"):
        registry.save_round(make_round("nothing"), State.DRAFT)


def test_of_twenty_who_move_a_round_exactly_one_succeeds(registry: SqlRegistry) -> None:
    frozen = make_round().moved_to(State.FROZEN)

    def move(_: int) -> bool:
        try:
            registry.save_round(frozen, State.DRAFT)
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(move, range(20))) == 1


def test_teams_of_a_draft_may_still_change(registry: SqlRegistry) -> None:
    draft = make_round()
    changed = replace(draft, evaluations=(draft.evaluations[0], replace(draft.evaluations[1], id="team-3")))
    registry.save_round(changed, State.DRAFT)

    assert registry.find_round_of("team-3") == changed
    assert registry.find_round_of(OTHER_EVALUATION) is None


# -- What is frozen


def test_freezing_moves_the_round_and_keeps_the_manifests_byte_for_byte(registry: SqlRegistry) -> None:
    frozen = make_round().moved_to(State.FROZEN)
    manifests = {EVALUATION: b'{"a": 1}\n', OTHER_EVALUATION: '{ "é":2}'.encode()}

    registry.freeze(frozen, manifests)

    assert registry.find_round(frozen.id) == frozen
    assert {key: registry.find_manifest(key) for key in manifests} == manifests


def test_freezing_fails_whole_when_a_manifest_has_no_evaluation(registry: SqlRegistry) -> None:
    with pytest.raises(NotFound, match="no nothing in evaluations"):
        registry.freeze(make_round().moved_to(State.FROZEN), {EVALUATION: b"{}", "nothing": b"{}"})

    assert registry.find_round("round-1") == make_round()
    assert registry.find_manifest(EVALUATION) is None


def test_freezing_twice_is_refused(registry: SqlRegistry) -> None:
    frozen = make_round().moved_to(State.FROZEN)
    registry.freeze(frozen, {EVALUATION: b"{}"})
    with pytest.raises(WrongState, match="is frozen"):
        registry.freeze(frozen, {EVALUATION: b"{other}"})


def test_the_manifest_of_an_unfrozen_evaluation_is_none(registry: SqlRegistry) -> None:
    assert registry.find_manifest(EVALUATION) is None


def test_roots_are_kept(registry: SqlRegistry) -> None:
    registry.save_roots({EVALUATION: A, OTHER_EVALUATION: B})
    assert (registry.find_root(EVALUATION), registry.find_root(OTHER_EVALUATION)) == (A, B)
    assert registry.find_roots([EVALUATION, OTHER_EVALUATION, "none"]) == {EVALUATION: A, OTHER_EVALUATION: B}


def test_the_same_root_may_be_published_again_after_an_interrupted_closing(registry: SqlRegistry) -> None:
    registry.save_roots({EVALUATION: A})
    registry.save_roots({EVALUATION: A})
    assert registry.find_root(EVALUATION) == A


def test_a_published_root_never_changes(registry: SqlRegistry) -> None:
    registry.save_roots({EVALUATION: A})
    with pytest.raises(WrongState, match="another root already"):
        registry.save_roots({EVALUATION: B})


def test_a_published_boxes_digest_never_changes(registry: SqlRegistry) -> None:
    registry.save_boxes_digest("round-1", A)
    with pytest.raises(WrongState, match="another boxes_digest already"):
        registry.save_boxes_digest("round-1", B)
    assert registry.find_boxes_digest("round-1") == A


def test_before_closing_there_is_neither_root_nor_boxes_digest(registry: SqlRegistry) -> None:
    assert registry.find_root(EVALUATION) is None
    assert registry.find_boxes_digest("round-1") is None


def test_the_count_is_finished_once(registry: SqlRegistry) -> None:
    closed = replace(make_round(), state=State.CLOSED)
    registry.save_round(closed, State.DRAFT)
    opened = closed.moved_to(State.OPENED)
    registry.finish_count(opened, b"{record}")

    with pytest.raises(WrongState, match="is opened; this step needs it to be closed"):
        registry.finish_count(opened, b"{another}")
    assert registry.find_tally_record("round-1") == b"{record}"
    assert registry.find_round("round-1") == opened


def test_before_the_count_there_is_no_record(registry: SqlRegistry) -> None:
    assert registry.find_tally_record("round-1") is None


# -- Invitations


@pytest.fixture
def printed(registry: SqlRegistry) -> SqlRegistry:
    """Two codes, and the round is open."""
    start_collecting(registry, [])
    registry.add_invitations(EVALUATION, [(A, "u1"), (B, "u2")])
    return registry


def test_an_unused_code_is_spent(printed: SqlRegistry) -> None:
    assert printed.spend_code(EVALUATION, A, REQUEST) is SpendOutcome.SPENT


@pytest.mark.parametrize("state", [State.PRINTED, State.CLOSED])
def test_no_code_is_spent_unless_the_round_is_open(printed: SqlRegistry, state: State) -> None:
    opened = printed.find_round("round-1")
    assert opened is not None
    printed.save_round(replace(opened, state=state), expected=State.OPEN)

    assert printed.spend_code(EVALUATION, A, REQUEST) is SpendOutcome.CLOSED
    assert sum(unit.used for unit in printed.turnout(EVALUATION)) == 0


def test_the_same_request_again_is_a_repetition(printed: SqlRegistry) -> None:
    printed.spend_code(EVALUATION, A, REQUEST)
    assert printed.spend_code(EVALUATION, A, REQUEST) is SpendOutcome.REPEATED


def test_another_request_with_a_used_code_is_told_apart(printed: SqlRegistry) -> None:
    printed.spend_code(EVALUATION, A, REQUEST)
    assert printed.spend_code(EVALUATION, A, OTHER_REQUEST) is SpendOutcome.OTHER_REQUEST
    assert printed.spend_code(EVALUATION, A, REQUEST) is SpendOutcome.REPEATED


def test_a_code_that_was_never_printed_is_unknown(printed: SqlRegistry) -> None:
    assert printed.spend_code(EVALUATION, bytes(32), REQUEST) is SpendOutcome.UNKNOWN


def test_a_code_of_another_evaluation_is_unknown(printed: SqlRegistry) -> None:
    assert printed.spend_code(OTHER_EVALUATION, A, REQUEST) is SpendOutcome.UNKNOWN


def test_a_void_code_is_unknown(printed: SqlRegistry) -> None:
    printed.void_unused(EVALUATION)
    assert printed.spend_code(EVALUATION, A, REQUEST) is SpendOutcome.UNKNOWN


def test_voiding_leaves_used_codes_and_says_how_many_it_voided(printed: SqlRegistry) -> None:
    printed.spend_code(EVALUATION, A, REQUEST)
    assert printed.void_unused(EVALUATION) == 1
    assert printed.void_unused(EVALUATION) == 0
    assert printed.spend_code(EVALUATION, A, REQUEST) is SpendOutcome.REPEATED


def test_voiding_touches_one_evaluation_only(printed: SqlRegistry) -> None:
    printed.add_invitations(OTHER_EVALUATION, [(A, "u3")])
    printed.void_unused(EVALUATION)
    assert printed.spend_code(OTHER_EVALUATION, A, REQUEST) is SpendOutcome.SPENT


def test_turnout_counts_per_unit(printed: SqlRegistry) -> None:
    printed.add_invitations(EVALUATION, [(secrets.token_bytes(32), "u1") for _ in range(3)])
    printed.spend_code(EVALUATION, A, REQUEST)
    assert printed.turnout(EVALUATION) == [UnitTurnout("u1", 4, 1, 0), UnitTurnout("u2", 1, 0, 0)]


def test_void_codes_are_no_longer_printed_codes(printed: SqlRegistry) -> None:
    printed.spend_code(EVALUATION, A, REQUEST)
    printed.void_unused(EVALUATION)
    assert printed.turnout(EVALUATION) == [UnitTurnout("u1", 1, 1, 0), UnitTurnout("u2", 0, 0, 1)]


def test_an_evaluation_without_codes_has_an_empty_turnout(registry: SqlRegistry) -> None:
    assert registry.turnout(EVALUATION) == []
    assert registry.void_unused(EVALUATION) == 0


def test_the_same_code_from_twenty_clients_is_spent_once_for_one_request(printed: SqlRegistry, engine: Engine) -> None:
    requests = [secrets.token_bytes(32) for _ in range(20)]

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda request: printed.spend_code(EVALUATION, A, request), requests))

    assert Counter(outcomes) == {SpendOutcome.SPENT: 1, SpendOutcome.OTHER_REQUEST: 19}
    with engine.connect() as connection:
        query = text("SELECT request_digest FROM invitations WHERE code_mac = :mac")
        stored = connection.execute(query, {"mac": A}).scalars().all()
    assert [bytes(digest) for digest in stored] == [requests[outcomes.index(SpendOutcome.SPENT)]]


def test_twenty_equal_requests_with_one_code_are_one_spending_and_repetitions(printed: SqlRegistry) -> None:
    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: printed.spend_code(EVALUATION, A, REQUEST), range(20)))
    assert Counter(outcomes) == {SpendOutcome.SPENT: 1, SpendOutcome.REPEATED: 19}
