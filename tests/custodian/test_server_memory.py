"""The server's whole store and memory after a ceremony: nothing of the custodians' secrets is in them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from survey.cli.custodian_join import HttpWay, Joining
from survey.crypto import arithmetic
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.agreed import DONE
from survey.domain.ceremony.board import Board, read_board
from survey.domain.ceremony.key_holder import KeyHolder
from survey.domain.drafts.spec import parse_spec
from survey.services import open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.browsing import _free_port
from tests.world import SPEC

SERVER = """
import sys
from pathlib import Path
from werkzeug.serving import WSGIRequestHandler, make_server
from survey.app import build_app
from survey.settings import Settings
WSGIRequestHandler.log = lambda *arguments: None
server = make_server("127.0.0.1", int(sys.argv[2]), build_app(Settings.load(Path(sys.argv[1])), None), threaded=True)
print("ready", flush=True)
server.serve_forever()
"""


@dataclass
class Served:
    """A server in a process of its own, and three custodians who have just made a key through it."""

    instance: Path
    process: subprocess.Popen[str]
    joinings: list[Joining]
    board: Board

    def memory(self) -> bytes:
        """Every writable page of the server process."""
        pages = []
        with Path(f"/proc/{self.process.pid}/mem").open("rb", buffering=0) as memory:
            for line in Path(f"/proc/{self.process.pid}/maps").read_text().splitlines():
                place, rights, *_ = line.split()
                if rights.startswith("rw"):
                    start, end = (int(part, 16) for part in place.split("-"))
                    memory.seek(start)
                    try:
                        pages.append(memory.read(end - start))
                    except OSError:  # a page the kernel keeps for itself
                        continue
        return b"".join(pages)

    def store(self) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self.instance.rglob("*")) if file.is_file())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    instance, port = tmp_path / "instance", _free_port()
    settings = Settings.create(instance, public_url=f"http://127.0.0.1:{port}")
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    round_ = parse_spec(SPEC, "spec", secrets.token_bytes)
    services.registry.add_round(round_)
    invitations = ceremony_office.invite(
        round_, board=services.board, randomness=secrets.token_bytes, url=settings.public_url
    )
    services.close()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(instance), str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    joinings = [
        Joining.begin(one, tmp_path / f"{one.index}.share", lambda _: "a long passphrase", 10) for one in invitations
    ]
    ways = [HttpWay(one) for one in invitations]
    board = None
    while board is None or board.phase != DONE:
        for joining, way in zip(joinings, ways, strict=True):
            board = None
            while board is None and not joining.share_file.exists():
                board = joining.step(way, lambda _: True)
        board = _read(ways[0])
    yield Served(instance, process, joinings, board)
    process.kill()
    process.wait()
    process.stdout.close()


def _read(way: HttpWay) -> Board:
    agreed, messages, _ = read_board(way.board())
    return Board.read(agreed, messages)


def _secrets_of(served: Served) -> dict[str, bytes]:
    """Everything that only custodians may know, by name."""
    found: dict[str, bytes] = {}
    for joining in served.joinings:
        index, draft = joining.draft.index, joining.draft
        holder = KeyHolder(draft, secrets.token_bytes)
        participant = holder._participant(served.board)
        found[f"seed {index}"] = draft.seed
        found[f"signing secret {index}"] = holder._signing_secret(served.board.agreed)
        found[f"sealing secret {index}"] = participant._sealing_secret
        for power, coefficient in enumerate(participant._polynomial):
            found[f"coefficient {index}.{power}"] = coefficient.to_bytes(32, "big")
        for sender, value in participant._received.items():
            found[f"sub-share {sender} to {index}"] = value.to_bytes(32, "big")
        found[f"share {index}"] = holder.share(served.board).secret
    weights = [2, -1]
    key = sum(w * int.from_bytes(found[f"share {i}"], "big") for i, w in enumerate(weights, 1)) % arithmetic.ORDER
    found["the key"] = key.to_bytes(32, "big")
    return found


def _forms(secret: bytes) -> list[bytes]:
    """As bytes either way round, as libcrypto's and Python's numbers, as hexadecimal, base64 and decimal text."""
    number = int.from_bytes(secret, "big")
    digits = [number >> 30 * k & (1 << 30) - 1 for k in range(9)]  # CPython keeps 30 bits in four bytes
    return [
        secret,
        secret[::-1],
        b"".join(digit.to_bytes(4, "little") for digit in digits),
        secret.hex().encode(),
        base64.b64encode(secret)[:-2],
        base64.urlsafe_b64encode(secret)[:-2],
        str(number).encode(),
    ]


def test_the_servers_store_and_memory_hold_no_secret_of_any_custodian(served: Served) -> None:
    known = _secrets_of(served)
    public_key = served.board.key_facts.public_key
    assert arithmetic.p256().mult_base(known["the key"]) == public_key
    memory = served.memory()
    # The search finds what is there: the secret key of this server's own sessions, and what custodians said.
    assert Settings.load(served.instance).session_key.current() in memory
    for place, image in {"store": served.store(), "memory": memory}.items():
        assert served.board.messages[0].encode() in image, place
        leaked = [name for name, secret in known.items() if any(form in image for form in _forms(secret))]
        assert leaked == [], place


def test_the_board_that_the_server_gives_out_is_all_it_knows(served: Served) -> None:
    document: Any = json.loads(json.dumps(HttpWay(served.joinings[0].invitation).board()))
    messages = [message.encode() for message in served.board.messages]
    assert [json.dumps(one, sort_keys=True, separators=(",", ":")).encode() for one in document["messages"]] == messages
