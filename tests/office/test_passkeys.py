"""Passkeys without a browser: what is refused, what works once, and where they cannot work at all."""

from __future__ import annotations

import html
import json
import re

import pytest

from survey.office.headers import HEADERS, SCRIPT_POLICY
from survey.office.people import passkeys
from tests.fakes import FakeSettings, Services
from tests.office.conftest import PASSWORD, Visitor, make_app
from tests.office.software_key import PRESENT, VERIFIED, SoftwareKey

URL = "https://survey.example"


@pytest.fixture
def key() -> SoftwareKey:
    return SoftwareKey(URL, "survey.example")


def options_on(page) -> dict:
    return json.loads(html.unescape(re.search(r'data-options="([^"]+)"', page.text).group(1)))


def add(visitor: Visitor, key: SoftwareKey, name: str = "蓝色钥匙", **wrong: str):
    form = {"name": name, "password": PASSWORD}
    page = visitor.post("/office/account/passkeys/new", form, "/office/account")
    answer = key.create(options_on(page), **wrong)
    return visitor.post("/office/account/passkeys", {"name": name, "answer": answer}, "/office/account")


def alone(visitor: Visitor, key: SoftwareKey, flags: int = PRESENT | VERIFIED, **wrong: str):
    answer = key.get(options_on(visitor.get("/office/login/passkey")), flags, **wrong)
    # The token of the form, not of the page: asking for the page again would ask for another answer.
    return visitor.post("/office/login/passkey", {"answer": answer}, "/office/login")


def test_a_passkey_is_added_with_recovery_codes_and_opens_the_account_alone(signed_in, visitor, services, key):
    page = add(signed_in("office"), key)
    assert len(re.findall(r'<li class="code-text">', page.text)) == 8
    services.clock.move(seconds=1)
    assert alone(visitor, key).location == "/office/"
    assert visitor.get("/office/").status_code == 200
    done = services.audit.lines[-2]
    assert (done["account"], done["action"], done["object"]) == ("office", "give-passkey", "蓝色钥匙")


def test_adding_and_taking_away_ends_the_other_sessions(signed_in, services, key):
    office, other = signed_in("office"), signed_in("office")
    add(office, key)
    assert other.get("/office/").status_code == 303
    assert office.get("/office/").status_code == 200
    services.sessions.end_others("office", "")
    office, other = Visitor(office.client), None
    services.clock.move(seconds=1)
    alone(office, key)
    form = {"id": key.id.hex(), "password": PASSWORD}
    assert office.post("/office/account/passkeys/remove", form, "/office/account").status_code == 303
    assert services.passkeys.list_passkeys("office") == []


def test_an_answer_opens_once(signed_in, app, services, key):
    add(signed_in("office"), key)
    services.clock.move(seconds=1)
    visitor = Visitor(app.test_client())
    answer = key.get(options_on(visitor.get("/office/login/passkey")))
    copy = visitor.client.get_cookie("office_session", path="/office", domain="survey.example")
    assert visitor.post("/office/login/passkey", {"answer": answer}, "/office/login").status_code == 303
    thief = Visitor(app.test_client())
    thief.client.set_cookie("office_session", copy.value, path="/office", domain="survey.example", secure=True)
    assert thief.post("/office/login/passkey", {"answer": answer}, "/office/login").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"type": "webauthn.create"}, {"challenge": "AAAA"}],
)
def test_an_answer_to_somebody_else_opens_nothing(signed_in, visitor, services, key, wrong):
    add(signed_in("office"), key)
    services.clock.move(seconds=1)
    assert alone(visitor, key, **wrong).status_code == 403
    assert visitor.get("/office/").status_code == 303


def test_alone_the_key_must_have_checked_its_person(signed_in, visitor, services, key):
    add(signed_in("office"), key)
    services.clock.move(seconds=1)
    assert alone(visitor, key, PRESENT).status_code == 403
    visitor.log_in("office")  # after the password, touching it is enough
    answer = key.get(options_on(visitor.get("/office/login/passkey")), PRESENT)
    assert visitor.post("/office/login/passkey", {"answer": answer}, "/office/login").status_code == 303


def test_after_the_password_of_one_account_the_key_of_another_opens_nothing(signed_in, visitor, services, key):
    other = SoftwareKey(URL, "survey.example", b"o" * 32)
    add(signed_in("office"), key)
    add(signed_in("reader"), other)
    services.clock.move(seconds=1)
    visitor.log_in("office")
    answer = other.get(options_on(visitor.get("/office/login/passkey")))
    assert visitor.post("/office/login/passkey", {"answer": answer}, "/office/login").status_code == 403


