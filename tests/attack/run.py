"""One run of the attack on one database, from the first answer to the opening, and the table of what was found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from survey.storage.database import open_database
from tests.attack import thief_of_files, thief_of_postgres
from tests.attack.scene import Scene, scene
from tests.attack.scoring import Evidence, Score, score

if TYPE_CHECKING:
    from tests.databases import Cluster

SINCE_UPKEEP = 12
AT_ONCE = 12  # more who come together, so that every run has a burst
OPEN, KEPT, CLOSED, OPENED = "open", "open, after upkeep", "closed", "opened"
# Twelve more have come: what is known of those before the upkeep, and of those since.
BEFORE, SINCE = "open, 12 later: the others", "open, 12 later: the 12"
TOGETHER = "open, 12 more at once: these"
STATES = (OPEN, KEPT, BEFORE, SINCE, TOGETHER, CLOSED, OPENED)
MUST_BE_GUESSES = (KEPT, BEFORE, CLOSED, OPENED)
INDEX_TELLS_NOTHING = (KEPT, CLOSED, OPENED)  # between, it tells the order of those who have come since


@dataclass
class Found:
    """state -> lines; state -> what else was noticed (sentences)."""

    scores: dict[str, list[Score]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    people: int = 0

    @property
    def before(self) -> int:
        """How many had come when the upkeep was done."""
        return self.people - SINCE_UPKEEP - AT_ONCE

    def leaks(self, state: str) -> list[str]:
        """The lines over the bound of guessing, and everything that stands where it must not."""
        lines = [
            f"{line.source}: codes {line.codes.tau:+.2f}, ballots {line.ballots.tau:+.2f}, {line.matched} matched"
            for line in self.scores[state]
            if not line.is_guess
        ]
        return lines + self.notes[state]


def attack(
    folder: Path, port: int, *, cluster: Cluster | None, people: int, burst: int, states: tuple[str, ...]
) -> Found:
    """cluster: a PostgreSQL server of our own, else SQLite. states: which images are taken."""
    if cluster is None:
        return _attack(folder, port, None, "", people, burst, states)
    with cluster.database() as name:
        return _attack(folder, port, cluster, name, people, burst, states)


def _attack(
    folder: Path, port: int, cluster: Cluster | None, database: str, people: int, burst: int, states: tuple[str, ...]
) -> Found:
    found = Found(people=people)
    with scene(folder, cluster and cluster.url(database), port, people) as made:
        since = found.before + SINCE_UPKEEP
        asked_about = {
            BEFORE: {BEFORE: range(found.before), SINCE: range(found.before, since)},
            TOGETHER: {TOGETHER: range(since, people)},
        }
        for state in _life(made, found.before, burst):
            if state not in states:
                continue
            evidence, notes = _rob(made, state, cluster, database)
            used, cast = [person.used_at for person in made.people], [person.cast_at for person in made.people]
            parts: dict[str, range | None] = {**asked_about.get(state, {state: None})}
            for part, among in parts.items():
                found.scores[part] = [score(one, used, cast, among) for one in evidence]
                found.notes[part] = notes
    return found


def _life(made: Scene, before: int, burst: int) -> Iterator[str]:
    """A round's life; yields where a thief may come."""
    from survey.storage.forgetting import forget_order

    made.act(before, burst=burst)
    yield OPEN
    engine = open_database(made.settings.database_url)
    forget_order(engine)
    engine.dispose()
    yield KEPT
    made.act(SINCE_UPKEEP, burst=min(burst, SINCE_UPKEEP))
    yield BEFORE
    made.act(AT_ONCE, burst=AT_ONCE)
    yield TOGETHER
    made.close()
    yield CLOSED
    made.open_answers()
    yield OPENED


def _rob(made: Scene, state: str, cluster: Cluster | None, database: str) -> tuple[list[Evidence], list[str]]:
    people = made.people
    name = str(STATES.index(state))
    image = thief_of_files.take_image(made, name)
    found = thief_of_files.evidence_in_other_files(people, image)
    notes = thief_of_files.words_in_files(people, thief_of_files.other_files(image))
    backup = thief_of_files.take_backup(made, f"{name}-backup")
    copies = [("backup, ", backup / "store.db")]
    if cluster is None:
        copies.append(("", image / "instance" / "survey.db"))
    for prefix, file in copies:
        for evidence in thief_of_files.evidence_in_database(people, file):
            found.append(replace(evidence, source=prefix + evidence.source))
    if cluster is None and state in INDEX_TELLS_NOTHING:
        notes += thief_of_files.telling_index(people, image / "instance" / "survey.db")
    if cluster is not None:
        evidence, told = _rob_cluster(made, cluster, database)
        found += evidence
        notes += told
        notes += thief_of_files.words_in_files(people, [cluster.folder / "log"])
    notes += thief_of_files.telling_times(people, image)
    for path, seen in made.outside.seen.items():
        if len(seen) > 1 and state == OPEN:
            notes.append(f"outside: {path} changed {len(seen)} times while people answered")
    if any(step % 5 for step in made.outside.steps):
        notes.append("outside: the turnout moved by less than five")
    shutil.rmtree(image.parent)
    return found, notes


def _rob_cluster(made: Scene, cluster: Cluster, database: str) -> tuple[list[Evidence], list[str]]:
    people = made.people
    with cluster.connect(database) as connection:
        # By the files first: the attacker's own questions write to them.
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        found = thief_of_postgres.evidence_in_files(people, cluster.data, row[0])
        found.append(
            thief_of_postgres.evidence_in_waldump(
                people, connection, made.evaluation_id, Path(cluster.process.args[0]).parent, cluster.data
            )
        )
        found += thief_of_postgres.evidence_in_rows(people, connection, made.evaluation_id)
        told = thief_of_postgres.words_in_statistics(people, connection)
        connection.execute("ANALYZE")  # as the server does at moments of its own: the next image holds its samples
        return found, told
