"""Signing in and out: the same answer for every wrong attempt, the lock, idleness, the cookie."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher, extract_parameters

from survey.office.access import COOKIE_NAME
from survey.office.people import passwords
from tests.office.conftest import HTTPS, PASSWORD, Visitor, make_app

WRONG = "账号或者密码不对"
LOCKED = "已经连续五次登录失败"


def error_of(response) -> str:
    found = re.search(r'role="alert"[^>]*>([^<]+)<', response.text)
    assert found, response.text
    return found.group(1)


def test_the_right_password_leads_to_the_start_page_of_the_role(visitor):
    response = visitor.log_in("office")
    assert response.status_code == 303
    assert response.location == "/office/"
    assert visitor.get("/office/").status_code == 200


@pytest.mark.parametrize(("role", "start"), [("reader", "/office/reports"), ("auditor", "/office/log")])
def test_every_role_has_a_start_page(visitor, role, start):
    assert visitor.log_in(role).location == start
    assert visitor.get(start).status_code == 200


def test_a_wrong_password_and_an_unknown_account_get_the_same_sentence(visitor):
    wrong = visitor.log_in("office", "not the password")
    unknown = visitor.log_in("nobody", PASSWORD)
    assert wrong.status_code == unknown.status_code == 403
    assert WRONG in error_of(wrong)
    assert error_of(wrong) == error_of(unknown)


def test_an_unknown_account_costs_the_same_hash_as_a_known_one(monkeypatch):
    checked = []
    real = passwords._HASHER

    class Watching:
        def verify(self, password_hash, password):
            checked.append(extract_parameters(password_hash))
            return real.verify(password_hash, password)

    monkeypatch.setattr(passwords, "_HASHER", Watching())
    assert not passwords.matches(None, PASSWORD)
    assert not passwords.matches(passwords.hash_password.__globals__["_NOBODY"], PASSWORD)
    assert checked[0] == checked[1] == extract_parameters(PasswordHasher().hash("x"))


def test_no_password_belongs_to_an_unknown_account(monkeypatch):
    class Agreeing:
        def verify(self, password_hash, password):
            return True

    monkeypatch.setattr(passwords, "_HASHER", Agreeing())
    assert not passwords.matches(None, "anything")


def test_a_damaged_hash_refuses_and_does_not_fail():
    assert not passwords.matches("not a hash", PASSWORD)


def test_five_failures_lock_the_account_even_for_the_right_password(visitor):
    for _ in range(5):
        assert WRONG in error_of(visitor.log_in("office", "wrong"))
    locked = visitor.log_in("office", PASSWORD)
    assert locked.status_code == 429
    assert LOCKED in error_of(locked)


def test_a_name_without_account_is_locked_in_the_same_way(visitor):
    for _ in range(5):
        visitor.log_in("nobody", "wrong")
    locked = visitor.log_in("nobody", "wrong")
    assert locked.status_code == 429
    assert LOCKED in error_of(locked)


def test_the_lock_ends_after_fifteen_minutes(visitor, services):
    for _ in range(5):
        visitor.log_in("office", "wrong")
    services.clock.move(minutes=14, seconds=59)
    assert visitor.log_in("office").status_code == 429
    services.clock.move(seconds=1)
    assert visitor.log_in("office").status_code == 303


def test_attempts_while_locked_do_not_make_the_lock_longer(app, services):
    with app.app_context():
        _attempt_while_locked(passwords.FailureCounter(services), services)


def _attempt_while_locked(counter, services):
    for _ in range(5):
        assert counter.try_once("office")
    for _ in range(10):
        services.clock.move(minutes=1)
        assert not counter.try_once("office")
    services.clock.move(minutes=5)
    assert counter.try_once("office")


def test_one_locked_account_does_not_lock_another(visitor):
    for _ in range(5):
        visitor.log_in("office", "wrong")
    assert visitor.log_in("reader").status_code == 303


def test_a_success_forgets_earlier_failures(visitor, services):
    for _ in range(4):
        visitor.log_in("office", "wrong")
    assert visitor.log_in("office").status_code == 303
    visitor.post("/office/logout", {}, "/office/account")
    for _ in range(4):
        assert WRONG in error_of(visitor.log_in("office", "wrong"))
    assert visitor.log_in("office").status_code == 303


def test_a_lock_holds_in_every_process(visitor, services):
    """Another process: the same store, an application of its own."""
    for _ in range(5):
        visitor.log_in("office", "wrong")
    assert Visitor(make_app(services).test_client()).log_in("office").status_code == 429


def test_the_store_of_failures_holds_no_name(visitor, services):
    visitor.log_in(PASSWORD, "office")
    assert len(services.tries.tries) == 1
    assert PASSWORD not in str(services.tries.tries)


def test_a_form_without_account_or_password_names_what_is_missing(visitor):
    response = visitor.post("/office/login", {"account": "", "password": ""})
    assert response.status_code == 422
    assert "请输入账号。" in response.text
    assert "请输入密码。" in response.text


def test_the_cookie_is_for_the_office_alone(visitor):
    [cookie] = visitor.log_in("office").headers.getlist("Set-Cookie")
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE_NAME}=")
    assert attributes == {"Secure", "HttpOnly", "Path=/office", "SameSite=Lax"}


def test_without_https_the_cookie_is_not_marked_secure(services):
    services.settings = type(services.settings)("http://localhost:8000")
    cookie = make_app(services).test_client().get("/office/login").headers["Set-Cookie"]
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie


def test_signing_in_starts_a_new_session(app, visitor):
    """A session that someone planted before must not become a signed-in one (fixation)."""
    visitor.get("/office/login")
    with visitor.client.session_transaction("/office/", **HTTPS) as session:
        session["planted"] = "by someone else"
    visitor.log_in("office")
    with visitor.client.session_transaction("/office/", **HTTPS) as session:
        assert "planted" not in session


def test_twenty_idle_minutes_end_the_session(signed_in, services):
    office = signed_in("office")
    services.clock.move(minutes=20)
    assert office.get("/office/").status_code == 200
    services.clock.move(minutes=20, seconds=1)
    response = office.get("/office/")
    assert response.status_code == 303
    assert response.location.startswith("/office/login")
    assert "20分钟没有操作" in office.get("/office/login").text


def test_signing_out_is_a_post_and_ends_the_session(signed_in):
    office = signed_in("office")
    assert office.get("/office/logout").status_code == 404
    assert office.get("/office/").status_code == 200
    assert office.post("/office/logout", {}, "/office/account").status_code == 303
    assert office.get("/office/").status_code == 303


def test_a_new_password_ends_the_sessions_of_the_old_one(signed_in, services):
    office = signed_in("office")
    services.accounts.change_password_hash("office", passwords.hash_password("another"))
    assert office.get("/office/").status_code == 303


def test_after_signing_in_one_is_where_one_wanted_to_go(visitor):
    refused = visitor.get("/office/rounds/open/turnout")
    assert refused.location == "/office/login?next=/office/rounds/open/turnout"
    form = visitor.get(refused.location)
    assert 'name="next" value="/office/rounds/open/turnout"' in form.text
    assert visitor.log_in("office", next="/office/rounds/open/turnout").location == "/office/rounds/open/turnout"


@pytest.mark.parametrize(
    "foreign",
    [
        "https://evil.example/office/",
        "//evil.example/office/",
        "/office/../../evil",
        "/office//evil.example",
        "/\\evil.example",
        "/office/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/e/round",
    ],
)
def test_signing_in_never_leads_to_a_foreign_address(visitor, foreign):
    assert visitor.log_in("office", next=foreign).location == "/office/"
