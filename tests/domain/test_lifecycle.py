"""The steps of a round: each in its state, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.domain import lifecycle
from survey.domain.rounds import COLLECTED, State
from survey.domain.turnout import turnout
from survey.errors import NotFound, WrongState
from tests.world import World, phones


def test_a_round_without_opening_key_cannot_be_frozen() -> None:
    world = World()

    with pytest.raises(WrongState, match="has no opening key yet"):
        lifecycle.freeze(
            world.round, registry=world.services.registry, keys=world.services.keys, host="h.example", scripts={}
        )


def test_the_opening_key_is_made_once() -> None:
    world = World().make_key()

    with pytest.raises(WrongState, match="already has its opening key"):
        world.make_key()


def test_freezing_twice_is_refused() -> None:
    world = World().freeze()

    with pytest.raises(WrongState, match="is frozen; this step needs it to be draft"):
        lifecycle.freeze(
            world.round, registry=world.services.registry, keys=world.services.keys, host="h.example", scripts={}
        )


def test_a_freezing_that_was_broken_off_is_done_again_with_the_keys_that_were_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World().make_key()

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    def freeze() -> None:
        services = world.services
        world.round = lifecycle.freeze(
            world.round, registry=services.registry, keys=services.keys, host="survey.example", scripts={}
        )

    with monkeypatch.context() as patch:
        patch.setattr(world.services.registry, "freeze", dies)
        with pytest.raises(KeyboardInterrupt):
            freeze()
    made = dict(world.services.keys.token_keys)
    freeze()
    assert world.round.state is State.FROZEN
    assert world.services.keys.token_keys == made
    assert len(made) == len(world.round.evaluations)


def test_each_evaluation_has_its_own_token_key_and_all_share_the_opening_key() -> None:
    world = World().freeze()
    manifests = [world.manifest(evaluation) for evaluation in world.round.evaluations]

    assert len({manifest.token_key for manifest in manifests}) == 2
    assert len({manifest.opening_key for manifest in manifests}) == 1


def test_the_manifest_holds_the_frozen_public_facts() -> None:
    world = World().freeze()
    facts = json.loads(world.manifest(world.first).raw)

    assert set(facts) == {
        "schema",
        "evaluation",
        "round",
        "team",
        "questionnaire",
        "token_key",
        "opening_key",
        "plaintext_length",
        "opens_at",
        "closes_at",
        "entitled",
        "printed",
        "minimum_group",
        "texts_minimum",
        "kiosk",
        "issuer_name",
        "origin_info",
        "scripts",
    }
    assert (facts["entitled"], facts["printed"]) == (15, 17)


def test_as_many_slips_as_the_manifest_announces() -> None:
    world = World().print()

    assert len(world.slips_of(world.first)) == 17
    assert sum(unit.printed for unit in world.services.registry.turnout(world.first.id)) == 17


def test_slips_are_shuffled() -> None:
    world = World().print()
    units = [slip.unit for slip in world.slips_of(world.first)]

    assert units != sorted(units)
    assert units != sorted(units, reverse=True)


def test_a_reprint_voids_what_was_not_used_and_keeps_the_number_of_good_codes() -> None:
    world = World().open()
    client = world.app().test_client()
    first, second = phones(world, world.first, client)[:2]
    first.draw_token()
    world.print_again()

    assert second.request_token().status_code == 401
    assert first.request_token().status_code == 200
    assert len(world.slips_of(world.first)) == 16
    assert sum(unit.printed for unit in world.services.registry.turnout(world.first.id)) == 17


def test_turnout_moves_in_steps_of_five_while_open_and_is_exact_after_closing() -> None:
    world = World().open()
    people = phones(world, world.first, world.app().test_client())
    for person in people[:7]:
        person.answer({"D1-1": "A"})
    before = turnout(world.round, world.services.registry, world.services.box)["evaluations"][0]
    world.close()
    after = turnout(world.round, world.services.registry, world.services.box)["evaluations"][0]

    assert (before["used"], before["ballots"], before["exact"]) == (5, 5, False)
    assert (after["used"], after["ballots"], after["exact"]) == (7, 7, True)
    assert all(unit["used"] % 5 == 0 for unit in before["units"])


@pytest.mark.parametrize("state", [State.FROZEN, State.OPEN, State.CLOSED, State.OPENED])
def test_a_round_cannot_skip_a_state(state: State) -> None:
    with pytest.raises(WrongState, match="cannot become"):
        World().round.moved_to(state).moved_to(State.ARCHIVED)


def test_a_refusal_names_the_states_in_the_order_of_a_rounds_life() -> None:
    wanted = "closed or opened or reported or archived or destroyed"
    with pytest.raises(WrongState, match=rf"is draft; this step needs it to be {wanted}\.$"):
        World().round.require(*COLLECTED)


def test_closing_twice_is_refused(tmp_path: Path) -> None:
    world = World().open().close()

    with pytest.raises(WrongState, match="is closed; this step needs it to be open"):
        world.close()


def test_closing_ends_with_erasing_the_order_whoever_closes() -> None:
    world = World().open()
    assert world.services.box.times_order_was_forgotten == 0
    world.close()
    assert world.services.box.times_order_was_forgotten == 1


def test_after_closing_the_token_keys_are_gone_whoever_closed() -> None:
    world = World().open().close()

    for evaluation in world.round.evaluations:
        with pytest.raises(NotFound):
            world.services.keys.token_key(evaluation.id)
