"""The staff plane's log: who, when, from where, what, to what, with what result. Append-only and hash-chained.

Each entry's hash covers the entry and the hash before it, so a change anywhere breaks every later entry. Whoever can
rewrite the whole table can rewrite the chain: note head() outside the server now and then.

Law: only staff appear here. No code, token, ballot or respondent's address is ever an argument of append().
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select, text

from survey.domain.ports import Clock
from survey.storage.database import is_sqlite, read, write
from survey.storage.staff_tables import audit_log

FIRST_HASH = bytes(32)
PAGE = 500


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

    def append(self, *, account: str, address: str, action: str, object: str = "", result: str = "ok") -> None:
        """Raises StoreUnavailable when it could not be written; then the caller's step must not go on."""
        time = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        fields = {"account": account, "address": address, "action": action, "object": object, "result": result}

        def work(connection: Connection) -> None:
            if not is_sqlite(connection):
                # Two processes must not both continue from the same entry. SQLite has one writer anyway.
                connection.execute(text("LOCK TABLE audit_log IN EXCLUSIVE MODE"))
            last = connection.execute(_LAST).first()
            entry_id, previous = (last.id + 1, last.hash) if last else (1, FIRST_HASH)
            row = {"id": entry_id, "time": time, **fields}
            connection.execute(audit_log.insert().values(**row, hash=_hash(previous, row)))

        write(self._engine, work)

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

    def verify_chain(self) -> int | None:
        """The id of the first entry that does not fit, or None when all fit."""
        expected, previous = 1, FIRST_HASH
        for row in self._rows():
            hash_ = row.pop("hash")
            if row["id"] != expected or _hash(previous, row) != hash_:
                return expected
            expected, previous = expected + 1, hash_
        return None

    def _rows(self) -> Iterator[dict[str, Any]]:
        after = 0
        while True:
            rows = self._page(select(audit_log).where(audit_log.c.id > after).order_by(audit_log.c.id).limit(PAGE))
            yield from (dict(row) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1]["id"]

    def _page(self, query: Any) -> Sequence[RowMapping]:
        return read(self._engine, lambda connection: connection.execute(query).mappings().all())


_LAST = select(audit_log.c.id, audit_log.c.hash).order_by(audit_log.c.id.desc()).limit(1)


def _hash(previous: bytes, row: dict[str, object]) -> bytes:
    """SHA-256(hash before ‖ canonical JSON of the entry without its hash)."""
    canonical = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode("utf-8")).digest()
