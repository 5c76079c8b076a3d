"""What PostgreSQL gives a thief of its data directory, or anybody with all rights on the server.

Live rows (ctid, xmin, counters of oversized values), dead rows and old pages as raw bytes, the write-ahead log as raw
bytes (segments kept for later use included) and as pg_waldump reads it, statistics views, the server's own log.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import psycopg

from survey.storage.ballot_tables import ballots as ballots_table
from survey.storage.partitions import partition_name
from survey.storage.registry_tables import invitations as invitations_table
from tests.attack.raw import Haystack, by_offset
from tests.attack.scene import Person
from tests.attack.scoring import Evidence, Places

PAGE = 8192
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_CHANGE = re.compile(
    r"lsn: (?P<high>[0-9A-F]+)/(?P<low>[0-9A-F]+).*desc: \S*(?:INSERT|UPDATE)\S*(?: .*?(?:new off|off):? (?P<off>\d+))"
    r".*?blkref #0: rel \d+/\d+/(?P<rel>\d+) blk (?P<blk>\d+)"
)


def evidence_in_rows(people: Sequence[Person], connection: psycopg.Connection, evaluation_id: str) -> list[Evidence]:
    """By SQL, with all rights: places, transaction numbers, counters, what lies in pages beside the living rows."""
    codes = _rows(connection, partition_name(invitations_table, evaluation_id), "code_mac")
    ballots = _rows(connection, partition_name(ballots_table, evaluation_id), "token_digest")
    found = []
    for name in ("ctid", "xmin", "xmax"):
        found.append(
            Evidence(
                f"rows: {name}",
                _places([person.code["code"] for person in people], {key: row[name] for key, row in codes.items()}),
                _places([person.ballot["key"] for person in people], {key: row[name] for key, row in ballots.items()}),
                is_common=name != "ctid",
            )
        )
    found.append(Evidence("rows: number of the oversized value", {}, _oversized(people, connection, evaluation_id)))
    return found


def evidence_in_files(people: Sequence[Person], data: Path, database_oid: int) -> list[Evidence]:
    """Relation files (dead rows and free space included) and write-ahead log, as raw bytes."""
    codes, ballots = [person.code for person in people], [person.ballot for person in people]
    folder = data / "base" / str(database_oid)
    relations = sorted(
        (file for file in folder.iterdir() if file.name[0].isdigit()),
        key=lambda file: int(re.split("[_.]", file.name)[0]),
    )
    heap = Haystack(relations)
    log = Haystack(_segments(data))
    return [
        *by_offset("relation files", heap, codes, ballots, is_common=False, page=PAGE),
        *by_offset("write-ahead log", log, codes, ballots, is_common=True),
    ]


def evidence_in_waldump(
    people: Sequence[Person], connection: psycopg.Connection, evaluation_id: str, programs: Path, data: Path
) -> Evidence:
    """pg_waldump names file, page and line of every change: joined with the living rows' places."""
    places: dict[tuple[str, str, str], int] = {}
    for file in _segments(data):
        # Only what the server would still replay can be read so; the rest is in the raw bytes.
        dumped = subprocess.run([programs / "pg_waldump", file], capture_output=True, text=True, check=False)
        for change in _CHANGE.finditer(dumped.stdout):
            lsn = int(change["high"], 16) << 32 | int(change["low"], 16)
            places[change["rel"], change["blk"], change["off"]] = lsn  # the last writing of the place
    codes = _rows(connection, partition_name(invitations_table, evaluation_id), "code_mac")
    ballots = _rows(connection, partition_name(ballots_table, evaluation_id), "token_digest")

    def written(rows: dict[bytes, dict[str, object]]) -> dict[bytes, int]:
        at = {}
        for key, row in rows.items():
            page, line = row["ctid"]  # type: ignore[misc]  # a pair, see _rows
            lsn = places.get((str(row["file"]), str(page), str(line)))
            if lsn is not None:
                at[key] = lsn
        return at

    return Evidence(
        "write-ahead log: pg_waldump",
        _places([person.code["code"] for person in people], written(codes)),
        _places([person.ballot["key"] for person in people], written(ballots)),
        is_common=True,
    )


def words_in_statistics(people: Sequence[Person], connection: psycopg.Connection) -> list[str]:
    """They count how many rows came and went, and show running statements: without anybody's values."""
    views = ("pg_stat_user_tables", "pg_statio_user_tables", "pg_stat_user_indexes", "pg_stat_activity", "pg_stat_wal")
    found = []
    for view in views:
        text = str(connection.execute(f"SELECT * FROM {view}").fetchall())  # noqa: S608 -- from above
        marks = ((what, mark) for person in people for what, mark in (*person.code.items(), *person.ballot.items()))
        told = {what for what, mark in marks if mark.hex() in text or repr(mark)[2:-1] in text}
        told |= {what for person in people for what, word in person.words.items() if word in text}
        found += [f"{view}: {what}" for what in sorted(told)]
    return found


def _rows(connection: psycopg.Connection, partition: str, key: str) -> dict[bytes, dict[str, object]]:
    query = (
        f"SELECT {key}, ctid::text, xmin::text::bigint, xmax::text::bigint, pg_relation_filenode(tableoid)"  # noqa: S608 -- our names
        f" FROM {partition}"
    )
    rows = {}
    for mark, ctid, xmin, xmax, file in connection.execute(query).fetchall():
        place = tuple(int(number) for number in ctid.strip("()").split(","))
        rows[bytes(mark)] = {"ctid": place, "xmin": xmin, "xmax": xmax, "file": file}
    return rows


def _oversized(people: Sequence[Person], connection: psycopg.Connection, evaluation_id: str) -> Places:
    partition = partition_name(ballots_table, evaluation_id)
    toast = connection.execute(
        "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = to_regclass(%s)", [partition]
    ).fetchone()
    assert toast is not None
    starts = connection.execute(
        f"SELECT chunk_id, chunk_data FROM {toast[0]} WHERE chunk_seq = 0"  # noqa: S608 -- from the catalogue
    ).fetchall()
    by_body = {bytes(data[40:72]): number for number, data in starts}
    return _places([person.ballot["body"] for person in people], by_body)


def _places(marks: Sequence[bytes], positions: dict[bytes, object]) -> Places:
    return {person: (0, positions[mark]) for person, mark in enumerate(marks) if mark in positions}


def _segments(data: Path) -> list[Path]:
    """All segments that lie there, in the order in which they were written: names of those kept for later lie."""
    files = [file for file in (data / "pg_wal").iterdir() if _SEGMENT.fullmatch(file.name)]
    return sorted(files, key=_written_at)


def _written_at(segment: Path) -> tuple[int, str]:
    with segment.open("rb") as stream:
        header = stream.read(16)
    # XLogPageHeaderData: magic, info, timeline, address of the page
    return struct.unpack("<HHIQ", header)[3], segment.name
