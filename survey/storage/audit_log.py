"""The staff plane's log: who, when, from where, what, to what, with what result. Append-only and hash-chained.

Each entry's hash covers the entry and the hash before it, so a change anywhere breaks every later entry. Whoever can
rewrite the whole table can rewrite the chain: note head() outside the server now and then. Entries older than twelve
months may be moved to a file (log_archive.py); the chain goes on from there.

Law: only staff appear here. No code, token, ballot or respondent's address is ever an argument of append().
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select, text

from survey.domain.ports import Clock
from survey.errors import StoreUnavailable
from survey.storage.database import is_sqlite, read, write
from survey.storage.staff_tables import audit_log, log_archives

FIRST_HASH = bytes(32)
PAGE = 500
WINDOW = timedelta(minutes=10)  # finer a failure is not told: it may have met somebody who answers
ARCHIVED = "archive-log"  # the action of the entry that an archive leaves behind


@dataclass(frozen=True)
class AuditEntry:
    """hash: 32 bytes, over this entry and the hash of the one before."""

    id: int
    time: datetime
    account: str
    address: str
    action: str
    object: str
    result: str
    hash: bytes


class SqlAuditLog:
    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._failed: dict[str, str] = {}  # sentence -> beginning of the window in which it was first said
        self._lock = threading.Lock()

    def append(self, *, account: str, address: str, action: str, object: str = "", result: str = "ok") -> None:
        """Raises StoreUnavailable when it could not be written; then the caller's step must not go on."""
        fields = {"account": account, "address": address, "action": action, "object": object, "result": result}
        with self._lock:
            failed = list(self._failed.items())

        def work(connection: Connection) -> None:
            for sentence, window in failed:
                append_to(connection, self._clock(), failure(sentence, window))
            append_to(connection, self._clock(), fields)

        try:
            write(self._engine, work)
        except StoreUnavailable as error:
            self.note_failure(str(error))
            raise
        with self._lock:
            for sentence, _ in failed:
                self._failed.pop(sentence, None)

    def note_failure(self, sentence: str) -> None:
        """The store failed, so nothing can be written now: the next entry of this process is preceded by one that
        says so."""
        now = self._clock().astimezone(UTC)
        window = now - (now - datetime(2000, 1, 1, tzinfo=UTC)) % WINDOW
        with self._lock:
            self._failed.setdefault(sentence, window.strftime("%Y-%m-%dT%H:%MZ"))

    def entries(self, *, before: int | None = None, limit: int = 100) -> list[AuditEntry]:
        """The newest first; before: only entries with a smaller id (for the next page)."""
        query = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit_log.c.id < before)
        rows = self._page(query)
        return [AuditEntry(**{**row, "time": datetime.fromisoformat(row["time"])}) for row in rows]

    def search(
        self,
        *,
        account: str = "",
        action: str = "",
        object: str = "",
        since: str = "",
        until: str = "",
        before: int | None = None,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """The newest first, of what fits: account and action exactly, object by its beginning, since and until as
        ISO times in UTC (since included, until not). before: as in entries().
        """
        columns = audit_log.c
        query = select(audit_log).order_by(columns.id.desc()).limit(limit)
        for column, wanted in ((columns.account, account), (columns.action, action)):
            query = query.where(column == wanted) if wanted else query
        if object:
            query = query.where(columns.object.startswith(object, autoescape=True))
        if since:
            query = query.where(columns.time >= since)
        if until:
            query = query.where(columns.time < until)
        if before is not None:
            query = query.where(columns.id < before)
        rows = self._page(query)
        return [AuditEntry(**{**row, "time": datetime.fromisoformat(row["time"])}) for row in rows]

    def names(self) -> tuple[list[str], list[str]]:
        """All accounts and all actions that stand in the log, each once, sorted."""
        columns = audit_log.c
        found = [
            read(self._engine, lambda connection, column=column: connection.scalars(select(column).distinct()).all())
            for column in (columns.account, columns.action)
        ]
        return sorted(found[0]), sorted(found[1])

    def head(self) -> tuple[int, bytes]:
        """Number of entries and the last hash (32 bytes): noted elsewhere, it shows a cut-off or rewritten log."""
        last = read(self._engine, lambda connection: connection.execute(_LAST).first())
        return (last.id, last.hash) if last else (0, FIRST_HASH)

    def archived(self) -> int:
        """How many entries were moved to files."""
        last = read(self._engine, lambda connection: connection.execute(LAST_ARCHIVE).first())
        return last.last if last else 0

    def verify_chain(self) -> int | None:
        """The id of the first entry that does not fit, or None when all fit."""
        archive = read(self._engine, lambda connection: connection.execute(LAST_ARCHIVE).first())
        expected, previous = (archive.last + 1, archive.hash) if archive else (1, FIRST_HASH)
        is_told = archive is None  # the archive's own entry stands in the chain, or the archive was invented
        for row in self.rows():
            hash_ = row.pop("hash")
            if row["id"] != expected or entry_hash(previous, row) != hash_:
                return int(expected)
            expected, previous = expected + 1, hash_
            is_told = is_told or (row["action"] == ARCHIVED and row["object"].endswith(archive.hash.hex()))
        return None if is_told else int(archive.last)

    def rows(self, until: str = "~") -> Iterator[dict[str, Any]]:
        """Entries with their hash, the oldest first, as long as they are of a time before `until`."""
        after = 0
        while True:
            rows = self._page(select(audit_log).where(audit_log.c.id > after).order_by(audit_log.c.id).limit(PAGE))
            for row in rows:
                if row["time"] >= until:
                    return
                yield dict(row)
            if len(rows) < PAGE:
                return
            after = rows[-1]["id"]

    def _page(self, query: Any) -> Sequence[RowMapping]:
        return read(self._engine, lambda connection: connection.execute(query).mappings().all())


_LAST = select(audit_log.c.id, audit_log.c.hash).order_by(audit_log.c.id.desc()).limit(1)
LAST_ARCHIVE = select(log_archives).order_by(log_archives.c.last.desc()).limit(1)


def append_to(connection: Connection, now: datetime, fields: Mapping[str, str]) -> None:
    """One more entry, in a transaction that writes."""
    if not is_sqlite(connection):
        # Two processes must not both continue from the same entry. SQLite has one writer anyway.
        connection.execute(text("LOCK TABLE audit_log IN EXCLUSIVE MODE"))
    last = connection.execute(_LAST).first()
    entry_id, previous = (last.id + 1, last.hash) if last else (1, FIRST_HASH)
    row = {"id": entry_id, "time": now.astimezone(UTC).isoformat(timespec="seconds"), **fields}
    connection.execute(audit_log.insert().values(**row, hash=entry_hash(previous, row)))


def failure(sentence: str, window: str) -> dict[str, str]:
    return {"account": "-", "address": "-", "action": "store-failed", "object": f"since {window}", "result": sentence}


def entry_hash(previous: bytes, row: Mapping[str, object]) -> bytes:
    """SHA-256(hash before ‖ canonical JSON of the entry without its hash)."""
    return hashlib.sha256(previous + canonical(row)).digest()


def canonical(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
