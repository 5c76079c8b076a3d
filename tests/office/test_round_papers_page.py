"""Papers on the page of a round, each at its step; and the last steps: archive and destruction."""

from __future__ import annotations

import json
import re
import threading
from urllib.parse import unquote

import pytest

from survey.domain.audit import audit_package
from survey.domain.custody.opening_record import opening_record
from survey.domain.results.release import Draft, Stage
from survey.domain.results.tally import record_hash
from survey.domain.rounds import State
from survey.reports.places import fonts_folder
from survey.reports.round_papers import papers as round_papers
from survey.reports.words import spaced
from tests.office.conftest import Visitor

PATH = "/office/rounds/"


def offered(visitor: Visitor, state: str) -> list[str]:
    """Addresses of papers on the page of the round in this state, without that of the round."""
    page = visitor.get(PATH + state).text
    return [link.rpartition("/")[2] for link in re.findall(r'href="([^"]+/papers/[^"]+)"', page)]


def release(services, state: str) -> None:
    record = services.registry.records[state]
    services.reports.drafts[state] = Draft(state, record_hash(record), Stage.RELEASED)


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("draft", set()),
        ("frozen", {"notice", "script"}),
        ("open", {"notice", "script"}),
        ("closed", {"notice", "script", "closing"}),
        ("opened", {"notice", "script", "closing", "opening"}),
        ("archived", {"closing", "opening"}),
    ],
)
def test_each_paper_is_offered_at_its_step(signed_in, services, state, kinds):
    services.board.records[state] = opening_record(
        services.registry.rounds[state],
        boxes_digest=bytes(32),
        record="ab" * 32,
        given={1: "cd" * 32, 3: "ef" * 32},
        destroyed=[],
        counted_at=services.clock(),
    )
    assert {name.partition(".")[0] for name in offered(signed_in("office"), state)} == kinds


def test_a_record_that_was_never_written_is_not_offered(signed_in):
    assert not [name for name in offered(signed_in("office"), "archived") if name.startswith("opening")]
    assert {name.partition(".")[0] for name in offered(signed_in("office"), "destroyed")} == {"closing"}


def test_what_was_sealed_is_published_from_closing_on(signed_in, services):
    office = signed_in("office")
    for state in ("closed", "opened", "destroyed"):
        services.registry.boxes_digests[state] = bytes.fromhex("0123456789abcdef" * 4)
        page = office.get(PATH + state).text
        assert "0123 4567 89AB CDEF" in page
        assert spaced("0123456789abcdef" * 4) in page
    services.registry.boxes_digests["open"] = bytes(32)
    assert "0000 0000" not in office.get(PATH + "open").text
    assert office.get(f"{PATH}closed/papers/closing.docx").data.startswith(b"PK")


def test_the_audit_package_is_that_of_the_command_line_and_leaves_a_line(signed_in, services):
    office = signed_in("office")
    assert "audit.zip" not in office.get(PATH + "open").text
    for state in ("closed", "opened", "archived"):
        assert f"{PATH}{state}/audit.zip" in office.get(PATH + state).text
        round_ = services.registry.rounds[state]
        package = audit_package(round_, registry=services.registry, box=services.box, for_all=False)
        answer = office.get(f"{PATH}{state}/audit.zip")
        assert answer.data == b"".join(package)
        assert "核验包.zip" in unquote(answer.headers["Content-Disposition"])
    assert office.get(f"{PATH}open/audit.zip").status_code == 409
    assert signed_in("reader").get(f"{PATH}closed/audit.zip").status_code == 403
    assert "closed" in [line["object"] for line in services.audit.lines if line["action"] == "download-audit"]


