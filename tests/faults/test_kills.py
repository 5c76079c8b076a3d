"""kill -9 of a worker, of the whole server, of the database, at random moments under load, again and again.

After each: every promise of the store holds, no acknowledged ballot is missing, and who got no answer sends the same
bytes again. At the end everybody has one receipt. The seed is printed with a failure; `make faults` does it hundreds
of times (SURVEY_KILLS), each run with another seed (SURVEY_SEED).
"""

from __future__ import annotations

import os
import random
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.databases import Cluster, new_cluster
from tests.faults.installation import Installation, Server, is_running, wait_until
from tests.faults.people import Crowd, people_of

KILLS = int(os.environ.get("SURVEY_KILLS", "6"))  # on each database
PEOPLE_PER_KILL = 40  # more than are served between two kills
SEED = int(os.environ.get("SURVEY_SEED", "0")) or secrets.randbelow(10**9)


def kill_a_worker(installation: Installation, chance: random.Random) -> None:
    """The server replaces it by itself. When two die within seconds it ends, and whoever watches it starts it again."""
    server = running(installation)
    victim = server.kill_worker(chance.randrange(len(server.worker_pids())))
    wait_until(
        lambda: (
            (len(server.worker_pids()) == 2 and victim not in server.worker_pids()) or server.child.poll() is not None
        ),
        30,
        "a new worker",
    )
    if server.child.poll() is not None:
        start_again(installation)


def kill_the_whole_server(installation: Installation, chance: random.Random) -> None:
    running(installation).kill_all()
    start_again(installation)


def kill_the_watcher(installation: Installation, chance: random.Random) -> None:
    """Its workers end with it: else they would go on serving, keep the port, and let no new server start."""
    workers = running(installation).kill_main()
    assert workers
    wait_until(lambda: not any(is_running(pid) for pid in workers), 30, "the end of the workers")
    start_again(installation)


def running(installation: Installation) -> Server:
    assert installation.server is not None
    return installation.server


def start_again(installation: Installation) -> None:
    installation.serve(port=running(installation).port)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with new_cluster() as cluster:
        yield cluster


def test_killing_workers_and_servers_on_sqlite_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'survey.db'}"
    campaign(tmp_path, url, [kill_a_worker, kill_the_whole_server, kill_the_watcher])


@pytest.mark.postgres
def test_killing_workers_servers_and_the_database_on_postgresql_loses_nothing(tmp_path: Path, cluster: Cluster) -> None:
    def kill_the_database(installation: Installation, chance: random.Random) -> None:
        """Nothing of it is left; what it had promised is in its write-ahead log."""
        cluster.kill()
        cluster.start()

    def kill_a_session(installation: Installation, chance: random.Random) -> None:
        """kill -9 of one connection's process: PostgreSQL then ends all others and repairs itself."""
        with cluster.connect("survey") as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE datname = 'survey' AND pid <> pg_backend_pid()"
            pids = [row[0] for row in connection.execute(query).fetchall()]
            os.kill(chance.choice(pids), signal.SIGKILL)
            with suppress(psycopg.OperationalError):
                while True:  # until PostgreSQL ends this session too
                    connection.execute("SELECT 1")
        cluster.wait_until_ready()

    with cluster.connect() as connection:
        connection.execute("CREATE DATABASE survey TEMPLATE template0")
    campaign(tmp_path, cluster.url("survey"), [kill_a_worker, kill_the_database, kill_the_whole_server, kill_a_session])


def campaign(
    folder: Path, database_url: str, ways: list[Callable[[Installation, random.Random], None]], seed: int = SEED
) -> None:
    """Load, kill, look; KILLS times, each way as often as the others."""
    print(f"seed {seed}")  # pytest shows it with a failure
    chance = random.Random(seed)
    installation = Installation.make(folder, database_url, KILLS * PEOPLE_PER_KILL)
    crowd = Crowd(people_of(installation), installation.serve().address)
    try:
        for number in range(KILLS):
            crowd.wait_for_more(chance.randrange(1, PEOPLE_PER_KILL))
            ways[number % len(ways)](installation, chance)
            acknowledged = crowd.acknowledged_receipts()
            crowd.wait_for_more(1)
            assert installation.broken_promises() == []
            assert acknowledged <= set(installation.receipts()), "an acknowledged ballot is missing"
        crowd.finish()
        assert sorted(installation.receipts()) == sorted(crowd.acknowledged_receipts()), "one receipt each"
        assert installation.used_codes() == len(crowd.people) == len(installation.receipts())
        assert installation.broken_promises() == []
    finally:
        crowd.stop()
        installation.close()
