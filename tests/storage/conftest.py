"""A migrated store of each kind, and rounds and ballots to put into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from survey.domain.ports.ballot_box import StoredBallot
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import migrate, open_database
from survey.storage.registry import SqlRegistry
from tests.storage.samples import EVALUATION, make_ballot, make_round


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_database(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def registry(engine: Engine) -> SqlRegistry:
    """Knows one round in draft, with EVALUATION and another evaluation."""
    registry = SqlRegistry(engine)
    registry.add_round(make_round())
    return registry


@pytest.fixture
def box(engine: Engine) -> SqlBallotBox:
    """EVALUATION's box is open."""
    box = SqlBallotBox(engine)
    box.open_box(EVALUATION)
    return box


@pytest.fixture
def ballots() -> list[StoredBallot]:
    """Forty ballots, longer than a page of either database."""
    return [make_ballot(ct_length=9000) for _ in range(40)]
