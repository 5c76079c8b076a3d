"""After closing, nothing below the tables tells in which order ballots came or codes were used.

The lesson is an old one: random keys alone give the order away by rowid, ctid and xmin, by the pages of the file and
by dead rows. So these tests look there.
"""

from __future__ import annotations

import itertools
import random
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text

from survey.domain.ports.ballot_box import StoredBallot
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.ballot_tables import ballots as ballots_table
from survey.storage.database import OrderRemains, migrate, open_database, tidy
from survey.storage.partitions import partition_name
from survey.storage.registry import SqlRegistry
from survey.storage.registry_tables import invitations
from tests.attack.journal_index import written_pages
from tests.storage.samples import EVALUATION, make_round, start_collecting

CODES = [bytes([number]) * 32 for number in range(60)]


def collect_and_close(engine: Engine, ballots: list[StoredBallot], *, order: int) -> None:
    """A round's life with codes used and ballots cast in an order of its own."""
    migrate(engine)
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    registry.add_round(make_round())
    start_collecting(registry, CODES)
    box.open_box(EVALUATION)
    shuffled = random.Random(order)
    for code in shuffled.sample(CODES[:40], 40):
        registry.spend_code(EVALUATION, code, code[::-1])
    for ballot in shuffled.sample(ballots, len(ballots)):
        box.add(EVALUATION, ballot)
    box.close_box(EVALUATION)
    registry.void_unused(EVALUATION)
    tidy(engine)


# -- SQLite


