"""What must not be there: after a whole journey, nothing on disk or in any log names who answered."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import session
from flask.testing import FlaskClient

from survey.app import StaffSessions, build_app
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.world import World, phones

ADDRESS = "203.0.113.77"
AGENT = "MicroMessenger-very-special"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    settings = Settings.create(tmp_path / "instance", public_url="https://survey.example")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    return open_services(settings)


@pytest.fixture
def client(services: Services) -> FlaskClient:
    """The whole application, as served."""
    client = build_app(None, services).test_client()
    client.environ_base.update(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT, HTTP_COOKIE="campus=person-17")
    return client


def everything_on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_no_code_address_agent_or_cookie_reaches_disk_or_log(
    services: Services,
    client: FlaskClient,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    world = World(services).open()
    people = phones(world, world.first, client)
    for person in people[:3]:
        person.answer({"D1-1": "A"}, {"C-1": "remark-in-plain-text"})
    people[3].request_token(code="wrong")
    people[3].cast(b"\0" * 354, b"short")

    printed = capfd.readouterr()
    kept = everything_on_disk(tmp_path) + caplog.text.encode() + (printed.out + printed.err).encode()
    for person in people:
        assert str(person.code).encode() not in kept
        assert person.code.text.encode() not in kept
    for secret in (ADDRESS, AGENT, "person-17", "remark-in-plain-text"):
        assert secret.encode() not in kept


def test_no_blinded_message_is_kept_only_its_digest(services: Services, client: FlaskClient, tmp_path: Path) -> None:
    world = World(services).open()
    person = phones(world, world.first, client)[0]
    answer = person.request_token()

    kept = everything_on_disk(tmp_path)
    assert person.pending.request[3:] not in kept
    assert answer.data not in kept


def test_a_failure_on_the_respondent_plane_is_noted_without_path_and_values(
    services: Services, client: FlaskClient, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(services).open()
    person = phones(world, world.first, client)[0]

    def fail(*_: object) -> None:
        raise RuntimeError("secret value")

    monkeypatch.setattr(type(services.registry), "spend_code", fail)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False

    assert person.request_token().status_code == 500
    noted = capfd.readouterr().err
    assert "RuntimeError" in noted
    assert "secret value" not in noted
    assert person.evaluation_id not in noted


def test_no_answer_of_the_respondent_interface_sets_a_cookie(services: Services, client: FlaskClient) -> None:
    world = World(services).open()
    person = phones(world, world.first, client)[0]
    token = person.draw_token()
    answers = [
        client.get("/"),
        client.get(f"/e/{person.evaluation_id}"),
        person.request_token(),
        person.cast(token, person.seal(token, {})),
        client.get("/nowhere"),
    ]

    assert all("Set-Cookie" not in answer.headers for answer in answers)


def test_a_phone_that_brings_a_staff_cookie_along_has_no_session(services: Services) -> None:
    app = build_app(None, services)
    app.secret_key = services.settings.session_key.current()
    signer = StaffSessions(services.settings.session_key).get_signing_serializer(app)
    assert signer is not None
    cookie = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({'who': 'office'})}"}

    with app.test_request_context("/office/", headers=cookie):
        assert session["who"] == "office"
    with app.test_request_context("/e/abc", headers=cookie):
        assert not session
