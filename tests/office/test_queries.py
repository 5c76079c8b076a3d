"""Pages ask the store a fixed number of questions, with 40 rounds and 200 units in it, on a real database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event

from survey.domain import lifecycle
from survey.domain.rounds import Round
from survey.domain.spec import parse_spec
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.office.conftest import PASSWORD, Visitor, make_app


def spec(name: str, teams: int, units: int) -> dict[str, object]:
    return {
        "name": name,
        "custodians": ["甲", "乙", "丙"],
        "teams": [
            {"name": f"第{team}组", "units": [{"name": f"{team}-{unit}", "entitled": 6} for unit in range(units)]}
            for team in range(teams)
        ],
    }


@pytest.fixture
def services(tmp_path, password_hash: str) -> Iterator[Services]:
    settings = Settings.create(tmp_path / "instance", public_url="https://survey.example")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    services.accounts.add_account("office", "office", password_hash)
    yield services
    services.close()


def open_one(services: Services, name: str, teams: int, units: int) -> Round:
    round_ = parse_spec(spec(name, teams, units), "spec", secrets.token_bytes)
    services.registry.add_round(round_)
    stores = {"registry": services.registry, "keys": services.keys}
    round_, _ = lifecycle.make_opening_key(round_, registry=services.registry, randomness=secrets.token_bytes)
    if teams > 3:  # making twenty token keys takes seconds and is not what is measured
        frozen = round_.moved_to(lifecycle.State.FROZEN)
        services.registry.freeze(frozen, {evaluation.id: b"{}" for evaluation in frozen.evaluations})
        for evaluation in frozen.evaluations:
            codes = [(secrets.token_bytes(32), unit.id) for unit in evaluation.units for _ in range(7)]
            services.registry.add_invitations(evaluation.id, codes)
        printed = frozen.moved_to(lifecycle.State.PRINTED)
        services.registry.save_round(printed, expected="frozen")
    else:
        frozen = lifecycle.freeze(round_, host="survey.example", scripts={}, **stores)
        printed, _ = lifecycle.print_codes(frozen, randomness=secrets.token_bytes, **stores)
    return lifecycle.open_round(printed, registry=services.registry, box=services.box)


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        asked.append(statement)

    engine = services.registry._engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def test_every_page_asks_as_much_with_200_units_and_40_rounds_as_with_one(services):
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office", PASSWORD)
    small = open_one(services, "small", 1, 1)

    def questions(path: str) -> int:
        visitor.get(path)  # the first time takes the snapshot
        with counted(services) as asked:
            assert visitor.get(path).status_code == 200
        return len(asked)

    paths = ("", "/turnout")
    before = [questions("/office/"), *(questions(f"/office/rounds/{small.id}{path}") for path in paths)]
    large = open_one(services, "large", 20, 10)
    draft = parse_spec(spec("draft", 20, 10), "spec", secrets.token_bytes)
    for number in range(38):
        services.registry.add_round(
            replace(
                draft,
                id=f"draft{number:05}",
                evaluations=tuple(replace(one, id=f"{number}x{one.id}") for one in draft.evaluations),
            )
        )
    after = [questions("/office/"), *(questions(f"/office/rounds/{large.id}{path}") for path in paths)]
    assert after == before
    assert max(after) <= 10  # transactions begun, the account, the page, the line of the staff log


def test_a_fresh_snapshot_asks_twice_whatever_the_number_of_teams(services, monkeypatch):
    from survey.domain.turnout import paced_turnout

    asked = []
    for name, teams in (("small", 2), ("large", 20)):
        round_ = open_one(services, name, teams, 2)
        with counted(services) as statements:
            paced_turnout(round_, services.registry, services.box, services.clock())
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 10
