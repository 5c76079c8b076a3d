"""The attack, bounded: people one after another (the attacker's easy case) and a dozen at once, on each database.

`make attack` does more: everybody in bursts, every line of the table, any number of people.
"""

from __future__ import annotations

import pytest

from tests.attack.__main__ import free_port
from tests.attack.run import BEFORE, CLOSED, KEPT, OPEN, OPENED, SINCE, SINCE_UPKEEP, STATES, TOGETHER, Found, attack
from tests.databases import KINDS

PEOPLE = {"sqlite": 72, "postgresql": 60}


@pytest.fixture(scope="module", params=KINDS)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Found:
    cluster = request.getfixturevalue("postgres_cluster") if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("attack")
    return attack(folder, free_port(), cluster=cluster, people=PEOPLE[request.param], burst=1, states=STATES)


def test_the_attacker_is_able_without_upkeep_nearly_everybody_is_matched(found: Found) -> None:
    assert max(line.matched for line in found.scores[OPEN]) >= found.before - 3
    assert max(line.ballots.tau for line in found.scores[OPEN]) > 0.95
    assert found.notes[OPEN] == []


def test_after_upkeep_an_open_round_tells_no_more_than_a_guess(found: Found) -> None:
    assert found.leaks(KEPT) == []


def test_who_came_before_the_upkeep_stays_hidden_when_others_come(found: Found) -> None:
    assert found.leaks(BEFORE) == []


def test_what_remains_is_the_order_of_those_since_the_upkeep(found: Found) -> None:
    """Said in the README; were it less one day, the README should say less."""
    assert max(line.matched for line in found.scores[SINCE]) >= SINCE_UPKEEP - 3
    assert found.notes[SINCE] == []


def test_people_who_come_together_stay_mixed_even_before_the_upkeep(found: Found) -> None:
    """The dozen is known as a dozen; one after another nine and more of them would be matched."""
    assert max(line.matched for line in found.scores[TOGETHER]) <= 8
    assert found.notes[TOGETHER] == []


def test_after_closing_no_source_tells_more_than_a_guess(found: Found) -> None:
    assert found.leaks(CLOSED) == []


def test_after_opening_no_source_tells_more_than_a_guess(found: Found) -> None:
    assert found.leaks(OPENED) == []


def test_every_source_was_looked_at(found: Found) -> None:
    looked_at = {line.source.split(":")[0] for line in found.scores[CLOSED]}
    sqlite = {"main file", "rows as they come"}
    postgresql = {"relation files", "rows", "write-ahead log"}
    assert {"backup, main file", "backup, rows as they come"} <= looked_at
    assert sqlite <= looked_at or postgresql <= looked_at
