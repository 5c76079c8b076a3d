"""Statements of custodians in the store, on both databases: the first of each stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from survey.storage.registry import SqlRegistry
from tests.storage.samples import make_round


def test_the_first_statement_of_a_custodian_stays(registry: SqlRegistry) -> None:
    round_id = make_round().id
    assert registry.statements(round_id) == {}
    for index, statement in ((3, b"third"), (1, b"first"), (1, b"another")):
        registry.save_statement(round_id, index, statement)
    assert registry.statements(round_id) == {1: b"first", 3: b"third"}
    assert registry.statements("another") == {}


def test_of_many_at_once_one_stays_and_none_fails(registry: SqlRegistry) -> None:
    round_id = make_round().id
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: registry.save_statement(round_id, 2, bytes([k])), range(8)))
    assert len(registry.statements(round_id)[2]) == 1
