"""An application with the office pages alone, over stores in memory. All guards are on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

import survey
from survey.domain.staff import ROLES
from survey.office import make_blueprint
from survey.office.people import passwords
from tests.fakes import Services
from tests.office import samples

PASSWORD = "correct horse battery"
HTTPS = {"base_url": "https://survey.example", "headers": {"Referer": "https://survey.example/office/"}}


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Insecure and quick: a hash names its own cost, and most tests are not about passwords."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which passwords are chosen and checked again and again."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def services(password_hash: str) -> Services:
    """One account per role (named after it) and one round in every state."""
    services = Services()
    for role in ROLES:
        services.accounts.add_account(role, role, password_hash)
    samples.fill(services)
    return services


@pytest.fixture
def app(services: Services) -> Flask:
    return make_app(services)


def make_app(services: Services) -> Flask:
    app = Flask("survey", static_folder=None, template_folder=str(survey.templates_folder()))
    app.config.update(SECRET_KEY=b"k" * 32, TESTING=True)
    app.register_blueprint(make_blueprint(services))
    return app


class Visitor:
    """A client that follows the law of the pages: it fetches the form, takes its token, and posts it back."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **kwargs):
        return self.client.get(path, **HTTPS, **kwargs)

    def token(self, path: str = "/office/login") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return found.group(1)

    def speak(self, language: str) -> None:
        """Read the office in "zh" or "en" from here."""
        self.get(f"/office/login?lang={language}")

    def post(self, path: str, data: dict[str, str], form_at: str = "/office/login"):
        return self.client.post(path, data={"csrf_token": self.token(form_at), **data}, **HTTPS)

    def log_in(self, account: str = "office", password: str = PASSWORD, **more: str):
        return self.post("/office/login", {"account": account, "password": password, **more})


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app.test_client())


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], Visitor]:
    """signed_in("reader") is a visitor with which that role has just signed in."""

    def sign_in(role: str = "office") -> Visitor:
        visitor = Visitor(app.test_client())
        assert visitor.log_in(role).status_code == 303
        return visitor

    return sign_in
