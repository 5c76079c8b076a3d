"""Token requests, ballots and whole journeys over HTTP, beside their floors on the same server."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from survey.cli.child_server import running_server
from survey.cli.listening import is_ready
from survey.cli.workers import BLOCKING_THREADS
from survey.crypto.sealing import ballot_info, pad, seal
from survey.crypto.tokens import begin_token
from survey.crypto.wire import b64url_encode
from survey.domain.results.answers import encode_answers
from survey.services import open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.bench import floor
from tests.bench.load import Result, http_get, http_post, run
from tests.browsing import _free_port
from tests.world import World

WORKERS, CLIENTS = 2, 32
ROWS = 2000


def measure(folder: Path) -> list[tuple[str, str, str]]:
    """Rows of the table: what, figure, ratio to the floor."""
    journeys, instance = _prepare(folder / "instance", 2 * ROWS)
    port = _free_port()
    host = f"127.0.0.1:{port}"
    tokens = [[token] for token, _, _ in _requests(journeys[:ROWS], host)]
    ballots = [[ballot] for _, _, ballot in _requests(journeys[:ROWS], host)]
    whole = [list(requests) for requests in _requests(journeys[ROWS:], host)]
    with running_server(instance, port, workers=WORKERS) as server:
        token = run(server.address, tokens, CLIENTS)
        ballot = run(server.address, ballots, CLIENTS)
        journey = run(server.address, whole, CLIENTS)
    with _floor_server(folder) as address:
        prepared = http_post(address[7:], "/token", "none", "a/b", b"\0" * 259)
        floor_token = run(address, [[prepared]] * ROWS, CLIENTS)
        prepared = http_post(address[7:], "/ballot", "none", "a/b", secrets.token_bytes(floor.BALLOT_LEN))
        floor_ballot = run(address, [[prepared]] * ROWS, CLIENTS)
    return [
        _row("token request", token, floor_token),
        _row("ballot", ballot, floor_ballot),
        ("journey: manifest, token, ballot", _figure(journey), "aim 400/s, p95 < 150 ms"),
    ]


def _row(name: str, result: Result, base: Result) -> tuple[str, str, str]:
    return name, _figure(result), f"{result.rate / base.rate:.2f} of the floor ({base.rate:.0f}/s); aim 0.75"


def _figure(result: Result) -> str:
    errors = f", {result.errors} errors" if result.errors else ""
    return f"{result.rate:.0f}/s, p50 {result.p50:.0f} ms, p95 {result.p95:.0f} ms{errors}"


Prepared = tuple[str, bytes, str, bytes, bytes]  # evaluation, request, code, token, sealed ballot


def _prepare(folder: Path, people: int) -> tuple[list[Prepared], Path]:
    """A round with that many people, each with token and ballot made in advance: phones do that, not the server."""
    settings = Settings.create(folder, public_url="http://localhost:8000")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    spec = {
        "name": "bench",
        "custodians": ["甲", "乙", "丙"],
        "spare_percent": 0,
        "teams": [{"name": "第一巡察组", "units": [{"name": "单位", "entitled": people}]}],
    }
    world = World(services, spec).open()
    manifest = world.manifest(world.first)
    issuer_key = services.keys.token_key(world.first.id)
    from survey.crypto.tokens import TokenIssuer, TokenRequest

    issuer = TokenIssuer(issuer_key)
    prepared: list[Prepared] = []
    for slip in world.slips:
        pending = begin_token(manifest.challenge, manifest.token_key, secrets.token_bytes)
        token = pending.finish(issuer.issue(TokenRequest.parse(pending.request))).encode()
        plaintext = pad(encode_answers({"D1-1": "A"}, {}), manifest.plaintext_length)
        sealed = seal(manifest.opening_key, ballot_info(manifest.digest, token), plaintext)
        prepared.append((world.first.id, pending.request, str(slip.code), token, sealed))
    return prepared, folder


def _requests(people: list[Prepared], host: str) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(token request, manifest, ballot); a journey sends the manifest first, which costs the same in any order."""
    for evaluation, request, code, token, sealed in people:
        yield (
            http_post(
                host, f"/e/{evaluation}/token-request", f"Bearer {code}", "application/private-token-request", request
            ),
            http_get(host, f"/e/{evaluation}/manifest"),
            http_post(
                host,
                f"/e/{evaluation}/ballots",
                f'PrivateToken token="{b64url_encode(token)}"',
                "application/octet-stream",
                sealed,
            ),
        )


@contextmanager
def _floor_server(folder: Path) -> Iterator[str]:
    floor.make(str(folder))
    port = _free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws", "--log-level", "warning"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)),
        *("--blocking-threads", str(BLOCKING_THREADS), "--http", "1", "tests.bench.floor:create_app"),
    ]
    child = subprocess.Popen(command, env={**os.environ, "SURVEY_BENCH_FLOOR": str(folder)})
    try:
        deadline = time.monotonic() + 30
        while not is_ready(f"http://127.0.0.1:{port}") and time.monotonic() < deadline:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(timeout=20)
