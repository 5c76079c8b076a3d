"""Sessions are the server's: listed, ended, and gone for every copy of their cookie."""

from __future__ import annotations

import re

import pytest

from survey.office.people.sessions import browser_kind
from tests.fakes import FakeSettings
from tests.office.conftest import HTTPS, PASSWORD, Visitor, make_app

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 MicroMessenger/8.0", "WeChat, Android"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_of_a_browser_only_its_kind_is_kept(agent, kind):
    assert browser_kind(agent) == kind


def test_the_own_sessions_are_listed_and_only_the_own(signed_in, services):
    office, _reader = signed_in("office"), signed_in("reader")
    services.clock.move(minutes=3)
    second = signed_in("office")
    page = second.get("/office/account/sessions").text
    assert len(re.findall(r'name="key" value="[0-9a-f]{64}"', page)) == 2
    assert page.count("（当前）") == 1
    assert "2026-03-02 17:00" in page
    assert "2026-03-02 17:03" in page
    services.clock.move(minutes=18)
    second.get("/office/")
    page = second.get("/office/account/sessions").text
    assert len(re.findall(r'name="key"', page)) == 1  # the other one was idle for too long
    assert office.get("/office/").status_code == 303


def end(visitor: Visitor, key: str):
    return visitor.post("/office/account/sessions/end", {"key": key}, "/office/account/sessions")


def test_one_session_is_ended_and_a_copy_of_its_cookie_opens_nothing(app, signed_in, services):
    first, second = signed_in("office"), signed_in("office")
    copy = first.client.get_cookie("office_session", path="/office", domain="survey.example")
    key = next(kept.key for kept in services.sessions.list_sessions("office", 0) if _is(first, kept.key))
    assert end(second, key).status_code == 303
    assert first.get("/office/").location.startswith("/office/login")
    assert "会话已结束" in first.get("/office/login").text
    thief = Visitor(app.test_client())
    thief.client.set_cookie("office_session", copy.value, path="/office", domain="survey.example", secure=True)
    assert thief.get("/office/").status_code == 303
    assert second.get("/office/").status_code == 200


def _is(visitor: Visitor, key: str) -> bool:
    page = visitor.get("/office/account/sessions").text
    row = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if "（当前）" in row)
    return key in row


def test_after_signing_out_a_copy_of_the_cookie_opens_nothing(app, signed_in):
    office = signed_in("office")
    copy = office.client.get_cookie("office_session", path="/office", domain="survey.example")
    office.post("/office/logout", {}, "/office/account")
    thief = Visitor(app.test_client())
    thief.client.set_cookie("office_session", copy.value, path="/office", domain="survey.example", secure=True)
    assert thief.get("/office/").status_code == 303


def test_all_other_sessions_are_ended_at_once(signed_in):
    visitors = [signed_in("office") for _ in range(3)]
    assert visitors[0].post("/office/account/sessions/end-others", {}, "/office/account/sessions").status_code == 303
    assert "已结束的其他会话：2个" in visitors[0].get("/office/").text
    assert [visitor.get("/office/").status_code for visitor in visitors] == [200, 303, 303]


def test_nobody_ends_a_session_of_somebody_else(signed_in, services):
    reader, office = signed_in("reader"), signed_in("office")
    [kept] = services.sessions.list_sessions("reader", 0)
    assert end(office, kept.key).status_code == 404
    assert reader.get("/office/reports").status_code == 200


def test_a_second_factor_ends_the_sessions_before_it(signed_in, services):
    office, other = signed_in("office"), signed_in("office")
    services.accounts.set_second_factor("office", b"sealed", [])
    assert [visitor.get("/office/").status_code for visitor in (office, other)] == [303, 303]


def test_the_store_holds_no_secret_of_a_cookie(signed_in, services):
    office = signed_in("office")
    with office.client.session_transaction("/office/", **HTTPS) as session:
        secret = session["_user_id"]
    assert secret not in str(services.staff.sessions)


# --- What comes before anything else


@pytest.fixture
def strict(services):
    services.settings = FakeSettings(needs_second_factor=True)
    return make_app(services)


@pytest.mark.parametrize("role", ["office", "reader", "auditor", "security-admin"])
def test_who_sees_anything_sets_up_a_second_factor_first(strict, services, role):
    import pyotp

    visitor = Visitor(strict.test_client())
    visitor.log_in(role)
    for path in ("/office/", "/office/reports", "/office/log", "/office/accounts", "/office/account"):
        assert visitor.get(path).location == "/office/account/start"
    page = visitor.get("/office/account/start")
    assert 'aria-label="主导航"' not in page.text
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', page.text).group(1)
    form = {"secret": secret, "password": PASSWORD, "code": pyotp.TOTP(secret).at(services.clock())}
    done = visitor.post("/office/account/second-factor/done", form, "/office/account/start")
    assert "恢复码" in done.text
    assert visitor.get("/office/account").status_code == 200
    refused = next(line for line in services.audit.lines if line["result"] == "second-factor first")
    assert refused["account"] == role


@pytest.mark.parametrize("role", ["custodian", "system-admin"])
def test_who_sees_nothing_here_needs_no_second_factor(strict, role):
    visitor = Visitor(strict.test_client())
    visitor.log_in(role)
    assert visitor.get("/office/account").status_code == 200
