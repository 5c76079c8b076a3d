"""The page of the staff log, over a real log: searched, paged, exported, its chain checked."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from survey.office.log.pages import safe_cell
from survey.storage.audit_log import SqlAuditLog
from survey.storage.database import migrate, open_database
from tests.fakes import MovableClock
from tests.office.conftest import PASSWORD, Visitor, make_app


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A log of 250 lines, written once: each line is a commit of its own."""
    file = tmp_path_factory.mktemp("log") / "survey.db"
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    log = SqlAuditLog(engine, MovableClock())
    for number in range(250):
        log.append(
            account="office" if number % 2 else "reader",
            address="10.0.0.1",
            action="show-round",
            object=f"r{number:03}",
            result="done",
        )
    engine.dispose()
    return file


@pytest.fixture
def engine(tmp_path, written) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{shutil.copy(written, tmp_path)}")
    yield engine
    engine.dispose()


@pytest.fixture
def auditor(services, engine) -> Visitor:
    services = replace(services, audit=SqlAuditLog(engine, services.clock))
    services.clock.move(days=1)
    services.audit.append(account="=1+1", address="-", action="freeze-round", object="@x", result="done")
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("auditor", PASSWORD)
    return visitor


def objects(page: str) -> list[str]:
    return re.findall(r'<td class="words" title="(r\d{3}|@x)">\1</td>', page)


def test_the_newest_lines_stand_first_and_older_ones_on_further_pages(auditor):
    page = auditor.get("/office/log").text
    assert objects(page)[:2] == ["@x", "r249"]
    older = re.search(r'href="(/office/log\?before=\d+[^"]*)"', page)
    assert older
    second = auditor.get(older.group(1).replace("&amp;", "&")).text
    assert len(objects(second)) == 100
    assert not set(objects(page)) & set(objects(second))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("account=%3D1%2B1", ["@x"]),
        ("action=freeze-round", ["@x"]),
        ("object=r24", [f"r24{n}" for n in range(9, -1, -1)]),
        ("object=r2%25", []),
        ("from=2026-03-03&action=freeze-round", ["@x"]),
        ("to=2026-03-02&object=r001", ["r001"]),
        ("from=2026-03-03&object=r", []),
        ("from=nonsense&object=r001", ["r001"]),
    ],
)
def test_lines_are_searched(auditor, query, found):
    assert objects(auditor.get(f"/office/log?{query}").text) == found


def test_the_chain_is_checked_on_the_page(auditor, engine):
    assert "链条完整" in auditor.get("/office/log").text
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_log_no_update"))
        connection.execute(text("UPDATE audit_log SET account = 'nobody' WHERE id = 7"))
    assert "链条在第7行断开" in auditor.get("/office/log").text


def test_the_export_is_whole_and_starts_no_formula(auditor):
    response = auditor.get("/office/log.csv")
    assert response.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert rows[0][:3] == ["id", "time", "account"]
    assert len(rows) >= 252
    line = next(row for row in rows if row[4] == "freeze-round")
    assert (line[2], line[5]) == ("'=1+1", "'@x")
    only = auditor.get("/office/log.csv?object=r001").text
    assert len(only.splitlines()) == 2


def test_the_export_has_the_codes_first_and_the_words_at_the_end(auditor):
    rows = list(csv.reader(io.StringIO(auditor.get("/office/log.csv").data.decode("utf-8-sig"))))
    assert rows[0] == [
        *("id", "time", "account", "address", "action", "object", "result"),
        *("action_words", "result_words"),
    ]
    line = next(row for row in rows if row[4] == "freeze-round")
    assert line[6:] == ["done", "审定一轮", "完成"]
    auditor.speak("en")
    assert "Froze a round,done" in auditor.get("/office/log.csv").text


def test_the_page_says_actions_and_results_in_words(auditor):
    page = auditor.get("/office/log").text
    assert ">查看一轮</td>" in page
    assert ">完成</td>" in page
    assert '<option value="freeze-round">审定一轮</option>' in page
    assert objects(auditor.get("/office/log?action=审定一轮").text) == ["@x"]


@pytest.mark.parametrize("text_", ["=a", "+a", "-a", "@a", "\ta", "\ra"])
def test_a_cell_that_looks_like_a_formula_is_a_text(text_):
    assert safe_cell(text_) == "'" + text_


@pytest.mark.parametrize("role", ["office", "reader", "custodian", "system-admin"])
def test_no_other_role_reads_the_log(signed_in, role):
    visitor = signed_in(role)
    assert visitor.get("/office/log").status_code == 403
    assert visitor.get("/office/log.csv").status_code == 403


def test_looking_leaves_a_line(signed_in, services):
    admin = signed_in("security-admin")
    admin.get("/office/log?account=office")
    assert services.audit.lines[-1]["action"] == "show-log"


def test_the_counts_of_phones_stand_beside_the_log_in_steps(signed_in, services):
    start = services.clock()
    services.windows.windows = {
        start: {"requests": 43, "unknown-code": 7},
        start + timedelta(minutes=10): {"requests": 4, "no-such-kind": 1},
    }
    auditor = signed_in("auditor")
    assert "/office/log/requests" in auditor.get("/office/log").text
    page = auditor.get("/office/log/requests").text
    rows = re.findall(r'<th scope="row" class="time">([^<]+)</th>(.*?)</tr>', page, re.S)
    assert [when for when, _ in rows] == ["2026-03-02 17:10", "2026-03-02 17:00"]
    cells = [re.findall(r'<td class="n">(?:<span[^>]*>)?(\d+|)', row) for _, row in rows]
    assert cells == [["0", "0", ""], ["40", "", "5"]]
    assert "答题码不对" in page
    assert "no-such-kind" in page


def test_without_phones_the_page_of_their_counts_says_what_will_stand_there(signed_in):
    assert "第一部手机打开页面" in signed_in("auditor").get("/office/log/requests").text


def test_lines_in_an_archive_are_told(auditor, engine, monkeypatch):
    monkeypatch.setattr(SqlAuditLog, "archived", lambda self: 12)
    assert "第1至12行" in auditor.get("/office/log").text


def test_a_line_names_its_round_and_what_was_done_to_an_account(auditor, services, engine):
    log = SqlAuditLog(engine, services.clock)
    log.append(account="a", address="-", action="show-round", object="open", result="done")
    log.append(account="a", address="-", action="change-account", object="张三: lock", result="done")
    log.append(account="a", address="-", action="download-report", object="open/report.json", result="done")
    name = services.registry.find_round("open").name
    page = auditor.get("/office/log").text
    assert f'title="open">{name}</td>' in page
    assert f'title="open/report.json">{name}/report.json</td>' in page
    assert 'title="张三: lock">张三：锁定</td>' in page
    assert 'title="open"' in auditor.get(f"/office/log?object={name}").text
    assert 'title="张三: lock"' not in auditor.get(f"/office/log?object={name}").text
