"""Many at the same moment, over HTTP, on two processes: one code buys one token, one token casts one ballot.

The database keeps that promise: two processes share no lock, and the service in between knows nobody.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
import urllib3

from survey.cli.client import Slip
from survey.cli.rehearsal import rehearse
from survey.crypto.sealing import ENC_LEN, ballot_info, pad, receipt, seal
from survey.crypto.tokens import begin_token
from survey.domain.results.answers import encode_answers
from tests.databases import KINDS
from tests.faults.installation import Installation
from tests.faults.people import Person, make_pool, people_of

CLIENTS = 50
HALL = 500  # phones behind one address


@pytest.fixture(scope="module", params=KINDS)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One server for both tests: the hall's people, and one whose code everybody has."""
    folder = tmp_path_factory.mktemp("at-once")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'survey.db'}"
        if request.param == "postgresql":
            cluster = request.getfixturevalue("postgres_cluster")
            url = cluster.url(stack.enter_context(cluster.database()))
        installation = Installation.make(folder, url, HALL + 1)
        stack.callback(installation.close)
        installation.serve()
        yield installation


def address(installation: Installation) -> str:
    assert installation.server is not None
    return installation.server.address


def at_once(ask: Callable[[int, urllib3.PoolManager], Any]) -> list[Any]:
    """ask(number, pool) from CLIENTS clients; each has its connection before any of them asks."""
    everybody_is_there = threading.Barrier(CLIENTS)

    def client(number: int) -> Any:
        with make_pool() as pool:
            everybody_is_there.wait(60)
            return ask(number, pool)

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(client, range(CLIENTS)))


def test_one_code_and_one_token_from_fifty_clients_at_once(installation: Installation) -> None:
    """Ten phones with the same code, five clients each; then the one that won, with ten ballots, five clients each."""
    server = address(installation)
    assert installation.server is not None
    assert len(installation.server.worker_pids()) == 2
    [person] = people_of(installation, slice(HALL, None))
    before = set(installation.receipts())
    used = installation.used_codes()
    rivals = [begin_token(person.manifest.challenge, person.manifest.token_key, secrets.token_bytes) for _ in range(10)]

    drawn = at_once(lambda number, pool: person.post(pool, server, "token-request", rivals[number % 10].request))

    assert Counter(response.status for response in drawn) == {200: 5, 409: 45}
    winners = {number % 10 for number, response in enumerate(drawn) if response.status == 200}
    assert len(winners) == 1
    assert len({response.data for response in drawn if response.status == 200}) == 1
    assert installation.used_codes() == used + 1

    person.pending = rivals[winners.pop()]
    person.take_token(next(response.data for response in drawn if response.status == 200))
    ballots = [another_ballot(person) for _ in range(10)]
    cast = at_once(lambda number, pool: person.post(pool, server, "ballots", ballots[number % 10]))

    assert Counter(response.status for response in cast) == {201: 1, 200: 4, 409: 45}
    (stored,) = set(installation.receipts()) - before
    winner = next(number % 10 for number, response in enumerate(cast) if response.status == 201)
    assert stored == receipt(ballots[winner][:ENC_LEN], ballots[winner][ENC_LEN:])
    assert {response.data for response in cast if response.status < 300} == {
        b'{"receipt": "%s"}' % stored.hex().encode()
    }
    assert installation.broken_promises() == []


def another_ballot(person: Person) -> bytes:
    """Sealed anew: other bytes for the same token."""
    assert person.token is not None
    plaintext = pad(encode_answers({"O-1": "A"}, {}), person.manifest.plaintext_length)
    return seal(person.manifest.opening_key, ballot_info(person.manifest.digest, person.token), plaintext)


def test_a_hall_of_five_hundred_behind_one_address_ends_with_five_hundred_receipts(installation: Installation) -> None:
    printed = installation.world.slips_of(installation.evaluation)[:HALL]
    slips = [Slip(slip.evaluation_id, slip.unit, str(slip.code), slip.fingerprint) for slip in printed]
    before = len(installation.receipts())
    result = rehearse(address(installation), slips, concurrency=HALL)
    assert result.failures == {}
    assert result.receipts == HALL == len(installation.receipts()) - before
    assert installation.broken_promises() == []