def test_the_tables_have_no_rowid(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    migrate(engine)
    engine.dispose()
    with sqlite3.connect(tmp_path / "survey.db") as connection:
        for table in ("ballots", "invitations", "boxes"):
            with pytest.raises(sqlite3.OperationalError, match="no such column: rowid"):
                connection.execute(f"SELECT rowid FROM {table}")  # noqa: S608 -- names from the line above
    connection.close()


@pytest.mark.parametrize("order", range(3))
def test_the_closed_file_is_the_same_whatever_the_order_of_arrival(
    tmp_path: Path, ballots: list[StoredBallot], order: int
) -> None:
    """The strongest form: the whole file depends on what was stored and on nothing else."""
    files = []
    for run in (100, order):
        folder = tmp_path / str(run)
        folder.mkdir()
        engine = open_database(f"sqlite:///{folder / 'survey.db'}")
        collect_and_close(engine, ballots, order=run)
        assert (folder / "survey.db-wal").stat().st_size == 0
        engine.dispose()
        assert [path.name for path in folder.iterdir()] == ["survey.db"]
        files.append(_without_change_counters((folder / "survey.db").read_bytes()))
    assert files[0] == files[1]


def test_ballots_lie_in_the_closed_file_in_key_order(tmp_path: Path, ballots: list[StoredBallot]) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    collect_and_close(engine, ballots, order=1)
    engine.dispose()

    content = (tmp_path / "survey.db").read_bytes()
    in_key_order = sorted(ballots, key=lambda ballot: ballot.token_digest)
    overflow_pages = [content.index(ballot.ct[4000:4100]) // 4096 for ballot in in_key_order]
    assert overflow_pages == sorted(overflow_pages)


def test_nothing_is_left_of_a_ballot_that_was_deleted(tmp_path: Path, ballots: list[StoredBallot]) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    collect_and_close(engine, ballots, order=1)
    engine.dispose()

    content = (tmp_path / "survey.db").read_bytes()
    assert {content.count(ballot.ct[4000:4100]) for ballot in ballots} == {1}


@pytest.mark.parametrize("is_long", [False, True], ids=["a short journal", "longer than one block of its index"])
def test_the_journals_index_forgets_which_page_was_written_when(
    tmp_path: Path, ballots: list[StoredBallot], is_long: bool
) -> None:
    """It keeps page numbers although the journal is empty; a reader who stays long lets it grow beyond one block."""
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    migrate(engine)
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    registry.add_round(make_round())
    start_collecting(registry, CODES)
    box.open_box(EVALUATION)
    index = tmp_path / "survey.db-shm"
    with sqlite3.connect(tmp_path / "survey.db", isolation_level=None) as reader:
        if is_long:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM rounds").fetchone()
        for ballot in random.Random(1).sample(ballots, len(ballots)):
            box.add(EVALUATION, ballot)
        while is_long and len(written_pages(index)) < 2:
            for code in CODES:
                registry.add_invitations(EVALUATION, [(secrets.token_bytes(32), "u1")])
                registry.spend_code(EVALUATION, code, code[::-1])
    reader.close()
    arrivals = [page for block in written_pages(index) for page in block]
    assert arrivals != sorted(arrivals)  # else there would be nothing to forget

    tidy(engine)

    blocks = written_pages(index)
    assert len(blocks[0]) <= 1
    assert all(block == sorted(block) for block in blocks)
    engine.dispose()


def test_a_file_that_cannot_be_rewritten_is_told(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout = 20"))
    migrate(engine)
    reader = sqlite3.connect(tmp_path / "survey.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rounds").fetchone()

    with pytest.raises(OrderRemains, match=r"Everything is stored.*SQLITE_BUSY"):
        tidy(engine)

    reader.close()
    tidy(engine)
    engine.dispose()


def _without_change_counters(file: bytes) -> bytes:
    """SQLite's header counts transactions (bytes 24-27 and 92-95); how many there were is no secret."""
    return file[:24] + bytes(4) + file[28:92] + bytes(4) + file[96:]


# -- PostgreSQL


@pytest.fixture
def closed(postgres_url: str, ballots: list[StoredBallot]) -> Iterator[Connection]:
    engine = open_database(postgres_url)
    collect_and_close(engine, ballots, order=1)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("table", [ballots_table, invitations], ids=lambda table: table.name)
def test_all_rows_have_one_xmin(closed: Connection, table: object) -> None:
    assert closed.scalar(text(f"SELECT count(DISTINCT xmin::text) FROM {table}")) == 1  # noqa: S608 -- our table


@pytest.mark.postgres
@pytest.mark.parametrize(("table", "key"), [(ballots_table, "token_digest"), (invitations, "code_mac")])
def test_rows_lie_in_key_order(closed: Connection, table: object, key: str) -> None:
    keys = closed.scalars(text(f"SELECT {key} FROM {table} ORDER BY ctid")).all()  # noqa: S608 -- our table
    assert keys == sorted(keys)


@pytest.mark.postgres
def test_oversized_values_are_numbered_in_key_order(closed: Connection, ballots: list[StoredBallot]) -> None:
    """PostgreSQL keeps values over 2 KB apart, under a counter that VACUUM FULL would keep."""
    partition = partition_name(ballots_table, EVALUATION)
    toast = closed.scalar(
        text("SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = to_regclass(:name)"), {"name": partition}
    )
    starts = closed.scalars(
        text(f"SELECT chunk_data FROM {toast} WHERE chunk_seq = 0 ORDER BY chunk_id")  # noqa: S608 -- from the catalogue
    ).all()
    in_key_order = sorted(ballots, key=lambda ballot: ballot.token_digest)
    assert [bytes(start[:50]) for start in starts] == [ballot.ct[:50] for ballot in in_key_order]


@pytest.mark.postgres
@pytest.mark.parametrize("table", [ballots_table, invitations], ids=lambda table: table.name)
def test_no_dead_row_is_left(closed: Connection, table: object) -> None:
    """A row's place is (page, line): with dead rows between, the lines would have gaps."""
    places = closed.scalars(text(f"SELECT ctid::text AS place FROM {table} ORDER BY ctid")).all()  # noqa: S608 -- our table
    pages = [tuple(int(number) for number in place.strip("()").split(",")) for place in places]
    for (page, line), (next_page, next_line) in itertools.pairwise(pages):
        assert (next_page, next_line) in {(page, line + 1), (page + 1, 1)}
    assert pages[0] == (0, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("table", [ballots_table, invitations], ids=lambda table: table.name)
def test_the_planner_keeps_no_sample_of_anybody(closed: Connection, table: object) -> None:
    """It would stay in pg_statistic, and say who had come when it was taken."""
    closed.execute(text(f"ANALYZE {table}"))
    sampled = closed.scalars(
        text("SELECT DISTINCT attname FROM pg_stats WHERE starts_with(tablename, :name)"), {"name": str(table)}
    ).all()
    assert set(sampled) <= {"evaluation", "unit", "state"}
    assert "evaluation" in sampled


@pytest.mark.postgres
def test_the_partition_lies_in_a_fresh_file(closed: Connection) -> None:
    """The file that saw the ballots come is gone, and its dead rows with it."""
    name = partition_name(ballots_table, EVALUATION)
    changed = closed.scalar(text("SELECT oid != relfilenode FROM pg_class WHERE relname = :name"), {"name": name})
    assert changed
