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

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.process = process

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
    programs = _find_programs()
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="survey-pg-"))
    process = None
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        process = _start(programs, folder, user)
        yield Cluster(folder, process)
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # "fast shutdown": ends sessions, keeps the files whole
            process.wait(timeout=60)
        shutil.rmtree(folder)


def _start(programs: Path, folder: Path, user: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    run_as: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
    if user is not None:
        run_as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, "-U", "survey", "--auth=trust", "--encoding=UTF8", "--locale=C", "-N"]
    made = subprocess.run(initdb, capture_output=True, text=True, check=False, **run_as)
    if made.returncode != 0:
        pytest.fail(f"initdb failed: {made.stderr}", pytrace=False)
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "200"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([programs / "postgres", "-D", data, *options], stdout=log, stderr=log, **run_as)
    _wait_until_ready(folder, process)
    return process


def _wait_until_ready(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(folder), user="survey", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()}", pytrace=False)
            time.sleep(0.05)


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
