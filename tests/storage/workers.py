"""What other processes do in the storage tests. Importable, because each starts with a fresh interpreter."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.domain.ports.registry import SpendOutcome
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import open_database
from survey.storage.registry import SqlRegistry
from tests.storage.samples import EVALUATION

PROCESSES = 2


def in_processes(work: Callable[..., Any], *arguments: Any) -> list[Any]:
    """work(*arguments) in two processes at once; their results."""
    context = multiprocessing.get_context("spawn")  # as the server's workers: nothing is inherited
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        return [future.result() for future in [pool.submit(work, *arguments) for _ in range(PROCESSES)]]


def spend_from_ten(url: str, code_mac: bytes, requests: Sequence[bytes]) -> list[tuple[SpendOutcome, bytes]]:
    engine = open_database(url)
    registries = [SqlRegistry(engine) for _ in range(10)]  # ten queues, so that transactions really meet

    def spend(number: int) -> tuple[SpendOutcome, bytes]:
        request = requests[number % len(requests)]
        return registries[number].spend_code(EVALUATION, code_mac, request), request

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(spend, range(10)))
    engine.dispose()
    return outcomes


def add_from_ten(url: str, ballots: Sequence[StoredBallot]) -> list[AddOutcome]:
    """Ten clients; each sends all the ballots."""
    engine = open_database(url)
    boxes = [SqlBallotBox(engine) for _ in range(10)]

    def add(box: SqlBallotBox) -> list[AddOutcome]:
        return [box.add(EVALUATION, ballot) for ballot in ballots]

    with ThreadPoolExecutor(10) as pool:
        outcomes = [outcome for found in pool.map(add, boxes) for outcome in found]
    engine.dispose()
    return outcomes
