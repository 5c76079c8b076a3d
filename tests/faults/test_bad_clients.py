"""Clients that are slow, cut off, talkative or hostile, against a real server with two workers.

Each gets the documented refusal or nothing; nobody else waits; memory stays bounded; nothing is half-written.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import Installation
from tests.faults.people import Person, make_pool, people_of

MIB = 1 << 20
SLOW = 200  # clients at a time that never finish; the server has 4 threads


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("bad-clients")
    installation = Installation.make(folder, f"sqlite:///{folder / 'survey.db'}", 40)
    try:
        installation.serve()
        yield installation
    finally:
        installation.close()


@pytest.fixture(scope="module")
def everybody(installation: Installation) -> Iterator[Person]:
    return iter(people_of(installation))


@pytest.fixture
def person(everybody: Iterator[Person], installation: Installation) -> Person:
    """Somebody with a token who has not cast yet."""
    person = next(everybody)
    with make_pool() as pool:
        assert person.step(pool, address(installation))
    return person


def address(installation: Installation) -> str:
    assert installation.server is not None
    return installation.server.address


def head(person: Person, *fields: str) -> bytes:
    """The head of the person's casting request."""
    lines = [
        f"POST /e/{person.evaluation_id}/ballots HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in person.headers("ballots").items()),
        *fields,
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n"


def connect(installation: Installation) -> socket.socket:
    assert installation.server is not None
    return socket.create_connection(("127.0.0.1", installation.server.port), timeout=20)


def ask(installation: Installation, *pieces: bytes) -> bytes:
    """What comes back when the pieces are sent one after another; empty when the connection was closed first."""
    with connect(installation) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            return connection.recv(65536)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def resident(installation: Installation) -> int:
    """The larger worker's memory in bytes."""
    assert installation.server is not None
    status = [Path(f"/proc/{pid}/status").read_text() for pid in installation.server.worker_pids()]
    return max(int(text.split("VmRSS:")[1].split()[0]) * 1024 for text in status)


def cast(person: Person, installation: Installation) -> None:
    """The person's own ballot still gets in, once: nothing of what was tried before is stored."""
    assert person.sealed is not None
    before = len(installation.receipts())
    with make_pool(10.0) as pool:
        assert person.step(pool, address(installation))
    assert len(installation.receipts()) == before + 1
    assert person.receipt in installation.receipts()


def kind(answer: bytes) -> str:
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["type"]).rpartition(":")[2]


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_body_announced_far_too_long_is_refused_before_it_is_read(person: Person, installation: Installation) -> None:
    answer = ask(installation, head(person, "Content-Length: 10000000000"))
    assert answer.startswith(b"HTTP/1.1 413")
    assert kind(answer) == "too-large"
    cast(person, installation)


@pytest.mark.parametrize("framing", ["Content-Length: 268435456", "Transfer-Encoding: chunked"])
def test_memory_stays_bounded_when_a_quarter_gigabyte_is_sent(
    person: Person, installation: Installation, framing: str
) -> None:
    before = resident(installation)
    piece = chunk(b"x" * MIB) if "chunked" in framing else b"x" * MIB
    answer = ask(installation, head(person, framing), *[piece] * 256)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 422"))
    assert resident(installation) < before + 32 * MIB
    cast(person, installation)


def test_a_chunked_body_of_the_right_length_is_taken(person: Person, installation: Installation) -> None:
    assert person.sealed is not None
    pieces = [chunk(person.sealed[:1000]), chunk(person.sealed[1000:]), b"0\r\n\r\n"]
    answer = ask(installation, head(person, "Transfer-Encoding: chunked"), *pieces)
    assert answer.startswith(b"HTTP/1.1 201")
    assert person.expected_receipt in installation.receipts()


def test_a_chunked_body_one_byte_too_long_is_refused(person: Person, installation: Installation) -> None:
    assert person.sealed is not None
    answer = ask(installation, head(person, "Transfer-Encoding: chunked"), chunk(person.sealed + b"x"), b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 422")
    assert kind(answer) == "wrong-length"
    cast(person, installation)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_request_cut_off_anywhere_records_nothing(person: Person, installation: Installation, share: float) -> None:
    assert person.sealed is not None
    whole = head(person, f"Content-Length: {len(person.sealed)}") + person.sealed
    with connect(installation) as connection:
        connection.sendall(whole[: int(len(whole) * share)])
    cast(person, installation)


@pytest.mark.parametrize(
    "fields",
    [
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -5"],
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: gzip, chunked, identity"],
    ],
)
def test_a_body_whose_length_can_be_read_in_two_ways_is_never_taken(
    person: Person, installation: Installation, fields: list[str]
) -> None:
    answer = ask(installation, head(person, *fields), b"0\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 422"))
    cast(person, installation)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x00\xff" * 50 + b"\r\n\r\n",  # TLS to a port without
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 2 * MIB + b"\r\n\r\n",
        b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /e/%00/manifest HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /e/%ff%fe/manifest HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /e/%ed%a0%80/receipts/%ed%a0%80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /e/\xff/manifest HTTP/1.1\r\nHost: x\r\n\r\n",
        b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://example.org/e HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /missing HTTP/1.1\r\nHost: [::bad\r\n\r\n",
    ],
)
def test_no_strange_request_is_answered_with_success_or_with_a_failure_of_ours(
    installation: Installation, request_bytes: bytes
) -> None:
    answer = ask(installation, request_bytes)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("what", ["head", "body", "chunk"])
def test_two_hundred_clients_that_never_finish_keep_nobody_waiting(
    person: Person, installation: Installation, what: str
) -> None:
    assert person.sealed is not None
    begun = {
        "head": b"POST /e/x/ballots HTTP/1.1\r\nHos",
        "body": head(person, f"Content-Length: {len(person.sealed)}") + person.sealed[:100],
        "chunk": head(person, "Transfer-Encoding: chunked") + b"400\r\nabc",
    }[what]
    with ExitStack() as stack:
        for _ in range(SLOW):
            stack.enter_context(connect(installation)).sendall(begun)
        cast(person, installation)


def test_a_client_that_reads_nothing_of_its_answers_keeps_nobody_waiting(
    person: Person, installation: Installation
) -> None:
    wanted = f"GET /e/{person.evaluation_id}/manifest HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 50
    with ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(connect(installation))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(wanted)
        cast(person, installation)


def test_after_all_that_the_store_holds_and_the_server_has_said_nothing_about_anybody(
    installation: Installation,
) -> None:
    assert installation.broken_promises() == []
    assert installation.server is not None
    ready, *said = installation.server.said.splitlines()
    assert ready.startswith("Ready:")
    assert said == []


def test_the_pieces_of_a_request_are_as_a_phone_sends_them(person: Person, installation: Installation) -> None:
    """Slowly, but whole: not refused."""
    assert person.sealed is not None
    sealed: Any = person.sealed
    pieces = [sealed[start : start + 500] for start in range(0, len(sealed), 500)]
    answer = ask(installation, head(person, f"Content-Length: {len(sealed)}"), *pieces)
    assert answer.startswith(b"HTTP/1.1 201")
