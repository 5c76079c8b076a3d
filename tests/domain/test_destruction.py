"""The end of a round: what is destroyed, what stays, what the record says, and that an interruption loses nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from survey.domain import destruction
from survey.domain.audit import audit_package
from survey.domain.audit_check import check_package
from survey.domain.custody.opening_record import conclude
from survey.domain.results import release
from survey.domain.results.tally import record_hash
from survey.domain.rounds import State
from survey.errors import NotYet, StoreUnavailable, WrongState
from tests.world import World, phones


@pytest.fixture
def counted(tmp_path: Path) -> World:
    """Seven people answered, two custodians opened."""
    world = World().open()
    for person in phones(world, world.first, world.app().test_client())[:7]:
        person.answer({"D1-1": "A"}, {"C-1": "原话"})
    world.close()
    partials = world.partials(tmp_path)
    record = world.count(partials)
    stores = {"board": world.services.board, "store": world.services.partials, "clock": world.services.clock}
    conclude(world.round, partials, record_hash(record), registry=world.services.registry, **stores)
    return world


def reported(world: World) -> World:
    world.round = release.approve(world.services.registry, world.services.reports, world.round)
    return world


def archived(world: World) -> World:
    reported(world)
    release.release(world.services.registry, world.services.reports, world.round)
    world.round = destruction.archive(world.round, registry=world.services.registry, reports=world.services.reports)
    return world


def destroy(world: World, **other: Any) -> None:
    names = ("registry", "box", "keys", "board", "partials", "clock", "end_sessions")
    stores = {name: getattr(world.services, name) for name in names}
    world.round = destruction.destroy(world.round, **{**stores, **other})


def record_of(world: World) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(world.services.registry.find_destruction_record(world.round.id))
    return record


def package(world: World) -> bytes:
    return b"".join(audit_package(world.round, registry=world.services.registry, box=world.services.box, for_all=True))


def test_a_round_is_archived_only_when_its_remarks_are_erased(counted: World) -> None:
    reported(counted)

    with pytest.raises(NotYet, match="is not released to its teams yet"):
        destruction.archive(counted.round, registry=counted.services.registry, reports=counted.services.reports)

    assert archived_state(counted) is State.REPORTED


def archived_state(world: World) -> State:
    state: State = world.services.registry.find_round(world.round.id).state
    return state


def test_only_an_archived_round_is_destroyed(counted: World) -> None:
    with pytest.raises(WrongState, match="is opened; this step needs it to be archived"):
        destroy(counted)

    assert counted.services.registry.find_destruction_record(counted.round.id) is None


def test_sealed_bodies_go_and_what_outsiders_check_stays(counted: World, tmp_path: Path) -> None:
    archived(counted)
    before = package(counted)
    bodies = [ballot.ct for ballot in counted.services.box.ballots(counted.first.id)]

    destroy(counted)

    left = [ballot.ct for ballot in counted.services.box.ballots(counted.first.id)]
    assert archived_state(counted) is State.DESTROYED
    assert left == [hashlib.sha256(body).digest() for body in bodies]
    assert package(counted) == before
    file = tmp_path / "audit.zip"
    file.write_bytes(before)
    assert list(check_package(file))


def test_nothing_of_the_key_making_is_left_but_the_record_of_the_opening(counted: World) -> None:
    board = counted.services.board
    board.save_invitations(counted.round.id, {1: b"d" * 32})
    archived(counted)
    opening = board.find_opening_record(counted.round.id)

    destroy(counted)

    assert board.find_attempt(counted.round.id) is None
    assert board.find_opening_record(counted.round.id) == opening


def test_the_record_says_what_was_destroyed_by_digest(counted: World) -> None:
    archived(counted)
    digests = b"".join(ballot.body_digest for ballot in counted.services.box.ballots(counted.first.id))
    tally = counted.services.registry.find_tally_record(counted.round.id)

    destroy(counted)

    record = record_of(counted)
    first = record["evaluations"][0]
    assert (record["schema"], record["record"]) == ("survey-destruction/1", record_hash(tally))
    assert (first["ballots"], first["codes_used"], first["codes_void"]) == (7, 7, 10)
    assert first["bodies"] == hashlib.sha256(digests).hexdigest()
    assert first["token_key"] == hashlib.sha256(counted.manifest(counted.first).token_key).hexdigest()
    assert first["texts_digest"] == json.loads(tally)["evaluations"][0]["texts_digest"]
    assert [one["name"] for one in record["custodians"]] == ["巡察办", "纪委", "组织部"]


def test_an_interrupted_destruction_is_done_again_and_keeps_its_record(counted: World) -> None:
    archived(counted)

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(counted.services.box, name)

        def destroy_bodies(self, evaluation_id: str) -> int:
            if evaluation_id != counted.first.id:
                raise StoreUnavailable("the power went")
            done: int = counted.services.box.destroy_bodies(evaluation_id)
            return done

    with pytest.raises(StoreUnavailable):
        destroy(counted, box=Failing())
    begun = record_of(counted)
    assert archived_state(counted) is State.ARCHIVED

    counted.services.clock.move(minutes=5)
    destroy(counted)

    assert archived_state(counted) is State.DESTROYED
    assert record_of(counted) == begun


def test_a_destroyed_round_is_not_destroyed_again(counted: World) -> None:
    archived(counted)
    destroy(counted)

    with pytest.raises(WrongState, match="is destroyed; this step needs it to be archived"):
        destroy(counted)


def test_the_order_is_forgotten_once_more_at_the_end(counted: World) -> None:
    archived(counted)
    before = counted.services.box.times_order_was_forgotten

    destroy(counted)

    assert counted.services.box.times_order_was_forgotten == before + 1
