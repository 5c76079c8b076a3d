"""Both databases for every test that asks for `database_url`.

SQLite is a file in the test's own folder. PostgreSQL is one cluster per session, made from the installed binaries in
a temporary folder, reached through a Unix socket only, stopped at the end by its own process id; every test gets a
fresh database in it. `initdb` refuses root, so root hands the cluster to an existing unprivileged user.

Without binaries the tests fail and say what to install; SURVEY_TEST_POSTGRES=off leaves PostgreSQL out, loudly.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

IS_OFF = os.environ.get("SURVEY_TEST_POSTGRES") == "off"
KINDS = ["sqlite"] if IS_OFF else ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]

MISSING = (
    "PostgreSQL's programs initdb and postgres were not found on PATH or in /usr/lib/postgresql/*/bin. "
    "Install the PostgreSQL server (Debian: apt-get install postgresql), "
    "or set SURVEY_TEST_POSTGRES=off to test on SQLite only."
)

_numbers = itertools.count(1)


class Cluster:
    """A running PostgreSQL server of our own. url(database) is what open_database takes."""

    def __init__(self, programs: Path, folder: Path, user: pwd.struct_passwd | None) -> None:
        """Makes the cluster in the folder and starts it. user: whom it runs as, when not as ourselves."""
        self.folder = folder
        self._postgres = programs / "postgres"
        self._run_as: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._run_as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        initdb = [programs / "initdb", "-D", self.data, "-U", "survey", "--auth=trust", "--encoding=UTF8", "-N"]
        made = subprocess.run([*initdb, "--locale=C"], capture_output=True, text=True, check=False, **self._run_as)
        if made.returncode != 0:
            pytest.fail(f"initdb failed: {made.stderr}", pytrace=False)
        self.process = self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> subprocess.Popen[bytes]:
        """Also after a crash: the server then repairs itself from its write-ahead log."""
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder), "max_connections": "200"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            command = [self._postgres, "-D", self.data, *options]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self._run_as)
        self.wait_until_ready()
        return self.process

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}", pytrace=False)
                time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of every process of this cluster, as when the power goes."""
        sessions = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in (self.process.pid, *map(int, sessions)):  # the first one first: it would replace the others
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while any(Path(f"/proc/{pid}").exists() for pid in sessions):
            time.sleep(0.01)  # until they are gone, their shared memory keeps a new server from starting

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # "fast shutdown": ends sessions, keeps the files whole
        self.process.wait(timeout=60)

    def url(self, database: str) -> str:
        return f"postgresql://survey@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user="survey", dbname=database, autocommit=True)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """A fresh database; yields its name."""
        name = f"test_{next(_numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield name
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once per kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'survey.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as name:
        yield cluster.url(name)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, for tests of what only PostgreSQL has."""
    with postgres_cluster.database() as name:
        yield postgres_cluster.url(name)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    with new_cluster() as cluster:
        yield cluster


@contextlib.contextmanager
def new_cluster(where: Path | None = None) -> Iterator[Cluster]:
    """A cluster of its own, for tests that break it."""
    folder = Path(tempfile.mkdtemp(prefix="survey-pg-", dir=where))
    cluster = None
    try:
        cluster = Cluster(_find_programs(), folder, _unprivileged_user())
        yield cluster
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder)


def _find_programs() -> Path:
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    for folder in [*on_path, *installed]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    pytest.fail(MISSING, pytrace=False)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom the cluster runs as; None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.fail("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it.", pytrace=False)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if IS_OFF:
        terminalreporter.section("PostgreSQL was NOT tested (SURVEY_TEST_POSTGRES=off)", sep="!", red=True, bold=True)
