"""Old entries of the staff log, moved to a file in which anyone can check the chain, alone and with its neighbours.

Law: nothing younger than twelve months leaves the store; the database refuses it as well (staff_tables). The file is
complete on its disk before the first entry is removed, and the log says that it was.

The file is lines of canonical JSON: a head (first, last, the hash before the first entry, the hash of the last), then
every entry with its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from sqlalchemy import Connection, Engine

from survey.domain.ports import Clock
from survey.errors import InvalidInput, WrongState
from survey.storage.audit_log import ARCHIVED, FIRST_HASH, LAST_ARCHIVE, SqlAuditLog, append_to, canonical, entry_hash
from survey.storage.database import read, write
from survey.storage.staff_tables import audit_log, log_archives

FORMAT = "survey/staff-log/v1"
KEPT = timedelta(days=366)  # twelve months, whatever the month
LINE_MAX = 1_000_000  # bytes; an entry has a few hundred


@dataclass(frozen=True)
class Archive:
    """previous, hash: of the entry before the first, and of the last one (hexadecimal)."""

    first: int
    last: int
    previous: str
    hash: str


def write_archive(engine: Engine, clock: Clock, before: datetime, out: BinaryIO) -> tuple[Archive, bytes]:
    """Write all entries of before that time, which stay where they are; (facts, SHA-256 of what was written).

    Raises WrongState when the time is less than twelve months ago, or nothing is older, or the chain does not hold.
    """
    if before > clock() - KEPT:
        raise WrongState(f"The staff log is kept for {KEPT.days} days; choose an earlier date.")
    log = SqlAuditLog(engine, clock)
    if (broken := log.verify_chain()) is not None:
        raise WrongState(
            f"The chain of the staff log breaks at entry {broken}; nothing is archived until that is known."
        )
    until = before.astimezone(UTC).isoformat(timespec="seconds")
    earlier = read(engine, lambda connection: connection.execute(LAST_ARCHIVE).first())
    ends = [None, None]
    for row in log.rows(until):
        ends = [ends[0] or row, row]
    first, last = ends
    if first is None or last is None:
        raise WrongState("There is no entry from before that date in the store.")
    archive = Archive(first["id"], last["id"], (earlier.hash if earlier else FIRST_HASH).hex(), last["hash"].hex())
    digest = hashlib.sha256()

    def put(document: dict[str, object]) -> None:
        line = canonical(document) + b"\n"
        digest.update(line)
        out.write(line)

    put({"format": FORMAT, **asdict(archive)})
    for row in log.rows(until):
        put({**row, "hash": row["hash"].hex()})
    return archive, digest.digest()


def remove_archived(engine: Engine, clock: Clock, archive: Archive, file: bytes, account: str) -> None:
    """Once the file is safe: its entries go, and one that says so stays. All or nothing.

    Raises WrongState when another archive was made meanwhile. file: SHA-256 of the file; account: who did it.
    """

    def work(connection: Connection) -> None:
        earlier = connection.execute(LAST_ARCHIVE).first()
        if (earlier.last if earlier else 0) != archive.first - 1:
            raise WrongState("Another archive was made at the same time; nothing was removed.")
        connection.execute(
            log_archives.insert().values(
                first=archive.first, last=archive.last, hash=bytes.fromhex(archive.hash), file=file
            )
        )
        fields = {"account": account, "address": "-", "action": ARCHIVED, "result": f"file SHA-256 {file.hex()}"}
        append_to(connection, clock(), fields | {"object": f"{archive.first}-{archive.last} {archive.hash}"})
        connection.execute(audit_log.delete().where(audit_log.c.id <= archive.last))

    write(engine, work)


def read_archive(lines: Iterable[bytes], name: str) -> tuple[Archive, bytes]:
    """Check a file, without any store: every entry, its chain, its head; (facts, SHA-256 of the file).

    Raises InvalidInput, naming the first line that does not fit.
    """
    digest, archive, previous, expected = hashlib.sha256(), None, b"", 0
    for number, line in enumerate(lines, 1):
        digest.update(line)
        try:
            if len(line) > LINE_MAX:
                raise ValueError
            document = json.loads(line)
            if canonical(document) + b"\n" != line:
                raise ValueError
            if archive is None:
                if document.pop("format") != FORMAT:
                    raise ValueError
                archive = Archive(**document)
                if type(archive.first) is not int or type(archive.last) is not int:
                    raise ValueError
                previous, expected = bytes.fromhex(archive.previous), archive.first
                continue
            found = bytes.fromhex(document.pop("hash"))
            if document["id"] != expected or entry_hash(previous, document) != found:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidInput(f"{name}, line {number}: this is not what was archived.") from None
        previous, expected = found, expected + 1
    if archive is None or expected != archive.last + 1 or previous.hex() != archive.hash:
        raise InvalidInput(f"{name}: the file ends before its last entry.")
    return archive, digest.digest()


def is_ours(engine: Engine, archive: Archive, file: bytes) -> bool:
    """Whether the store knows this file as one that was made of it."""
    query = log_archives.select().where(log_archives.c.last == archive.last)
    row = read(engine, lambda connection: connection.execute(query).first())
    return row is not None and (row.first, row.hash.hex(), row.file) == (archive.first, archive.hash, file)
