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
from tests.databases import new_cluster
from tests.world import World

WORKERS, CLIENTS = 2, 32
HALL = 500  # phones at once, all from one address
ROWS, TURNS = 4000, 5


def measure(folder: Path) -> list[tuple[str, str, str]]:
    """Rows of the table: what, figure, ratio to the floor."""
    journeys, instance = _prepare(folder / "instance", 2 * ROWS + HALL)
    port = _free_port()
    host = f"127.0.0.1:{port}"
    tokens = [[token] for token, _, _ in _requests(journeys[:ROWS], host)]
    ballots = [[ballot] for _, _, ballot in _requests(journeys[:ROWS], host)]
    whole = [list(requests) for requests in _requests(journeys[ROWS : 2 * ROWS], host)]
    hall = [list(requests) for requests in _requests(journeys[2 * ROWS :], host)]
    with running_server(instance, port, workers=WORKERS) as server, _floor_server(folder) as address:
        rsa_and_update = http_post(address[7:], "/token", "none", "a/b", b"\0" * 259)
        verify_and_insert = http_post(address[7:], "/ballot", "none", "a/b", secrets.token_bytes(floor.BALLOT_LEN))
        token = _in_turns(server.address, tokens, address, rsa_and_update)
        ballot = _in_turns(server.address, ballots, address, verify_and_insert)
        journey = run(server.address, whole, CLIENTS)
        crowd = run(server.address, hall, HALL)
    return [
        _row("token request", token),
        _row("ballot", ballot),
        ("journey: manifest, token, ballot", _figure(journey), "aim 400/s, p95 < 150 ms"),
        ("the same on PostgreSQL", _figure(_on_postgresql(folder / "postgresql")), "aim 400/s"),
        (f"{HALL} clients at once, one address", _figure(crowd), "aim: no error"),
    ]


def _on_postgresql(instance: Path) -> Result:
    with new_cluster() as cluster, cluster.database() as name:
        journeys, _ = _prepare(instance, ROWS, cluster.url(name))
        port = _free_port()
        whole = [list(requests) for requests in _requests(journeys, f"127.0.0.1:{port}")]
        with running_server(instance, port, workers=WORKERS) as server:
            return run(server.address, whole, CLIENTS)


def _in_turns(address: str, mine: list[list[bytes]], beside: str, prepared: bytes) -> list[tuple[Result, Result]]:
    """Ours and the floor, one after the other several times: a shared machine is not as quick now as a moment ago."""
    parts = [mine[place::TURNS] for place in range(TURNS)]
    return [(run(address, part, CLIENTS), run(beside, [[prepared]] * len(part), CLIENTS)) for part in parts]


def _row(name: str, turns: list[tuple[Result, Result]]) -> tuple[str, str, str]:
    """The turn in the middle by its ratio."""
    ours, base = sorted(turns, key=lambda turn: turn[0].rate / turn[1].rate)[len(turns) // 2]
    return name, _figure(ours), f"{ours.rate / base.rate:.2f} of the floor ({base.rate:.0f}/s); aim 0.75"


def _figure(result: Result) -> str:
    errors = f", {result.errors} errors" if result.errors else ""
    return f"{result.rate:.0f}/s, p50 {result.p50:.0f} ms, p95 {result.p95:.0f} ms{errors}"


Prepared = tuple[str, bytes, str, bytes, bytes]  # evaluation, request, code, token, sealed ballot


def _prepare(folder: Path, people: int, url: str | None = None) -> tuple[list[Prepared], Path]:
    """A round with that many people, each with token and ballot made in advance: phones do that, not the server."""
    settings = Settings.create(folder, url, public_url="http://localhost:8000")
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
