"""A rehearsal with buttons: begun from a draft, marked on every page, opened here, cleared with one click."""

from __future__ import annotations

import io
import threading
import zipfile
from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from survey.domain.rehearsal import find_rehearsal
from survey.domain.rounds import State
from tests.office.conftest import PASSWORD, Visitor, make_app
from tests.office.samples import record_of
from tests.office.test_drafts import form_of, post


@pytest.fixture
def office(services) -> Visitor:
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office", PASSWORD)
    return visitor


@pytest.fixture
def rehearsal(office, services) -> str:
    """Its id."""
    response = press(office, "draft", "rehearse")
    assert response.status_code == 303
    made = find_rehearsal(services.registry, "draft")
    assert made
    assert response.location.endswith(f"/office/rounds/{made.id}")
    return made.id


def press(office: Visitor, round_id: str, step: str, **fields: str):
    path = f"/office/rounds/{round_id}"
    return office.post(f"{path}/{step}", fields, path)


def finish(office: Visitor, round_id: str) -> str:
    for thread in threading.enumerate():
        if thread.name == f"work-{round_id}":
            thread.join(60)
    return office.get(f"/office/rounds/{round_id}/work", follow_redirects=True).text


def test_from_the_draft_to_the_report_and_back_to_the_draft(office, services, rehearsal):
    path = f"/office/rounds/{rehearsal}"
    assert "【演练】" in office.get("/office/").text
    assert "都不作数" in office.get(path).text
    press(office, rehearsal, "freeze")
    assert "已审定" in finish(office, rehearsal)
    slips = press(office, rehearsal, "slips.zip")
    with zipfile.ZipFile(io.BytesIO(slips.data)) as packed:
        assert packed.testzip() is None
    press(office, rehearsal, "open")
    assert "【演练】" in office.get(f"{path}/turnout").text
    press(office, rehearsal, "close", confirm="截止")
    page = finish(office, rehearsal)
    assert "由这一台机器代替" in page
    assert "保管人和密钥" not in page
    assert "下载给保管人的清单" not in page
    press(office, rehearsal, "count", confirm="开封")
    page = finish(office, rehearsal)
    assert services.registry.rounds[rehearsal].state is State.OPENED
    assert "【演练】" in office.get(f"{path}/report").text
    assert f'action="{path}/clear"' in page
    assert "保管人和密钥" not in page

    response = press(office, rehearsal, "clear")
    assert response.location.endswith("/office/rounds/draft/work")
    page = finish(office, "draft")
    assert "演练已清除" in page
    assert "演练这一轮" in page
    assert rehearsal not in services.registry.rounds
    assert office.get(path).status_code == 404
    assert [line["result"] for line in services.audit.lines if line["action"] == "clear-rehearsal"].count("done") == 1


def test_the_draft_is_not_frozen_before_its_rehearsal_is_cleared(office, services, rehearsal):
    from survey.domain.ceremony.all_here import make_opening_key

    draft = services.registry.rounds["draft"]
    make_opening_key(draft, registry=services.registry, randomness=services.randomness)
    page = office.get("/office/rounds/draft").text
    assert "演练清除以后才能审定" in page
    assert page.count(f'action="/office/rounds/{rehearsal}/clear"') == 1
    assert 'action="/office/rounds/draft/freeze"' not in page
    press(office, "draft", "freeze")
    assert "清除" in finish(office, "draft")
    assert services.registry.rounds["draft"].state is State.DRAFT


def test_a_draft_has_one_rehearsal_and_a_rehearsal_none(office, services, rehearsal):
    for round_id in ("draft", rehearsal):
        assert press(office, round_id, "rehearse").status_code == 409
    assert press(office, "frozen", "rehearse").status_code == 409
    assert sum(one.rehearsal is not None for one in services.registry.list_rounds()) == 1


def test_a_rehearsal_is_not_changed_apart_from_its_draft(office, services, rehearsal):
    before = services.registry.rounds[rehearsal]
    response = post(office, f"/office/rounds/{rehearsal}/edit", form_of())
    assert response.status_code == 409
    assert "修改草稿" in response.text
    assert services.registry.rounds[rehearsal] == before
    assert f"/office/rounds/{rehearsal}/edit" not in office.get(f"/office/rounds/{rehearsal}").text


def test_what_is_real_is_not_cleared(office, services):
    for round_id in ("draft", "open", "opened"):
        assert press(office, round_id, "clear").status_code == 409
        assert round_id in services.registry.rounds


def test_an_orphan_is_cleared_too(office, services, rehearsal):
    post(office, "/office/rounds/draft/delete", MultiDict({"confirm": "删除"}), "/office/rounds/draft")
    response = press(office, rehearsal, "clear")
    assert response.location.endswith("/office/")
    assert rehearsal not in services.registry.rounds


def test_a_trend_never_holds_a_rehearsal(office, services, rehearsal):
    made = replace(services.registry.rounds[rehearsal], state=State.REPORTED)
    services.registry.rounds[rehearsal] = made
    services.registry.records[rehearsal] = record_of(made)
    assert "【演练】" not in office.get("/office/reports/trend").text
