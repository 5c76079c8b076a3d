"""The database keeps the promises, not this program's memory: the same tests with two processes at once."""

from __future__ import annotations

import secrets
from collections import Counter

from sqlalchemy import Engine

from survey.domain.ports.ballot_box import AddOutcome
from survey.domain.ports.registry import SpendOutcome
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.registry import SqlRegistry
from tests.storage.samples import EVALUATION, make_ballot, start_collecting
from tests.storage.workers import add_from_ten, in_processes, spend_from_ten


def test_one_code_from_twenty_clients_in_two_processes_is_spent_once(
    registry: SqlRegistry, engine: Engine, database_url: str
) -> None:
    code_mac = secrets.token_bytes(32)
    start_collecting(registry, [code_mac])
    requests = [secrets.token_bytes(32) for _ in range(5)]

    found = [outcome for part in in_processes(spend_from_ten, database_url, code_mac, requests) for outcome in part]

    spent = [request for outcome, request in found if outcome is SpendOutcome.SPENT]
    assert len(spent) == 1
    # Five requests, four clients each: the one that won is repeated by three.
    assert Counter(outcome for outcome, _ in found) == {
        SpendOutcome.SPENT: 1,
        SpendOutcome.REPEATED: 3,
        SpendOutcome.OTHER_REQUEST: 16,
    }
    assert registry.spend_code(EVALUATION, code_mac, spent[0]) is SpendOutcome.REPEATED


def test_twenty_clients_in_two_processes_who_send_the_same_ballots_leave_each_once(
    box: SqlBallotBox, database_url: str
) -> None:
    cast = [make_ballot() for _ in range(5)]

    outcomes = [outcome for part in in_processes(add_from_ten, database_url, cast) for outcome in part]

    assert Counter(outcomes) == {AddOutcome.ADDED: 5, AddOutcome.SAME: 95}
    assert box.count(EVALUATION) == 5
