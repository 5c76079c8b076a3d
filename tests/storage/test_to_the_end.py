"""A round from its first slip to its destruction, on both databases: nothing is said to be broken afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from survey.domain import destruction
from survey.domain.audit import audit_package
from survey.domain.custody.opening_record import conclude
from survey.domain.results import release
from survey.domain.results.tally import record_hash
from survey.domain.rounds import State
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.backups import backup, restore
from survey.storage.database import migrate, open_database
from survey.storage.upkeep import check
from tests.world import World, phones


@pytest.fixture
def services(tmp_path: Path, database_url: str) -> Iterator[Services]:
    settings = Settings.create(tmp_path / "instance", database_url=database_url, public_url="https://survey.example")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    yield services
    services.close()


def package(world: World) -> bytes:
    return b"".join(audit_package(world.round, registry=world.services.registry, box=world.services.box, for_all=True))


def test_a_round_ends_destroyed_with_its_package_unchanged_and_no_promise_broken(
    services: Services, database_url: str, tmp_path: Path
) -> None:
    world = World(services).open()
    for person in phones(world, world.first, world.app().test_client())[:3]:
        person.answer({"D1-1": "A"})
    world.close()
    partials = world.partials(tmp_path)
    record = world.count(partials)
    stores = {"registry": services.registry, "board": services.board}
    conclude(world.round, partials, record_hash(record), store=services.partials, clock=services.clock, **stores)
    world.round = release.approve(services.registry, services.reports, world.round)
    release.release(services.registry, services.reports, world.round)
    world.round = destruction.archive(world.round, registry=services.registry, reports=services.reports)
    before = package(world)

    names = ("registry", "box", "keys", "board", "partials", "clock", "end_sessions")
    world.round = destruction.destroy(world.round, **{name: getattr(services, name) for name in names})

    engine = open_database(database_url)
    assert services.registry.find_round(world.round.id).state is State.DESTROYED
    assert check(engine, services.keys) == []
    assert package(world) == before
    assert all(ballot.is_destroyed for ballot in services.box.ballots(world.first.id))

    backup(engine, services.settings.instance, tmp_path / "backup.tar")
    restore(tmp_path / "backup.tar", tmp_path / "new", lambda instance: f"sqlite:///{instance / 'survey.db'}")
    engine.dispose()
    restored = open_database(f"sqlite:///{tmp_path / 'new' / 'survey.db'}")
    assert check(restored, services.keys) == []
    restored.dispose()
