"""`survey serve`: the production server, and starting it as a child for the demonstration.

Law: no access log. Which address asked for what, and when, is exactly what must not exist here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.errors import SettingsError, SurveyError
from survey.keeper import EVERY_MINUTES, Keeper

if TYPE_CHECKING:
    from survey.settings import Settings

TARGET = "survey:create_app"
BLOCKING_THREADS = 16  # per worker; they wait for the disk together, and one commit carries them all
MOST_WORKERS = 4  # by default; beyond that the one database file is what waits
READY_WITHIN = 60.0  # seconds
_POLL = 0.02


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen at.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes.  [default: one per core, at most 4]")
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Certificate (PEM).")
@click.option(
    "--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its private key (PEM, PKCS #8)."
)
@click.option(
    "--upkeep",
    "upkeep_minutes",
    type=click.FloatRange(min=0.01),
    default=EVERY_MINUTES,
    show_default=True,
    metavar="MINUTES",
    help="How often the order of arrival is erased from an open round's store.",
)
@click.pass_obj
def serve(
    instance: Path,
    host: str,
    port: int,
    workers: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    upkeep_minutes: float,
) -> None:
    """Serve the instance to phones and to the office until Ctrl-C or SIGTERM.

    Phones need https (or localhost): give --tls-cert and --tls-key, or put a proxy with a certificate in front and
    keep its access log off too.
    """
    from survey.keeper import last_upkeep
    from survey.settings import Settings

    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key belong together.")
    if tls_key is not None:
        _check_tls_key(tls_key)
    settings = Settings.load(instance)
    _check_instance(settings)
    require_free_port(host, port)
    # The workers read the instance from here.
    os.environ["SURVEY_INSTANCE"] = str(instance.resolve())
    address = f"{'https' if tls_cert else 'http'}://{_visible(host)}:{port}"
    ready = f"Ready: {address} (slips say {settings.public_url}). Ctrl-C ends it."
    upkeep = (settings, upkeep_minutes)
    try:
        if find_spec("granian") is not None:
            workers = workers or min(os.cpu_count() or 1, MOST_WORKERS)
            _serve_with_granian(host, port, workers, tls_cert, tls_key, ready, upkeep)
        else:
            _serve_with_waitress(host, port, tls_cert, ready, upkeep)
    finally:
        last_upkeep(settings)


def _check_instance(settings: Settings) -> None:
    """What can be wrong with the instance is said here, once, and not by every worker.

    Nothing stays open and no thread runs afterwards: the workers are forked from this process.
    """
    import survey.app  # noqa: F401  # imported once for all workers
    from survey.respondent.assets import load_assets
    from survey.storage.database import check_schema, open_database
    from survey.storage.key_files import FileKeys

    engine = open_database(settings.database_url)
    try:
        check_schema(engine)
    finally:
        engine.dispose()
    FileKeys(settings.keys_folder, settings.vault)
    load_assets()


class _Loader:
    """Makes the application in each worker; the last one to have it says when the server listens."""

    def __init__(self, workers: int, host: str, port: int, ready: str, upkeep: tuple[Settings, float]) -> None:
        # One byte for each worker, the last one different. A pipe and no lock: a worker killed while it held a lock
        # would keep every later worker waiting for ever.
        self._turns, written = os.pipe()
        os.set_blocking(self._turns, False)
        os.write(written, b"." * (workers - 1) + b"!")
        self._main = os.getpid()
        self._listens_at = host, port
        self._ready = ready
        self._upkeep = upkeep

    def __call__(self) -> object:
        from survey import create_app
        from survey.cli.gateway import Gateway

        end_with_parent(self._main)
        try:
            app = create_app()
        except SurveyError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)
        Keeper(*self._upkeep, counts=app.extensions["counts"]).start()
        with suppress(BlockingIOError):  # a worker that replaces another one finds nothing to read
            if os.read(self._turns, 1) == b"!":
                # Beside, because the worker starts to listen only after this function has returned.
                threading.Thread(target=self._tell, daemon=True).start()
        return Gateway(app, BLOCKING_THREADS)

    def _tell(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not _answers(*self._listens_at) and time.monotonic() < deadline:
            time.sleep(_POLL)
        click.echo(self._ready)


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


def _serve_with_granian(
    host: str,
    port: int,
    workers: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    ready: str,
    upkeep: tuple[Settings, float],
) -> None:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.log import LogLevels

    Granian(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.RSGI,  # see gateway.py
        http=HTTPModes.auto if tls_cert else HTTPModes.http1,
        workers=workers,
        websockets=False,
        log_level=LogLevels.error,
        log_access=False,
        ssl_cert=tls_cert,
        ssl_key=tls_key,
        ssl_protocol_min=SSLProtocols.tls12,  # phones before Android 10 have no TLS 1.3
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        factory=True,
    ).serve(target_loader=_Loader(workers, host, port, ready, upkeep), wrap_loader=False)


def _serve_with_waitress(
    host: str, port: int, tls_cert: Path | None, ready: str, upkeep: tuple[Settings, float]
) -> None:
    import signal

    import waitress

    from survey import create_app

    if tls_cert is not None:
        raise SettingsError("Without granian there is no TLS here; put a proxy with the certificate in front.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create_app()
    server = waitress.create_server(app, host=host, port=port, threads=8, ident=None)
    Keeper(*upkeep, counts=app.extensions["counts"]).start()
    click.echo(ready)
    server.run()


def _check_tls_key(path: Path) -> None:
    head = path.read_bytes()[:64]
    if not head.startswith(b"-----BEGIN PRIVATE KEY-----"):
        raise SettingsError(
            f"{path} is no PKCS #8 key in PEM without passphrase;"
            f" convert it with: openssl pkcs8 -topk8 -nocrypt -in {path.name} -out new.key"
        )


def require_free_port(host: str, port: int) -> None:
    """Raises SettingsError when the address cannot be listened at."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that are just ending do not count
        try:
            probe.bind((host, port))
        except PermissionError:
            raise SettingsError(f"Port {port} needs more rights than this user has; choose one from 1024.") from None
        except OSError as error:
            taken = f"Port {port} on {host} is already in use; choose another one with --port."
            raise SettingsError(taken if _answers(host, port) else f"{host}:{port}: {error.strerror}.") from None


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((_local(host), port), timeout=1).close()
    except OSError:
        return False
    return True


def _local(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  # only compared


def _visible(host: str) -> str:
    host = _local(host)
    return f"[{host}]" if ":" in host else host


def is_ready(address: str) -> bool:
    """Whether the application behind the address answers: a listening socket alone has no worker yet."""
    import urllib3

    urllib3.disable_warnings()  # the certificate is for phones; here it is asked by number
    pool = urllib3.PoolManager(retries=False, timeout=2.0, cert_reqs="CERT_NONE", assert_hostname=False)
    try:
        return pool.request("GET", f"{address}/", redirect=False, preload_content=False).status < 500
    except urllib3.exceptions.HTTPError:
        return False
    finally:
        pool.clear()


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
            time.sleep(_POLL)
        yield RunningServer(address, child)
    finally:
        child.terminate()
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
