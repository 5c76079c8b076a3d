"""kill -9 in the middle of work: what was acknowledged is there, once, and the rest can be sent again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine

from survey.domain.ports.ballot_box import AddOutcome
from survey.domain.ports.registry import SpendOutcome
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.registry import SqlRegistry
from tests.storage.killed import ballot_of, code_of, request_of
from tests.storage.samples import EVALUATION, start_collecting

TOP = Path(__file__).resolve().parents[2]
PEOPLE = 3_000  # more than anybody manages before the kill
BEFORE_THE_KILL = 40


def test_every_acknowledged_code_and_ballot_survives_kill_9_of_two_working_processes(
    registry: SqlRegistry, box: SqlBallotBox, engine: Engine, database_url: str
) -> None:
    start_collecting(registry, map(code_of, range(2 * PEOPLE)))

    working = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.storage.killed", database_url, str(first), str(first + PEOPLE)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=TOP,
        )
        for first in (0, PEOPLE)
    ]
    acknowledged: list[str] = []
    for process in working:
        assert process.stdout is not None
        acknowledged += [process.stdout.readline() for _ in range(BEFORE_THE_KILL)]
    for process in working:
        process.kill()
    for process in working:
        assert process.stdout is not None
        acknowledged += process.stdout.readlines()
        process.stdout.close()
        assert process.wait() == -9

    codes, ballots = numbers_of("code", acknowledged), numbers_of("ballot", acknowledged)
    assert ballots
    spent = [registry.spend_code(EVALUATION, code_of(number), request_of(number)) for number in sorted(codes)]
    assert set(spent) == {SpendOutcome.REPEATED}
    assert {box.add(EVALUATION, ballot_of(number)) for number in ballots} == {AddOutcome.SAME}
    # Whoever got no answer sends again and is in, once.
    everybody = codes | ballots
    for number in everybody:
        box.add(EVALUATION, ballot_of(number))
    assert {box.add(EVALUATION, ballot_of(number)) for number in everybody} == {AddOutcome.SAME}
    assert box.count(EVALUATION) == len(set(box.receipts(EVALUATION)))


def numbers_of(kind: str, lines: Iterable[str]) -> set[int]:
    """A line cut off by the kill was never read by anybody: it acknowledges nothing."""
    whole = (line.split() for line in lines if line.endswith("\n"))
    return {int(words[1]) for words in whole if words[0] == kind}
