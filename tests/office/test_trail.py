"""Every staff action leaves one line: who, from where, what, to what, with which result."""

from __future__ import annotations

import pytest

from tests.office.conftest import HTTPS, PASSWORD


def line(account: str, action: str, object: str, result: str) -> dict[str, str]:
    return {"account": account, "address": "127.0.0.1", "action": action, "object": object, "result": result}


def test_signing_in_and_out_is_logged(signed_in, services):
    office = signed_in("office")
    services.audit.lines.clear()
    office.client.post("/office/logout", data={"csrf_token": office.token("/office/account")}, **HTTPS)
    assert services.audit.lines == [
        line("office", "show-account", "-", "done"),
        line("office", "log-out", "-", "done"),
    ]


def test_a_success_names_the_account(visitor, services):
    visitor.log_in("reader")
    assert services.audit.lines == [line("reader", "log-in", "-", "done")]


def test_a_wrong_password_and_a_lock_name_the_account(visitor, services):
    for _ in range(6):
        visitor.log_in("office", "wrong")
    assert services.audit.lines == [line("office", "log-in", "-", "wrong")] * 5 + [
        line("office", "log-in", "-", "locked")
    ]


def test_a_password_typed_as_the_account_is_not_logged(visitor, services):
    visitor.log_in(PASSWORD, "office")
    assert services.audit.lines == [line("-", "log-in", "-", "wrong")]


@pytest.mark.parametrize(
    ("path", "action", "object"),
    [
        ("/office/", "list-rounds", "-"),
        ("/office/rounds/open", "show-round", "open"),
        ("/office/rounds/open/turnout", "show-turnout", "open"),
        ("/office/reports", "list-reports", "-"),
        ("/office/rounds/opened/report", "show-report", "opened"),
    ],
)
def test_reading_a_page_is_logged(signed_in, services, path, action, object):
    office = signed_in("office")
    services.audit.lines.clear()
    office.get(path)
    assert services.audit.lines == [line("office", action, object, "done")]


def test_reading_the_report_of_a_team_names_the_evaluation(signed_in, services):
    office = signed_in("office")
    evaluation = services.registry.find_round("opened").evaluations[0].id
    services.audit.lines.clear()
    office.get(f"/office/rounds/opened/report/{evaluation}")
    assert services.audit.lines == [line("office", "show-team-report", evaluation, "done")]


@pytest.mark.parametrize(
    ("path", "action", "object", "result"),
    [
        ("/office/", "list-rounds", "-", "refused"),
        ("/office/rounds/open/report", "show-report", "open", "refused"),
        ("/office/rounds/unknown/report", "show-report", "unknown", "not found"),
    ],
)
def test_what_was_refused_is_logged_as_refused(signed_in, services, path, action, object, result):
    reader = signed_in("reader")
    services.audit.lines.clear()
    reader.get(path)
    assert services.audit.lines == [line("reader", action, object, result)]


def test_the_end_of_an_idle_session_is_logged_once(signed_in, services):
    office = signed_in("office")
    services.audit.lines.clear()
    services.clock.move(minutes=21)
    office.get("/office/rounds/open")
    office.get("/office/login")
    assert services.audit.lines == [line("office", "show-round", "open", "signed out after 20 idle minutes")]


@pytest.mark.parametrize("path", ["/office/", "/office/login", "/office/assets/office.css", "/office/rounds/open"])
def test_whoever_is_not_signed_in_leaves_no_line_by_looking(visitor, services, path):
    """A respondent who strays here must not have their address in any log."""
    visitor.get(path)
    assert services.audit.lines == []


def test_a_page_that_cannot_be_logged_is_not_shown(signed_in, services, monkeypatch):
    office = signed_in("office")

    def full_disk(**line: str) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(services.audit, "append", full_disk)
    with pytest.raises(OSError, match="disk full"):
        office.get("/office/rounds/opened/report")
