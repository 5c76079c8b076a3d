"""A process that spends codes and casts ballots and says what was acknowledged, until it is killed.

python -m tests.storage.killed URL FIRST LAST: codes and ballots of these numbers, each line "code N" or "ballot N".
"""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor

from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.domain.ports.registry import SpendOutcome
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import open_database
from survey.storage.registry import SqlRegistry
from tests.storage.samples import EVALUATION


def code_of(number: int) -> bytes:
    return hashlib.sha256(b"code %d" % number).digest()


def request_of(number: int) -> bytes:
    return hashlib.sha256(b"request %d" % number).digest()


def ballot_of(number: int) -> StoredBallot:
    stream = hashlib.shake_256(b"ballot %d" % number).digest(32 + 354 + 65 + 6000)
    return StoredBallot(stream[:32], stream[32:386], stream[386:451], stream[451:])


def main(url: str, first: int, last: int) -> None:
    engine = open_database(url)
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)

    def respond(number: int) -> None:
        if registry.spend_code(EVALUATION, code_of(number), request_of(number)) is SpendOutcome.SPENT:
            sys.stdout.write(f"code {number}\n")
            sys.stdout.flush()
        if box.add(EVALUATION, ballot_of(number)) is AddOutcome.ADDED:
            sys.stdout.write(f"ballot {number}\n")
            sys.stdout.flush()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(respond, range(first, last)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
