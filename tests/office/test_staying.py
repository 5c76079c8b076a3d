"""Typing keeps a session, an open page does not; and a session that is used does not end by the age of its cookie."""

from __future__ import annotations

import re
import time

import pytest
from itsdangerous import timed

from survey.domain.forms.library import shelf, start_version
from survey.office.headers import ASKING_POLICY, HEADERS
from tests.office.conftest import Visitor

SCRIPT = '<script src="/office/assets/staying.js" defer>'


@pytest.fixture
def wait(services, monkeypatch):
    """wait(minutes): for the server's clock and for the age of signed cookies alike."""
    gone = 0
    real = time.time

    class Clock:
        @staticmethod
        def time() -> float:
            return real() + gone

    def move(minutes: int) -> None:
        nonlocal gone
        gone += minutes * 60
        services.clock.move(minutes=minutes)

    monkeypatch.setattr(timed, "time", Clock)
    return move


def test_whoever_is_at_work_stays_signed_in_for_longer_than_a_cookie_lives(signed_in, wait):
    office = signed_in("office")
    for _ten_minutes in range(9):
        wait(10)
        assert office.get("/office/").status_code == 200


def test_typing_alone_keeps_the_session_and_the_form(signed_in, wait, services):
    office = signed_in("office")
    token = office.token("/office/rounds/draft/recusal")
    services.audit.lines.clear()
    for _four_minutes in range(20):
        wait(4)
        answer = office.get("/office/stay")
        assert (answer.status_code, answer.data) == (204, b"")
    assert services.audit.lines == []
    form = {"csrf_token": token, "names": "张三"}
    path = "/office/rounds/draft/recusal"
    headers = {"Referer": f"https://survey.example{path}"}
    saved = office.client.post(path, data=form, base_url="https://survey.example", headers=headers)
    assert saved.status_code == 303


def test_whoever_was_idle_for_too_long_is_not_let_stay(signed_in, wait):
    office = signed_in("office")
    wait(21)
    assert office.get("/office/stay").status_code == 303
    assert office.get("/office/").status_code == 303


def test_a_cookie_that_was_copied_ends_with_its_age(signed_in, wait, app):
    office = signed_in("office")
    copy = office.client.get_cookie("office_session", path="/office", domain="survey.example").value
    for _ten_minutes in range(3):
        wait(10)
        office.get("/office/stay")
    thief = Visitor(app.test_client())
    thief.client.set_cookie("office_session", copy, path="/office", domain="survey.example", secure=True)
    assert thief.get("/office/").status_code == 303


@pytest.mark.parametrize("name", ["rounds/new", "rounds/draft/edit", "rounds/draft/recusal", "rounds/opened/review"])
def test_pages_with_long_forms_may_ask_to_stay(signed_in, name):
    answer = signed_in("office").get(f"/office/{name}")
    assert answer.status_code == 200
    assert re.findall(r"<script[^>]*>", answer.text) == [SCRIPT]
    assert answer.headers["Content-Security-Policy"] == ASKING_POLICY
    assert re.search(r'data-stay="/office/stay" data-idle="1200" hidden', answer.text)


def test_the_editor_and_a_report_that_is_a_draft_may_too_and_no_other_report(signed_in, services):
    (entry,) = shelf(services.library, services.randomness)
    start_version(services.library, entry, dict(services.registry.rounds["draft"].questionnaire.document))
    office = signed_in("office")
    for path in (f"questionnaires/{entry.id}/2/edit", "rounds/opened/report"):
        assert SCRIPT in office.get(f"/office/{path}").text
    later = office.get("/office/rounds/reported/report")
    assert "<script" not in later.text
    assert later.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
