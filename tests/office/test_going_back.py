"""A refusal leads back to where its reader came from, and never out of the office."""

from __future__ import annotations

import re

import pytest

from survey.domain.rounds import State
from tests.office.conftest import HTTPS

HOST = HTTPS["base_url"]
ROUND = f"/office/rounds/{State.OPEN.value}"


def ways(page: str) -> list[str]:
    main = page[page.index("<main") : page.index("</main>")]
    return re.findall(r'href="([^"]+)"', main)


def asked(visitor, path: str, referrer: str | None):
    headers = {} if referrer is None else {"Referer": referrer}
    return visitor.client.get(path, base_url=HOST, headers=headers)


@pytest.mark.parametrize(
    ("referrer", "first"),
    [
        (f"{HOST}/office/rounds/open/turnout", "/office/rounds/open/turnout"),
        (f"{HOST}/office/questionnaires?page=2", "/office/questionnaires?page=2"),
        (f"{HOST}/office/questionnaires?q=%2F%2Fx", "/office/questionnaires"),
        ("https://elsewhere.example/office/rounds", ROUND),
        (f"{HOST}//elsewhere.example/office/", ROUND),
        (f"{HOST}/e/abc", ROUND),
        (f"{HOST}/office/login?next=x", ROUND),
        (f"{HOST}{ROUND}/report", ROUND),  # the refused page itself
        ("http://[broken", ROUND),
        (None, ROUND),
    ],
)
def test_a_refusal_leads_back_to_where_one_came_from_if_that_is_here(signed_in, referrer, first):
    answer = asked(signed_in("office"), f"{ROUND}/report", referrer)
    assert answer.status_code == 403
    assert ways(answer.text)[0] == first
    assert ways(answer.text)[-1] == "/office/"
    assert ROUND in ways(answer.text)


def test_a_refused_step_leads_back_to_the_form_it_was_sent_from(signed_in):
    office = signed_in("office")
    form = {"csrf_token": office.token("/office/rounds")}
    headers = {"Referer": f"{HOST}{ROUND}"}
    answer = office.client.post(f"{ROUND}/freeze", data=form, base_url=HOST, headers=headers)
    assert answer.status_code == 409
    assert ways(answer.text) == [ROUND, "/office/"]


def test_who_may_not_read_a_round_is_not_led_to_it(signed_in):
    answer = asked(signed_in("auditor"), ROUND, None)
    assert ways(answer.text) == ["/office/log"]
    assert ways(asked(signed_in("office"), "/office/rounds/nothing", None).text) == ["/office/"]


def test_who_is_kept_out_of_a_round_is_not_led_back_into_it(signed_in, services):
    services.recusals.save(State.OPEN.value, ["office"])
    answer = asked(signed_in("office"), f"{ROUND}/turnout", None)
    assert answer.status_code == 403
    assert ways(answer.text) == ["/office/"]