def test_an_answer_after_five_minutes_is_too_late(signed_in, visitor, services, key):
    add(signed_in("office"), key)
    services.clock.move(seconds=1)
    answer = key.get(options_on(visitor.get("/office/login/passkey")))
    services.clock.move(minutes=5, seconds=1)
    assert visitor.post("/office/login/passkey", {"answer": answer}, "/office/login").status_code == 403


@pytest.mark.parametrize(
    "answer", ["", "{", "[]", "null", '{"rawId": 1}', '{"rawId": "AA", "response": []}', "x" * 9999]
)
def test_an_answer_that_is_none_is_refused(signed_in, visitor, answer):
    visitor.get("/office/login/passkey")
    assert visitor.post("/office/login/passkey", {"answer": answer}, "/office/login").status_code == 403
    office = signed_in("office")
    form = {"name": "k", "password": PASSWORD}
    office.post("/office/account/passkeys/new", form, "/office/account")
    form = {"name": "k", "answer": answer}
    assert office.post("/office/account/passkeys", form, "/office/account").status_code == 422


def test_a_locked_account_is_not_opened_by_its_key(signed_in, visitor, services, key):
    add(signed_in("office"), key)
    services.clock.move(seconds=1)
    services.accounts.lock_account("office", True)
    page = alone(visitor, key)
    assert page.status_code == 403
    assert "账号已锁定" in page.text


def test_five_wrong_passwords_do_not_keep_the_key_out(signed_in, visitor, services, key):
    """Nobody can guess a key; and nobody can lock its owner out by guessing passwords."""
    add(signed_in("office"), key)
    services.clock.move(seconds=1)
    for _ in range(6):
        visitor.log_in("office", "wrong")
    assert alone(visitor, key).location == "/office/"


def test_the_last_second_factor_stays_where_one_is_needed(services, key):
    services.settings = FakeSettings(URL, needs_second_factor=True)
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office")
    form = {"name": "k", "password": PASSWORD}
    page = visitor.post("/office/account/passkeys/new", form, "/office/account/start")
    answer = {"name": "k", "answer": key.create(options_on(page))}
    visitor.post("/office/account/passkeys", answer, "/office/account/start")
    form = {"id": key.id.hex(), "password": PASSWORD}
    refused = visitor.post("/office/account/passkeys/remove", form, "/office/account")
    assert "这是您最后一个第二重验证" in refused.text
    assert services.accounts.find_account("office").has_second_factor


def test_the_pages_of_passkeys_may_run_a_script_and_those_beside_them_not(signed_in, visitor):
    assert SCRIPT_POLICY == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; script-src 'self'"
    )
    page = visitor.get("/office/login/passkey")
    assert page.headers.getlist("Content-Security-Policy") == [SCRIPT_POLICY]
    assert re.findall(r"<script[^>]*>", page.text) == ['<script src="/office/assets/passkeys.js" defer>']
    office = signed_in("office")
    for path in ("/office/login", "/office/account", "/office/account/sessions", "/office/assets/passkeys.js"):
        answer = office.get(path)
        assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("url", "trouble"),
    [
        ("https://survey.example", None),
        ("https://survey.example:8443", None),
        ("http://localhost:8000", None),
        ("http://survey.example", passkeys.NO_HTTPS),
        ("http://10.1.2.3:8000", passkeys.NO_HTTPS),
        ("https://10.1.2.3", passkeys.NO_NAME),
        ("https://[::1]", passkeys.NO_NAME),
    ],
)
def test_where_no_browser_would_do_it_the_pages_say_why(url, trouble):
    assert passkeys.trouble(url) == trouble


def test_without_https_the_account_page_says_so_and_offers_no_button():
    from survey.office.people.passwords import hash_password

    services = Services(settings=FakeSettings("http://survey.example"))
    services.accounts.add_account("office", "office", hash_password(PASSWORD))
    client = make_app(services).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/office/login").text).group(1)
    client.post("/office/login", data={"csrf_token": token, "account": "office", "password": PASSWORD})
    page = client.get("/office/account").text
    assert "网址是http://survey.example" in page
    assert "account/passkeys/new" not in page
    assert "login/passkey" not in client.get("/office/login").text
    assert "https://" in client.get("/office/login/passkey").text
