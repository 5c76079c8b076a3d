"""`survey log`: archive and verify, on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from survey.cli.instance import make_instance
from survey.storage.audit_log import SqlAuditLog
from survey.storage.database import open_database
from tests.cli.conftest import Survey


def test_old_entries_go_to_a_file_and_everything_still_verifies(survey: Survey) -> None:
    make_instance(survey.instance, None, "http://localhost:8000")
    old = datetime.now(UTC) - timedelta(days=500)
    engine = open_database(f"sqlite:///{survey.instance / 'survey.db'}")
    log = SqlAuditLog(engine, lambda: old)
    for number in range(3):
        log.append(account="office", address="-", action="step", object=str(number))
    engine.dispose()
    survey("account", "add", "读者", "--role", "reader")

    young = f"{datetime.now(UTC) - timedelta(days=100):%Y-%m-%d}"
    day = f"{datetime.now(UTC) - timedelta(days=400):%Y-%m-%d}"
    out = survey.work / "log-1"
    assert "kept for 366 days" in survey("log", "archive", "--before", young, "--out", out, exit_code=1).stderr
    assert not out.exists()
    assert "Moved entries 1 to 3" in survey("log", "archive", "--before", day, "--out", out).stdout
    survey("check")
    assert "entries 1 to 3, whole" in survey("log", "verify", out).stdout
    assert "entries 1 to 3, whole" in survey("log", "verify", "--alone", out).stdout
    nothing = survey("log", "archive", "--before", day, "--out", survey.work / "log-2", exit_code=1)
    assert "no entry from before" in nothing.stderr
    assert not (survey.work / "log-2").exists()

    out.chmod(0o600)
    out.write_bytes(out.read_bytes().replace(b'"2"', b'"9"'))
    assert "is not what was archived" in survey("log", "verify", out, exit_code=1).stderr
