"""Upkeep while a round is open: nothing is lost, nobody waits long, and what is left shows no order."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.domain.ports.registry import SpendOutcome
from survey.storage import backups
from survey.storage.backups import backup
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.ballot_tables import ballots as ballots_table
from survey.storage.database import is_sqlite, migrate, open_database
from survey.storage.forgetting import forget_order
from survey.storage.partitions import lock_partition
from survey.storage.registry import SqlRegistry
from survey.storage.registry_tables import invitations
from tests.storage.samples import EVALUATION, make_ballot, start_collecting

CODES = [bytes([number]) * 32 for number in range(200)]


def test_rows_lie_in_key_order_after_it_and_are_all_there(
    registry: SqlRegistry, box: SqlBallotBox, engine: Engine, ballots: list[StoredBallot]
) -> None:
    start_collecting(registry, CODES)
    for code in random.Random(5).sample(CODES, 40):
        registry.spend_code(EVALUATION, code, code)
    for ballot in ballots:
        box.add(EVALUATION, ballot)

    forget_order(engine)

    assert list(box.ballots(EVALUATION)) == sorted(ballots, key=lambda ballot: ballot.token_digest)
    assert [(unit.printed, unit.used) for unit in registry.turnout(EVALUATION)] == [(200, 40)]
    if not is_sqlite(engine):
        with engine.connect() as connection:
            for table, key in ((ballots_table, "token_digest"), (invitations, "code_mac")):
                keys = connection.scalars(text(f"SELECT {key} FROM {table} ORDER BY ctid")).all()  # noqa: S608 -- our table
                assert keys == sorted(keys)
                versions = connection.scalar(text(f"SELECT count(DISTINCT xmin::text) FROM {table}"))  # noqa: S608 -- our table
                assert versions == 1


def test_people_who_come_meanwhile_are_neither_lost_nor_held_up(
    registry: SqlRegistry, box: SqlBallotBox, engine: Engine, database_url: str
) -> None:
    start_collecting(registry, CODES)
    ended = threading.Event()
    rounds = []

    def keep() -> None:
        own = open_database(database_url)
        while not ended.is_set():
            rounds.append(forget_order(own))
        own.dispose()

    def come(code: bytes) -> tuple[SpendOutcome, AddOutcome, float]:
        began = time.monotonic()
        outcomes = (registry.spend_code(EVALUATION, code, code), box.add(EVALUATION, make_ballot()))
        return (*outcomes, time.monotonic() - began)

    keeper = threading.Thread(target=keep)
    keeper.start()
    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(come, CODES))
    ended.set()
    keeper.join()

    assert {(spent, added) for spent, added, _ in came} == {(SpendOutcome.SPENT, AddOutcome.ADDED)}
    assert box.count(EVALUATION) == len(CODES)
    assert sum(unit.used for unit in registry.turnout(EVALUATION)) == len(CODES)
    assert rounds
    assert max(seconds for *_, seconds in came) < 8


def test_it_gives_way_to_who_reads_for_long(box: SqlBallotBox, engine: Engine) -> None:
    if is_sqlite(engine):
        return  # a reader there holds up the emptying of the journal only: see test_leaves_no_order
    box.add(EVALUATION, make_ballot())
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM ballots")).scalar()
        assert not box.rewrite(EVALUATION)
        assert EVALUATION not in forget_order(engine)
    assert box.rewrite(EVALUATION)


def test_nothing_is_done_when_nothing_has_changed(
    box: SqlBallotBox, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.add(EVALUATION, make_ballot())
    last = forget_order(engine)
    monkeypatch.setattr(SqlBallotBox, "rewrite", None)
    monkeypatch.setattr("survey.storage.forgetting.tidy", None)
    assert forget_order(engine, last) == last == {EVALUATION: (1, 0)}


def test_a_round_closed_since_then_is_tidied_once_more(
    box: SqlBallotBox, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the last step of closing failed, the next upkeep makes up for it."""
    last = forget_order(engine)
    box.close_box(EVALUATION)
    tidied = []
    monkeypatch.setattr("survey.storage.forgetting.tidy", lambda *_, **__: tidied.append(1))
    forget_order(engine, forget_order(engine, last))
    assert tidied == [1]


@pytest.mark.postgres
def test_a_backup_under_way_never_misses_a_box_that_is_rewritten(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rewritten rows are invisible to an older snapshot: without its lock the backup would hold an empty box."""
    engine = open_database(postgres_url)
    migrate(engine)
    box = SqlBallotBox(engine)
    box.open_box(EVALUATION)
    box.add(EVALUATION, make_ballot())
    rewritten = []
    copy_table = backups._copy_table

    def rewrite_first(*arguments: object) -> None:
        rewritten.append(box.rewrite(EVALUATION))
        copy_table(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(backups, "_copy_table", rewrite_first)
    (tmp_path / "instance").mkdir()
    backup(engine, tmp_path / "instance", tmp_path / "backup")
    engine.dispose()

    assert not any(rewritten)
    copy = tmp_path / "restored"
    backups._unpack(tmp_path / "backup", copy)
    restored = open_database(f"sqlite:///{copy / backups.STORE}")
    assert SqlBallotBox(restored).count(EVALUATION) == 1
    restored.dispose()


@pytest.mark.postgres
def test_a_code_used_while_unused_codes_are_voided_is_used_or_void_and_never_lost(postgres_url: str) -> None:
    """The partition is locked before it is copied: a row changed in between would come back as it was."""
    engine = open_database(postgres_url)
    migrate(engine)
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    from tests.storage.samples import make_round

    registry.add_round(make_round())
    start_collecting(registry, CODES[:1])
    box.open_box(EVALUATION)
    with engine.begin() as holding:
        lock_partition(holding, invitations, EVALUATION)
        with ThreadPoolExecutor(1) as pool:
            spending = pool.submit(registry.spend_code, EVALUATION, CODES[0], CODES[0])
            assert not registry.rewrite(EVALUATION)
            holding.rollback()
            assert spending.result() is SpendOutcome.SPENT
    assert registry.void_unused(EVALUATION) == 0
    engine.dispose()
