"""A rehearsal goes the whole way, says so everywhere, and leaves nothing."""

from __future__ import annotations

import json

import pytest

from survey.domain.custody.shares import PartialFile
from survey.domain.rehearsal import MARK, clear, find_rehearsal, make_parts_here, marked, rehearse
from survey.domain.rounds import State
from survey.errors import WrongState
from tests.fakes import Services
from tests.world import World, phones


class KeyedWorld(World):
    """Where a key is there already, freezing does not make another."""

    def make_key(self) -> World:
        return self if self.round.opening_key else super().make_key()


@pytest.fixture
def draft() -> World:
    return KeyedWorld()


@pytest.fixture
def rehearsal(draft: World) -> World:
    """On the stores of the draft."""
    world = KeyedWorld(draft.services)
    services = draft.services
    services.registry.rounds.pop(world.round.id)
    world.round = rehearse(
        draft.round, registry=services.registry, recusals=services.recusals, randomness=services.randomness
    )
    return world


def clear_it(services: Services, round_) -> None:
    clear(round_, services)


def test_it_is_a_copy_with_ids_and_a_key_of_its_own_and_says_what_it_is(draft: World, rehearsal: World) -> None:
    copy, round_ = rehearsal.round, draft.round
    assert copy.name == MARK["zh"] + round_.name
    assert copy.questionnaire.title_zh == MARK["zh"] + round_.questionnaire.title_zh
    assert copy.questionnaire.title_en == MARK["en"] + round_.questionnaire.title_en
    assert "不计入任何结果" in copy.questionnaire.document["intro"]["zh"]
    assert copy.questionnaire.dimensions == round_.questionnaire.dimensions
    assert [(one.team, one.entitled) for one in copy.evaluations] == [
        (one.team, one.entitled) for one in round_.evaluations
    ]
    assert not {one.id for one in copy.evaluations} & {one.id for one in round_.evaluations}
    assert copy.opening_key is not None
    assert find_rehearsal(draft.services.registry, round_.id) == copy
    assert draft.services.registry.find_round(round_.id) == round_


def test_its_manifest_says_so_and_that_of_a_real_round_says_nothing(draft: World, rehearsal: World) -> None:
    facts = rehearsal.freeze().manifest(rehearsal.first).facts
    assert facts["rehearsal"] is True
    assert facts["round"].startswith(MARK["zh"])
    clear_it(draft.services, rehearsal.round)
    draft.make_key()
    assert "rehearsal" not in draft.freeze().manifest(draft.first).facts


def test_a_long_name_loses_its_end_and_stays_a_name() -> None:
    assert marked("轮" * 60) == MARK["zh"] + "轮" * 55 + "…"
    assert len(marked("轮" * 60)) == 60


def test_the_draft_is_not_frozen_while_its_rehearsal_is_left(draft: World, rehearsal: World) -> None:
    draft.make_key()
    with pytest.raises(WrongState, match="still has a rehearsal"):
        draft.freeze()
    clear_it(draft.services, rehearsal.round)
    assert draft.freeze().round.state is State.FROZEN


def test_only_a_draft_is_rehearsed_and_only_once(draft: World, rehearsal: World) -> None:
    services = draft.services
    for round_ in (draft.round, rehearsal.round, World(services).open().round):
        with pytest.raises(WrongState):
            rehearse(round_, registry=services.registry, recusals=services.recusals, randomness=services.randomness)


def test_what_is_real_is_never_cleared(draft: World) -> None:
    with pytest.raises(WrongState, match="no rehearsal"):
        clear_it(draft.services, draft.round)
    assert draft.services.registry.find_round(draft.round.id)


def test_it_is_opened_on_this_machine_and_nothing_of_it_is_left(draft: World, rehearsal: World) -> None:
    services = draft.services
    before = everything(services)
    rehearsal.open()
    client = rehearsal.app().test_client()
    for phone in phones(rehearsal, rehearsal.first, client)[:6]:
        phone.answer({})
    rehearsal.close()
    make_parts_here(rehearsal.round, box=services.box, partials=services.partials, randomness=services.randomness)
    partials = [PartialFile.read(file) for file in services.partials.files(rehearsal.round.id).values()]
    assert len(partials) == rehearsal.round.threshold
    record = rehearsal.count(partials)
    assert sum(one["counted"] for one in json.loads(record)["evaluations"]) == 6
    clear_it(services, rehearsal.round)
    clear_it(services, rehearsal.round)  # as after an interruption
    after = everything(services)
    assert rehearsal.round.id not in after
    assert not any(one.id in after for one in rehearsal.round.evaluations)
    assert len(after) < len(before)
    assert not services.partials.files(rehearsal.round.id)


def everything(services: Services) -> str:
    stores = (services.registry, services.box, services.keys, services.board, services.reports, services.work)
    return repr([vars(store) for store in stores])
