"""Writers of one SQLite file wait for each other in a queue that is a courtesy and no guard."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from survey.storage import writer_turn
from survey.storage.database import open_database, write


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    write(engine, lambda connection: connection.exec_driver_sql("CREATE TABLE rows (number INTEGER PRIMARY KEY)"))
    yield engine
    engine.dispose()


def add(engine: Engine, number: int) -> None:
    write(engine, lambda connection: connection.exec_driver_sql("INSERT INTO rows VALUES (?)", (number,)))


@pytest.fixture
def held(engine: Engine, tmp_path: Path) -> Iterator[int]:
    """Somebody else has the turn."""
    opened = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(opened, fcntl.LOCK_EX)
    yield opened
    os.close(opened)


def test_a_writer_waits_until_the_turn_is_given_back(engine: Engine, held: int) -> None:
    writer = threading.Thread(target=add, args=(engine, 1))
    writer.start()
    writer.join(0.2)
    assert writer.is_alive()
    fcntl.flock(held, fcntl.LOCK_UN)
    writer.join(60)
    assert not writer.is_alive()


def test_a_reader_waits_for_nobody(engine: Engine, held: int) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM rows").scalar() == 0


def test_a_writer_goes_on_without_a_turn_that_never_comes(
    engine: Engine, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_turn, "PATIENCE", 0.05)
    add(engine, 1)
    # What waited for the first writer beside it keeps nothing when its turn comes after all.
    fcntl.flock(held, fcntl.LOCK_UN)
    monkeypatch.setattr(writer_turn, "PATIENCE", 60.0)
    began = time.monotonic()
    add(engine, 2)
    assert time.monotonic() - began < 30


def test_the_turn_leaves_nothing_in_the_folder(engine: Engine, tmp_path: Path) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    add(engine, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
