"""The processes that answer: granian's workers, forked from one that has read the instance, or waitress.

Law: what a worker needs of the instance's secrets comes to it by forking. So a worker that replaces another one needs
the server key no more: its stick may be pulled out. No process leaves an image of its memory. No access log: which
address asked for what, and when, is exactly what must not exist here.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.cli.listening import POLL, READY_WITHIN, is_listening
from survey.errors import SettingsError, SurveyError
from survey.keeper import Keeper

if TYPE_CHECKING:
    from flask import Flask

    from survey.settings import Settings

TARGET = "survey:create_app"
BLOCKING_THREADS = 16  # per worker; they wait for the disk together, and one commit carries them all


@dataclass(frozen=True)
class Serving:
    """What is served where. ready: said once it is; upkeep_minutes: see keeper.py."""

    settings: Settings
    host: str
    port: int
    tls_cert: Path | None
    tls_key: Path | None
    ready: str
    upkeep_minutes: float


class _Loader:
    """Makes the application in each worker; the last one to have it says when the server listens."""

    def __init__(self, workers: int, serving: Serving) -> None:
        # One byte for each worker, the last one different. A pipe and no lock: a worker killed while it held a lock
        # would keep every later worker waiting for ever.
        self._turns, written = os.pipe()
        os.set_blocking(self._turns, False)
        os.write(written, b"." * (workers - 1) + b"!")
        self._main = os.getpid()
        self._serving = serving

    def __call__(self) -> object:
        from survey import create_app
        from survey.cli.gateway import Gateway

        end_with_parent(self._main)
        try:
            app = create_app(self._serving.settings)
        except SurveyError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)
        _keeper(self._serving, app).start()
        with suppress(BlockingIOError):  # a worker that replaces another one finds nothing to read
            if os.read(self._turns, 1) == b"!":
                # Beside, because the worker starts to listen only after this function has returned.
                threading.Thread(target=self._tell, daemon=True).start()
        return Gateway(app, BLOCKING_THREADS)

    def _tell(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not is_listening(self._serving.host, self._serving.port) and time.monotonic() < deadline:
            time.sleep(POLL)
        click.echo(self._serving.ready)


def end_with_parent(parent: int) -> None:
    """Let this process end when `parent` does, however that ends; where the system knows no such wish, nothing.

    Orphaned workers would go on serving, keep the port, and be watched by nobody.
    """
    if sys.platform != "linux":
        return
    import ctypes
    import signal

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended meanwhile
        os.kill(os.getpid(), signal.SIGKILL)


def forbid_core_dumps() -> None:
    """No image of the memory of this process, or of one forked from it, is written when it crashes.

    It holds token keys, and for moments codes. Nor may another process of the same user read it; root still may.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        pr_set_dumpable = 4
        ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)  # a program that collects dumps asks for no limit


def _keeper(serving: Serving, app: Flask) -> Keeper:
    return Keeper(serving.settings, serving.upkeep_minutes, counts=app.extensions["counts"])


def serve_with_granian(serving: Serving, workers: int) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.log import LogLevels

    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)  # from Python 3.14 on it is not the usual one any more
    Granian(
        TARGET,
        address=serving.host,
        port=serving.port,
        interface=Interfaces.RSGI,  # see gateway.py
        http=HTTPModes.auto if serving.tls_cert else HTTPModes.http1,
        workers=workers,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
        ssl_cert=serving.tls_cert,
        ssl_key=serving.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,  # phones before Android 10 have no TLS 1.3
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        factory=True,
    ).serve(target_loader=_Loader(workers, serving), wrap_loader=False)


def serve_with_waitress(serving: Serving) -> None:
    import signal

    import waitress

    from survey import create_app

    if serving.tls_cert is not None:
        raise SettingsError("Without granian there is no TLS here; put a proxy with the certificate in front.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    logging.getLogger("waitress").setLevel(logging.CRITICAL)  # what fails is said by the application, without values
    app = create_app(serving.settings)
    server = waitress.create_server(app, host=serving.host, port=serving.port, threads=8, ident=None)
    _keeper(serving, app).start()
    click.echo(serving.ready)
    server.run()
