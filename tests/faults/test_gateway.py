"""survey/cli/gateway.py: only whole requests reach a thread; long answers wait for slow readers without one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from granian.rsgi import ProtocolClosed

from survey.cli.gateway import LARGE_BODY, SMALL_BODY, WHOLE_ANSWER, Gateway
from survey.respondent.headers import HEADERS

PHONE, STAFF = "/e/x/ballots", "/office/upload"


@dataclass
class Scope:
    headers_given: list[tuple[str, str]]
    path: str = PHONE
    method: str = "POST"
    query_string: str = ""
    http_version: str = "1.1"
    scheme: str = "http"
    server: str = "127.0.0.1:8000"
    client: str = "127.0.0.1:40000"
    authority: str | None = None

    @property
    def headers(self) -> Headers:
        return Headers(self.headers_given)


class Headers:
    def __init__(self, given: list[tuple[str, str]]) -> None:
        self._given = given

    def get(self, name: str) -> str | None:
        return dict(self._given).get(name)

    def items(self) -> list[tuple[str, str]]:
        return self._given

    def __contains__(self, name: object) -> bool:
        return name in dict(self._given)


@dataclass
class Protocol:
    """What a client sends in pieces; None: the connection is lost; ...: it sends nothing more and stays."""

    pieces: list[Any]
    reads: int = 0
    status: int = 0
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[bytes] = field(default_factory=list)
    breaks_after: int = 10**9

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    async def __aiter__(self) -> Any:
        for piece in self.pieces:
            if piece is None:
                raise ProtocolClosed
            if piece is ...:
                await asyncio.Event().wait()
            self.reads += 1
            yield piece

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.answer, self.headers = status, body, dict(headers)

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:
        self.status = status
        return self

    async def send_bytes(self, data: bytes) -> None:
        if len(self.sent) >= self.breaks_after:
            raise ProtocolClosed
        self.sent.append(data)


def run(
    app: Callable[..., Iterable[bytes]], scope: Scope, protocol: Protocol, *, body_within: float = 30.0
) -> Protocol:
    async def once() -> None:
        await Gateway(app, 1, body_within=body_within).__rsgi__(scope, protocol)

    with ThreadPoolExecutor(1) as thread:  # the browser tests keep a loop running in this one
        thread.submit(lambda: asyncio.run(once())).result()
    return protocol


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def require_headers_of_every_answer(protocol: Protocol) -> None:
    as_every_answer = {name.lower(): value for name, value in HEADERS.items()}
    assert protocol.headers == {"content-type": "application/problem+json", **as_every_answer}


def never(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    raise AssertionError("the application was asked")


@pytest.mark.parametrize("headers", [[("content-length", "5")], [("transfer-encoding", "chunked")]])
def test_a_whole_body_reaches_the_application(headers: list[tuple[str, str]]) -> None:
    protocol = run(echo, Scope(headers), Protocol([b"he", b"llo"]))
    assert (protocol.status, protocol.answer) == (200, b"hello")


@pytest.mark.parametrize("rest", [..., None])
def test_a_body_that_stops_half_way_is_refused_and_never_reaches_a_thread(rest: Any) -> None:
    protocol = run(never, Scope([("content-length", "5")]), Protocol([b"he", rest]), body_within=0.05)
    assert protocol.status == 408
    assert json.loads(protocol.answer)["type"] == "urn:survey:problem:incomplete"
    require_headers_of_every_answer(protocol)


@pytest.mark.parametrize("length", [str(SMALL_BODY + 1), "9" * 5000, "-1", "x"])
def test_a_body_announced_too_long_is_not_read(length: str) -> None:
    protocol = run(echo, Scope([("content-length", length)]), Protocol([b"x" * 1000]))
    assert (protocol.reads, protocol.answer) == (0, b"")


def test_a_body_that_turns_out_too_long_is_read_only_up_to_the_limit() -> None:
    protocol = run(echo, Scope([("transfer-encoding", "chunked")]), Protocol([b"x" * 65536] * 100))
    assert SMALL_BODY < len(protocol.answer) <= SMALL_BODY + 65536
    assert protocol.reads == 5


def test_staff_may_send_more_but_not_without_end() -> None:
    scope = Scope([("transfer-encoding", "chunked")], path=STAFF)

    def count(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"%d" % len(environ["wsgi.input"].read())]

    protocol = run(count, scope, Protocol([b"x" * (1 << 20)] * 40))
    assert int(protocol.answer) == LARGE_BODY + (1 << 20)


class Package:
    """A long answer, made piece by piece; knows whether it was closed."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.made = 0
        self.is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.pieces):
            self.made += 1
            yield b"x" * (WHOLE_ANSWER // 2)

    def close(self) -> None:
        self.is_closed = True

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Package:
        start_response("200 OK", [])
        return self


def test_a_long_answer_is_sent_in_pieces_and_closed() -> None:
    package = Package(10)
    protocol = run(package, Scope([], method="GET"), Protocol([]))
    assert sum(map(len, protocol.sent)) == 10 * (WHOLE_ANSWER // 2)
    assert len(protocol.sent) == 8  # the first three together, then one by one
    assert package.is_closed


def test_a_reader_who_goes_away_ends_the_making_of_a_long_answer() -> None:
    package = Package(1000)
    run(package, Scope([], method="GET"), Protocol([], breaks_after=2))
    assert package.is_closed
    assert package.made < 10


class Broken(Package):
    """Fails after its pieces."""

    def __iter__(self) -> Iterator[bytes]:
        yield from super().__iter__()
        raise RuntimeError("words of a failure")


@pytest.mark.parametrize(("pieces", "status", "sent"), [(0, 500, 0), (1, 500, 0), (5, 200, 5)])
def test_an_answer_that_fails_while_it_is_made_is_said_without_its_words_and_closed(
    capsys: pytest.CaptureFixture[str], pieces: int, status: int, sent: int
) -> None:
    package = Broken(pieces)
    protocol = run(package, Scope([], method="GET"), Protocol([]))
    assert (protocol.status, sum(map(len, protocol.sent))) == (status, sent * (WHOLE_ANSWER // 2))
    assert package.is_closed
    if status == 500:
        assert json.loads(protocol.answer)["type"] == "urn:survey:problem:internal-error"
        require_headers_of_every_answer(protocol)
    assert re.fullmatch(r"(long )?answer: RuntimeError at test_gateway\.py:\d+\n", capsys.readouterr().err)


def test_a_field_that_came_twice_is_one_list() -> None:
    seen: dict[str, Any] = {}

    def look(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.update(environ)
        start_response("204 No Content", [])
        return []

    headers = [("host", "a"), ("accept", "x"), ("accept", "y"), ("content-type", "t")]
    protocol = run(look, Scope(headers, path="/e/中", query_string="a=%20"), Protocol([]))
    assert protocol.status == 204
    assert (seen["HTTP_ACCEPT"], seen["HTTP_HOST"], seen["CONTENT_TYPE"]) == ("x, y", "a", "t")
    assert seen["PATH_INFO"].encode("latin-1").decode("utf-8") == "/e/中"
    assert (seen["QUERY_STRING"], seen["REMOTE_ADDR"], seen["SERVER_PORT"]) == ("a=%20", "127.0.0.1", "8000")