def test_a_paper_has_the_bytes_of_the_command_line_and_leaves_a_line(signed_in, services):
    answer = signed_in("office").get(f"{PATH}frozen/papers/notice.docx?lang=en")
    names = ("registry", "box", "board", "reports")
    stores = {name: getattr(services, name) for name in names} | {"now": services.clock()}
    round_ = services.registry.rounds["frozen"]
    sources = round_papers.gather(round_, "notice", services.installation(), services.settings.public_url, **stores)
    assert answer.data == round_papers.make(sources, "notice", "docx", fonts_folder(), "en")
    assert "告知书_en.docx" in unquote(answer.headers["Content-Disposition"])
    assert [line["object"] for line in services.audit.lines if line["action"] == "download-paper"] == [
        "frozen/notice.docx"
    ]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("draft/papers/notice.pdf", 403),
        ("open/papers/opening.pdf", 403),
        ("open/papers/closing.pdf", 403),
        ("open/papers/nothing.pdf", 400),
        ("open/papers/notice.exe", 400),
        ("open/papers/notice.pdf?lang=fr", 400),
        ("nowhere/papers/notice.pdf", 404),
    ],
)
def test_a_paper_that_there_is_not_is_refused(signed_in, address, status):
    answer = signed_in("office").get(PATH + address)
    assert (answer.status_code // 100, answer.status_code == 404) == (4, status == 404)


def test_only_the_office_gets_papers(signed_in):
    assert signed_in("reader").get(f"{PATH}frozen/papers/notice.pdf").status_code == 403


def test_a_name_that_cannot_be_printed_is_told_with_its_character(signed_in, services):
    from dataclasses import replace

    round_ = services.registry.rounds["frozen"]
    first = replace(round_.evaluations[0], team="第\U000323af组")
    services.registry.rounds["frozen"] = replace(round_, evaluations=(first, *round_.evaluations[1:]))
    answer = signed_in("office").get(f"{PATH}frozen/papers/notice.pdf")
    assert answer.status_code == 422
    assert "\U000323af”字（U+323AF）" in answer.text


# --- The last steps


def test_a_reported_round_is_released_before_it_is_archived(signed_in, services):
    visitor = signed_in("office")
    page = visitor.get(PATH + "reported").text
    assert "报告还没有反馈" in page
    assert "archive" not in re.findall(r'action="[^"]+/([a-z.]+)"', page)
    assert visitor.post(PATH + "reported/archive", {}, PATH + "reported").status_code == 403
    assert services.registry.rounds["reported"].state is State.REPORTED

    release(services, "reported")
    assert visitor.post(PATH + "reported/archive", {}, PATH + "reported").status_code == 303
    assert services.registry.rounds["reported"].state is State.ARCHIVED


def test_destruction_says_what_goes_before_it_asks_for_the_word(signed_in, services):
    visitor = signed_in("office")
    page = visitor.get(PATH + "archived").text
    assert page.index("这一步不能撤销") < page.index("请输入“销毁”") < page.index(">销毁密封答卷</button>")
    assert "以前的备份、保管人手里的密钥份额和纸张，这里够不着" in page

    visitor.post(PATH + "archived/destroy", {"confirm": "yes"}, PATH + "archived")
    assert services.registry.rounds["archived"].state is State.ARCHIVED
    assert services.registry.find_destruction_record("archived") is None


def test_a_destroyed_round_has_no_sealed_body_and_a_record_to_sign(signed_in, services):
    visitor = signed_in("office")
    visitor.post(PATH + "archived/destroy", {"confirm": "销毁"}, PATH + "archived")
    for thread in threading.enumerate():
        if thread.name == "work-archived":
            thread.join(60)

    page = visitor.get(PATH + "archived/work", follow_redirects=True).text
    assert "密封答卷已经销毁" in page
    round_ = services.registry.rounds["archived"]
    assert round_.state is State.DESTROYED
    assert all(ballot.is_destroyed for one in round_.evaluations for ballot in services.box.ballots(one.id))
    assert json.loads(services.registry.find_destruction_record("archived"))["evaluations"][0]["ballots"] == 61
    assert visitor.get(f"{PATH}archived/papers/destruction.pdf").data.startswith(b"%PDF")
    results = sorted(line["result"] for line in services.audit.lines if line["action"] == "destroy-round")
    assert results == ["done", "started"]


@pytest.mark.parametrize("state", ["frozen", "printed"])
def test_a_round_frozen_with_a_mistake_is_given_up_with_a_typed_word(signed_in, services, state):
    visitor = signed_in("office")
    refused = visitor.post(PATH + f"{state}/abandon", {"confirm": "yes"}, PATH + state)
    assert refused.location == f"/office/rounds/{state}"
    assert services.registry.find_round(state) is not None
    assert visitor.post(PATH + f"{state}/abandon", {"confirm": "作废"}, PATH + state).location == "/office/"
    assert services.registry.find_round(state) is None
    results = [line["result"] for line in services.audit.lines if line["action"] == "abandon-round"]
    assert results == ["not confirmed", "done"]


def test_a_round_that_was_opened_cannot_be_given_up(signed_in, services):
    visitor = signed_in("office")
    assert "放弃本轮" not in visitor.get(PATH + "open").text
    assert visitor.post(PATH + "open/abandon", {"confirm": "作废"}, PATH + "open").status_code == 409
    assert services.registry.find_round("open") is not None


def test_who_opened_and_has_not_signed_is_named_before_archive_and_destruction(signed_in, services, monkeypatch):
    monkeypatch.setattr("survey.office.rounds.ending.who_has_signed", lambda *_: (["巡察办"], ["纪委"]))
    page = signed_in("office").get(PATH + "archived").text
    assert "参加了开封、还没有对开封结果签字的：纪委" in page
