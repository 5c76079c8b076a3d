"""Old entries go to a file, the chain holds in both, and nothing younger than twelve months can be removed."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, exc, text

from survey.errors import InvalidInput, WrongState
from survey.storage.audit_log import SqlAuditLog
from survey.storage.log_archive import is_ours, read_archive, remove_archived, write_archive

NOW = datetime.now(UTC).replace(microsecond=0)  # the database asks its own clock
YEAR = timedelta(days=370)


@pytest.fixture
def log(engine: Engine) -> SqlAuditLog:
    """Ten entries, one every hundred days, the last one of today."""
    times = iter([NOW - timedelta(days=100 * (9 - number)) for number in range(10)])
    log = SqlAuditLog(engine, lambda: next(times, NOW))
    for number in range(10):
        log.append(account="office", address="-", action="step", object=f"轮次 {number}")
    return log


def archive(engine: Engine, before: datetime) -> bytes:
    out = io.BytesIO()
    facts, file = write_archive(engine, lambda: NOW, before, out)
    remove_archived(engine, lambda: NOW, facts, file, "os:somebody")
    return out.getvalue()


def lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def test_the_chain_holds_in_the_file_in_the_store_and_between_them(log: SqlAuditLog, engine: Engine) -> None:
    first = archive(engine, NOW - 2 * YEAR)  # of 900 and 800 days ago
    second = archive(engine, NOW - YEAR)
    assert log.verify_chain() is None
    assert log.archived() == 6
    assert [entry.id for entry in log.entries()] == [12, 11, 10, 9, 8, 7]
    one, two = (read_archive(lines(content), "file") for content in (first, second))
    assert (one[0].first, one[0].last, two[0].first, two[0].last) == (1, 2, 3, 6)
    assert one[0].hash == two[0].previous
    assert is_ours(engine, *one)
    assert is_ours(engine, *two)
    assert [entry.action for entry in log.entries(limit=2)] == ["archive-log", "archive-log"]
    log.append(account="office", address="-", action="step")
    assert log.verify_chain() is None


@pytest.mark.parametrize("before", [NOW, NOW - timedelta(days=365), NOW + timedelta(days=1)])
def test_nothing_younger_than_twelve_months_is_archived(log: SqlAuditLog, engine: Engine, before: datetime) -> None:
    with pytest.raises(WrongState, match="kept for 366 days"):
        write_archive(engine, lambda: NOW, before, io.BytesIO())


def test_where_nothing_is_old_enough_it_says_so(log: SqlAuditLog, engine: Engine) -> None:
    with pytest.raises(WrongState, match="no entry from before"):
        write_archive(engine, lambda: NOW, NOW - timedelta(days=2000), io.BytesIO())


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit_log WHERE id <= 2", "DELETE FROM audit_log WHERE id = 10", "UPDATE audit_log SET result = ''"],
)
def test_the_database_refuses_what_is_not_archived(log: SqlAuditLog, engine: Engine, statement: str) -> None:
    with pytest.raises(exc.DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))


def test_the_database_refuses_what_is_young_whatever_an_archive_claims(log: SqlAuditLog, engine: Engine) -> None:
    claim = text("INSERT INTO log_archives (first, last, hash, file) VALUES (1, 10, :digest, :digest)")
    with engine.connect().execution_options(survey_writes=True) as connection:
        connection.execute(claim, {"digest": bytes(32)})
        with pytest.raises(exc.DBAPIError, match="append-only"):
            connection.execute(text("DELETE FROM audit_log"))


def test_an_invented_archive_breaks_the_chain(log: SqlAuditLog, engine: Engine) -> None:
    """Whoever removes old entries by hand must leave an entry of it in the chain, or it does not hold."""
    hash_ = log.entries(before=3)[0].hash
    claim = text("INSERT INTO log_archives (first, last, hash, file) VALUES (1, 2, :hash, :hash)")
    with engine.connect().execution_options(survey_writes=True) as connection:
        connection.execute(claim, {"hash": hash_})
        connection.execute(text("DELETE FROM audit_log WHERE id <= 2"))
        connection.commit()
    assert log.verify_chain() == 2


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_changed_line_of_the_file_is_named(log: SqlAuditLog, engine: Engine, number: int) -> None:
    content = lines(archive(engine, NOW - YEAR))
    content[number] = content[number].replace(b"1", b"7", 1)
    with pytest.raises(InvalidInput, match=r"file, line \d+: this is not what was archived"):
        read_archive(content, "file")


def test_a_file_that_was_cut_off_is_refused(log: SqlAuditLog, engine: Engine) -> None:
    content = lines(archive(engine, NOW - YEAR))
    for cut in (content[:-1], content[:1], []):
        with pytest.raises(InvalidInput, match="ends before its last entry"):
            read_archive(cut, "file")


@pytest.mark.parametrize("content", [b"\n", b"[]\n", b'{"format":1}\n', b"\xff\n", b"[" * 100_000 + b"\n"])
def test_any_other_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="line 1"):
        read_archive([content], "file")


def test_two_archives_at_the_same_moment_make_one(log: SqlAuditLog, engine: Engine) -> None:
    facts, file = write_archive(engine, lambda: NOW, NOW - YEAR, io.BytesIO())
    remove_archived(engine, lambda: NOW, facts, file, "os:somebody")
    with pytest.raises(WrongState, match="at the same time"):
        remove_archived(engine, lambda: NOW, facts, file, "os:somebody")


def test_a_broken_chain_is_not_archived(log: SqlAuditLog, engine: Engine) -> None:
    from tests.storage.test_accounts_and_audit_log import tamper

    tamper(engine, "UPDATE audit_log SET result = 'x' WHERE id = 2")
    with pytest.raises(WrongState, match="breaks at entry 2"):
        write_archive(engine, lambda: NOW, NOW - YEAR, io.BytesIO())
