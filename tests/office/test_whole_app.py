"""The office inside the whole application, on a real store."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from survey import create_app
from survey.office.access import COOKIE_NAME
from survey.office.people import passwords
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.office.conftest import HTTPS, PASSWORD, Visitor
from tests.world import World


@pytest.fixture
def real_services(tmp_path: Path) -> Services:
    settings = Settings.create(tmp_path / "instance", public_url="https://survey.example", needs_second_factor=False)
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    services.accounts.add_account("office", "office", passwords.hash_password(PASSWORD))
    return services


def test_an_open_round_in_the_store_is_on_the_pages(real_services):
    world = World(real_services).open()
    visitor = Visitor(create_app(services=real_services).test_client())
    assert visitor.log_in("office").status_code == 303
    assert world.round.name in visitor.get("/office/").text
    assert "第一巡察组" in visitor.get(f"/office/rounds/{world.round.id}/turnout").text
    assert visitor.get(f"/office/rounds/{world.round.id}/report").status_code == 403


def test_lines_reach_the_staff_log_of_the_store(real_services):
    visitor = Visitor(create_app(services=real_services).test_client())
    visitor.log_in("office", "wrong")
    visitor.log_in("office")
    visitor.get("/office/")
    newest_first = [(entry.account, entry.action, entry.result) for entry in real_services.audit.entries()]
    assert newest_first[::-1] == [
        ("office", "log-in", "wrong"),
        ("office", "log-in", "done"),
        ("office", "list-rounds", "done"),
    ]


def test_a_round_that_is_destroyed_ends_every_session_in_every_process(real_services):
    """As another worker, or the command, does it: this application only finds another key in the file."""
    visitor = Visitor(create_app(services=real_services).test_client())
    visitor.log_in("office")
    assert visitor.get("/office/account").status_code == 200
    Settings.load(real_services.settings.instance).session_key.renew()
    refused = visitor.get("/office/account")
    assert refused.location == "/office/login?next=/office/account"
    assert "会话已结束" in visitor.get(refused.location).text
    assert visitor.log_in("office").status_code == 303
    assert visitor.get("/office/account").status_code == 200


def test_the_address_of_a_wall_outlives_the_sessions(real_services):
    world = World(real_services).open()
    visitor = Visitor(create_app(services=real_services).test_client())
    visitor.log_in("office")
    (wall,) = re.findall(r'href="([^"]*/wall/[^"]+)"', visitor.get(f"/office/rounds/{world.round.id}/turnout").text)
    real_services.end_sessions()
    assert visitor.get(wall).status_code == 200


def test_phones_get_no_cookie_from_the_same_application(real_services):
    world = World(real_services).open()
    client = create_app(services=real_services).test_client()
    Visitor(client).log_in("office")
    for path in ("/", f"/e/{world.first.id}", f"/e/{world.first.id}/manifest"):
        response = client.get(path, **HTTPS)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        assert COOKIE_NAME not in response.request.headers.get("Cookie", "")


def test_a_token_request_needs_no_form_token(real_services):
    world = World(real_services).open()
    client = create_app(services=real_services).test_client()
    response = client.post(f"/e/{world.first.id}/token-request", data=b"", **HTTPS)
    assert "urn:survey:problem:" in response.text
    assert not re.search(r"CSRF|csrf", response.text)


def test_every_office_route_names_an_audience(real_services):
    app = create_app(services=real_services)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/office"):
            assert app.view_functions[rule.endpoint].audiences, rule.rule


def test_forty_rounds_are_listed_with_a_constant_number_of_queries(real_services):
    from sqlalchemy import event

    world = World(real_services)
    visitor = Visitor(create_app(services=real_services).test_client())
    visitor.log_in("office")
    engine = real_services.registry._engine
    queries: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    visitor.get("/office/")
    one = len(queries)
    for number in range(39):
        real_services.registry.add_round(_renamed(world.round, number))
    queries.clear()
    visitor.get("/office/")
    assert len(queries) == one


def _renamed(round_, number: int):
    evaluations = tuple(
        replace(
            evaluation,
            id=f"{evaluation.id}{number}",
            units=tuple(replace(unit, id=f"{unit.id}{number}") for unit in evaluation.units),
        )
        for evaluation in round_.evaluations
    )
    return replace(round_, id=f"{round_.id}{number}", evaluations=evaluations)


def test_the_custodians_page_that_an_account_leads_to_is_there(real_services):
    real_services.accounts.add_account("custodian", "custodian", passwords.hash_password(PASSWORD))
    visitor = Visitor(create_app(services=real_services).test_client())
    visitor.log_in("custodian")
    page = visitor.get("/office/account").text
    assert visitor.get(re.search(r'<a class="button" href="([^"]+)"', page).group(1)).status_code == 200
