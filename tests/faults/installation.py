"""An installation as in production: an instance on a real store, a round that collects, and `survey serve`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3
from sqlalchemy import Engine

from survey.cli.workers import end_with_parent
from survey.domain.rounds import Evaluation
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from survey.storage.upkeep import check
from tests.world import World

READY_WITHIN = 60.0  # seconds
GONE_WITHIN = 30.0
POLL = 0.02


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(is_so: Any, within: float, what: str) -> None:
    """Poll until is_so(); fails by name, so that a hang in a test says what it waited for."""
    deadline = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < deadline, f"waited {within:.0f} s in vain: {what}"
        time.sleep(POLL)


@dataclass
class Installation:
    """services: the stores as the tests see them, beside the server's own."""

    instance: Path
    services: Services
    world: World
    server: Server | None = None

    @classmethod
    def make(cls, folder: Path, database_url: str, people: int) -> Installation:
        """One team, one unit, a code for each of `people`; open."""
        instance = folder / "instance"
        settings = Settings.create(instance, database_url)
        engine = open_database(settings.database_url)
        migrate(engine)
        engine.dispose()
        services = open_services(settings)
        spec = {
            "name": "2026年第一轮巡察",
            "custodians": ["巡察办", "纪委", "组织部"],
            "spare_percent": 0,
            "teams": [{"name": "第一巡察组", "units": [{"name": "文学院", "entitled": people}]}],
        }
        return cls(instance, services, World(services, spec).open())

    @property
    def evaluation(self) -> Evaluation:
        return self.world.first

    def serve(self, **options: Any) -> Server:
        """A running `survey serve`; the former one must be gone."""
        self.server = Server(self.instance, **options)
        self.server.wait_until_ready()
        return self.server

    def broken_promises(self) -> list[str]:
        """What `survey check` would say."""
        engine: Engine = open_database(self.services.settings.database_url)
        try:
            return check(engine, self.services.keys)
        finally:
            engine.dispose()

    def receipts(self) -> list[bytes]:
        return self.services.box.receipts(self.evaluation.id)

    def used_codes(self) -> int:
        return sum(unit.used for unit in self.services.registry.turnout(self.evaluation.id))

    def close(self) -> None:
        if self.server is not None:
            self.server.stop()
        self.services.close()


@dataclass
class Server:
    """`survey serve` as a child in a process group of its own, reached on the loopback only."""

    instance: Path
    workers: int = 2
    port: int = field(default_factory=free_port)
    before_exec: Any = None
    environment: dict[str, str] = field(default_factory=dict)
    child: subprocess.Popen[bytes] = field(init=False)
    _tests: int = field(default_factory=os.getpid)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "survey.cli", "--instance", str(self.instance)]
        command += ["serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.said_file.open("ab") as said:
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                preexec_fn=self._prepare,
                env={**os.environ, **self.environment},
            )

    def _prepare(self) -> None:
        """In the child, before it becomes the server: it shall not outlive tests that are broken off."""
        end_with_parent(self._tests)
        if self.before_exec is not None:
            self.before_exec()

    @property
    def said_file(self) -> Path:
        return self.instance.parent / "said"

    @property
    def said(self) -> str:
        """Everything on stdout and stderr so far, of former servers of this instance too."""
        return self.said_file.read_text("utf-8")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> None:
        wait_until(lambda: self._is_ready(), READY_WITHIN, f"the server's answer; it said: {self.said}")

    def _is_ready(self) -> bool:
        assert self.child.poll() is None, f"the server ended: {self.said}"
        with urllib3.PoolManager(retries=False, timeout=5.0) as pool, suppress(urllib3.exceptions.HTTPError):
            return pool.request("GET", f"{self.address}/assets/answer.css").status == 200
        return False

    def worker_pids(self) -> list[int]:
        """Oldest first. Empty when the server is gone."""
        try:
            children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children").read_text().split()
        except FileNotFoundError:
            return []
        return [pid for pid in map(int, children) if is_running(pid)]

    def kill_worker(self, place: int) -> int:
        """kill -9 of one worker; returns its pid."""
        pid = self.worker_pids()[place]
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_main(self) -> list[int]:
        """kill -9 of the process that was started, and of nothing else; returns its workers' pids."""
        pids = self.worker_pids()
        self.child.kill()
        self.child.wait()
        return pids

    def kill_all(self) -> None:
        """kill -9 of every process of the server at once, as when the power goes."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=GONE_WITHIN)
            except subprocess.TimeoutExpired:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
