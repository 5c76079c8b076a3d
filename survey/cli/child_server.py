"""A server of an instance as a child process of this one: for the demonstration, rehearsals and tests."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey.cli.listening import POLL, READY_WITHIN, is_ready, require_free_port
from survey.errors import SettingsError


@dataclass(frozen=True)
class RunningServer:
    """A child process that serves. address: scheme, host and port."""

    address: str
    child: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Until it ends; raises SettingsError, for it ends by itself only when something is wrong."""
        self.child.wait()
        raise SettingsError(f"The server ended by itself (exit {self.child.returncode}).")


@contextmanager
def running_server(instance: Path, port: int, *, workers: int | None = None) -> Iterator[RunningServer]:
    """A server of this instance on this machine, as a child process, once it answers.

    Raises SettingsError when it does not start; ends it when the block ends.
    """
    require_free_port("127.0.0.1", port)
    command = [sys.executable, "-m", "survey.cli", "--instance", str(instance), "serve", "--port", str(port)]
    if workers is not None:
        command += ["--workers", str(workers)]
    # A session of its own: Ctrl-C reaches this process first, which then ends the child in order.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + READY_WITHIN
        while not is_ready(address):
            if child.poll() is not None or time.monotonic() > deadline:
                raise SettingsError(f"The server on port {port} did not start; its own message stands above.")
            time.sleep(POLL)
        yield RunningServer(address, child)
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
