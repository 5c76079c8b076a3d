"""Codes count from the moment their slips are written, and never more of them than the manifest announces."""

from __future__ import annotations

import secrets

import pytest

from survey.domain.ceremony.all_here import make_opening_key
from survey.domain.invitations import code_mac
from survey.domain.ports.registry import SpendOutcome
from survey.domain.rounds import State
from survey.domain.slips import DrawnCodes, PrintedCode, draw_codes, register_codes
from survey.errors import WrongState
from tests.world import World


def draw(world: World) -> DrawnCodes:
    return draw_codes(world.round, registry=world.services.registry, randomness=secrets.token_bytes)


def register(world: World, drawn: DrawnCodes) -> list[PrintedCode]:
    world.round, valid = register_codes(world.round, drawn, registry=world.services.registry, keys=world.services.keys)
    return valid


def spend(world: World, slip: PrintedCode, request: bytes = b"r" * 32) -> SpendOutcome:
    mac = code_mac(slip.code, world.services.keys.make_code_secret(slip.evaluation_id))
    outcome: SpendOutcome = world.services.registry.spend_code(slip.evaluation_id, mac, request)
    return outcome


def live(world: World) -> dict[str, int]:
    return {
        unit.unit_id: unit.printed
        for evaluation in world.round.evaluations
        for unit in world.services.registry.turnout(evaluation.id)
    }


def announced(world: World) -> dict[str, int]:
    return {
        unit.id: unit.codes_to_print(world.round.spare_percent)
        for evaluation in world.round.evaluations
        for unit in evaluation.units
    }


def test_drawing_changes_nothing() -> None:
    world = World().freeze()

    draw(world)

    assert live(world) == {}
    assert world.services.registry.find_round(world.round.id).state is State.FROZEN


def test_registered_codes_are_as_many_as_announced() -> None:
    world = World().freeze()

    valid = register(world, draw(world))

    assert live(world) == announced(world)
    assert len(valid) == sum(announced(world).values())
    assert world.round.state is State.PRINTED


def test_the_former_codes_count_until_the_new_ones_are_registered() -> None:
    world = World().open()
    former = world.slips[0]

    drawn = draw(world)
    assert spend(world, former) is SpendOutcome.SPENT
    register(world, drawn)

    assert spend(world, former) is SpendOutcome.REPEATED
    assert spend(world, world.slips[1]) is SpendOutcome.UNKNOWN


def test_codes_used_between_drawing_and_registering_make_slips_of_their_unit_invalid() -> None:
    world = World().open()
    [first, second, *_] = [slip for slip in world.slips if slip.unit == "文学院"]

    drawn = draw(world)
    spend(world, first)
    spend(world, second)
    valid = register(world, drawn)

    assert live(world) == announced(world)
    missing = [slip for slip in drawn.slips if slip not in valid]
    assert [slip.unit for slip in missing] == ["文学院", "文学院"]
    assert spend(world, missing[0]) is SpendOutcome.UNKNOWN


def test_a_reprint_leaves_out_what_is_used() -> None:
    world = World().open()
    spend(world, world.slips[0])

    valid = register(world, draw(world))

    assert len(valid) == sum(announced(world).values()) - 1
    assert live(world) == announced(world)


def test_a_draft_has_no_codes() -> None:
    with pytest.raises(WrongState, match="is draft; this step needs it to be frozen or printed or open"):
        draw(World())


def test_shares_that_cannot_be_handed_out_leave_the_round_without_key() -> None:
    world = World()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        make_opening_key(world.round, registry=world.services.registry, randomness=secrets.token_bytes, hand_out=fail)

    assert world.services.registry.find_round(world.round.id).opening_key is None
