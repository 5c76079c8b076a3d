"""Clearing a rehearsal on real stores: no table, partition or key file names it any more; what is real stays."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from survey.domain import lifecycle
from survey.domain.abandoning import abandon
from survey.domain.ceremony.all_here import with_key_made_here
from survey.domain.custody.shares import PartialFile
from survey.domain.drafts.spec import parse_spec
from survey.domain.rehearsal import clear, make_parts_here, rehearse
from survey.domain.results.release import Draft
from survey.domain.rounds import Round, State
from survey.errors import WrongState
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from survey.storage.upkeep import check
from tests.world import SPEC, World, phones


@pytest.fixture
def services(tmp_path: Path, database_url: str) -> Iterator[Services]:
    settings = Settings.create(tmp_path / "instance", public_url="https://survey.example", database_url=database_url)
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    yield services
    services.close()


class Rehearsal(World):
    """Its key is there from the beginning."""

    def __post_init__(self) -> None:
        super().__post_init__()
        services = self.services
        self.draft = self.round
        self.round = rehearse(
            self.draft, registry=services.registry, recusals=services.recusals, randomness=secrets.token_bytes
        )

    def make_key(self) -> World:
        return self


def clear_it(services: Services, round_: Round) -> None:
    clear(round_, services)


def everything(services: Services) -> str:
    """Every row of every table, and the names of all files of the instance."""
    engine = services.registry._engine
    tables = inspect(engine).get_table_names()
    with engine.connect() as connection:
        rows = [(name, connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tables]  # noqa: S608
    files = [str(path) for path in services.settings.instance.rglob("*") if path.name != "survey.db"]
    return repr(rows) + repr(files) + repr(tables)


def test_a_rehearsal_goes_the_whole_way_and_nothing_of_it_is_left(services: Services) -> None:
    world = Rehearsal(services).open()
    ids = [world.round.id, *(one.id for one in world.round.evaluations)]
    client = world.app().test_client()
    for phone in phones(world, world.first, client)[:5]:
        phone.answer({})
    with pytest.raises(WrongState, match="still has a rehearsal"):
        lifecycle.freeze(
            with_key_made_here(world.draft, secrets.token_bytes)[0],
            registry=services.registry,
            keys=services.keys,
            host="survey.example",
            scripts={},
        )
    world.close()
    make_parts_here(world.round, box=services.box, partials=services.partials, randomness=secrets.token_bytes)
    record = world.count([PartialFile.read(file) for file in services.partials.files(world.round.id).values()])
    assert sum(one["counted"] for one in json.loads(record)["evaluations"]) == 5
    services.reports.save_draft(Draft(world.round.id, "0" * 64), expected=None)
    services.recusals.save(world.round.id, ["甲"])
    assert all(one in everything(services) for one in ids)

    clear_it(services, world.round)
    clear_it(services, world.round)  # as after an interruption
    left = everything(services)
    assert not [one for one in ids if one in left]
    assert [one.id for one in services.registry.list_rounds()] == [world.draft.id]
    assert check(services.registry._engine, services.keys) == []


def test_while_it_is_open_clearing_ends_it_for_everybody(services: Services) -> None:
    world = Rehearsal(services).open()
    client = world.app().test_client()
    late, other = phones(world, world.first, client)[:2]
    token = late.draw_token()
    clear_it(services, world.round)
    assert late.cast(token, late.seal(token, {})).status_code in (403, 404)
    assert other.request_token().status_code in (401, 403, 404)


@pytest.mark.parametrize("is_printed", [False, True])
def test_nothing_is_left_of_a_frozen_round_that_was_given_up(services: Services, is_printed: bool) -> None:
    world = World(services)
    world.print() if is_printed else world.freeze()
    ids = [world.round.id, *(one.id for one in world.round.evaluations)]
    abandon(world.round, services)
    left = everything(services)
    assert not [id_ for id_ in ids if id_ in left]
    assert services.registry.list_rounds() == []


def test_a_round_that_was_opened_is_never_given_up(services: Services) -> None:
    world = World(services).open()
    with pytest.raises(WrongState, match="this step needs it to be frozen or printed"):
        abandon(world.round, services)
    with pytest.raises(WrongState, match="no rehearsal and open"):
        services.registry.erase_round(world.round.id)
    assert services.registry.find_round(world.round.id) == world.round


def test_a_real_round_is_not_erased(services: Services) -> None:
    round_ = parse_spec(SPEC, "spec", secrets.token_bytes)
    services.registry.add_round(round_)
    with pytest.raises(WrongState, match="no rehearsal"):
        services.registry.erase_round(round_.id)
    assert services.registry.find_round(round_.id) == round_
    assert round_.state is State.DRAFT
