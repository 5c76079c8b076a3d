"""Between the server's event loop and the application: a request waits for its body without holding a thread.

Law: only whole requests reach a thread. A phone that loses its network in the middle of sending, or somebody who sends
one byte a minute on purpose, costs a connection for a bounded time and bounded memory, and keeps nobody waiting.
What fails outside the application's own care (a long answer is made while it is sent) is said without a value of it.
Written for RSGI 1.x (granian), because its WSGI hands out threads before the body is there. Logs nothing.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from granian.rsgi import ProtocolClosed

from survey.errors import PROBLEM_PREFIX
from survey.notices import say_failure
from survey.respondent.headers import HEADERS

BODY_WITHIN = 30.0  # seconds for a whole body; the longest a phone sends has 7 KB
SMALL_BODY = 256 * 1024  # bytes; every body of a phone is shorter
LARGE_BODY = 16 * 1024 * 1024  # uploads of staff
LARGE_PATH = "/office/"
LARGE_AT_ONCE = 4  # so that memory stays bounded whoever sends them
WHOLE_ANSWER = 1024 * 1024  # bytes up to which an answer is sent in one piece


def _problem(kind: str, status: int, title: str, detail: str) -> bytes:
    document = {"type": PROBLEM_PREFIX + kind, "title": title, "status": status, "detail": detail}
    return json.dumps(document, ensure_ascii=False).encode("utf-8")


_INCOMPLETE = _problem(
    "incomplete",
    408,
    "网络太慢或中断，没有收完，什么也没有记录。请再试一次。",
    "The body did not arrive whole in time; nothing was recorded. The same request may be sent again.",
)
_FAILED = _problem(
    "internal-error",
    500,
    "服务器出了错，没有确认收到。请稍后再试一次。",
    "The server failed; nothing was acknowledged. The same request may be sent again.",
)
_PROBLEM_HEADERS = [
    ("content-type", "application/problem+json"),
    *((name.lower(), value) for name, value in HEADERS.items()),  # as every answer to a phone
]

Headers = list[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """An RSGI application over a WSGI one. threads: how many requests are worked on at a time."""

    def __init__(self, app: Wsgi, threads: int, *, body_within: float = BODY_WITHIN) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._body_within = body_within

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        headers = scope.headers
        length = headers.get("content-length")
        if length is None and "transfer-encoding" not in headers and scope.http_version[0] == "1":
            body = b""  # most requests: nothing to wait for
        else:
            try:
                async with asyncio.timeout(self._body_within):
                    body = await self._read(protocol, scope.path, length)
            except (TimeoutError, ProtocolClosed):
                protocol.response_bytes(408, _PROBLEM_HEADERS, _INCOMPLETE)
                return
        loop = asyncio.get_running_loop()
        environ = _environ(scope, body)
        try:
            status, answer, first, rest = await loop.run_in_executor(self._threads, self._run, environ)
        except Exception as error:
            say_failure("answer", error)
            protocol.response_bytes(500, _PROBLEM_HEADERS, _FAILED)
            return
        if rest is None:
            protocol.response_bytes(status, answer, first)
            return
        # A slow reader of a long answer holds no thread either: each piece is made when the one before is sent.
        stream = protocol.response_stream(status, answer)
        try:
            piece: bytes | None = first
            while piece is not None:
                await stream.send_bytes(piece)
                piece = await loop.run_in_executor(self._threads, next, rest, None)
        except ProtocolClosed:
            pass  # the reader has gone
        except Exception as error:
            # The reader sees it by itself: a cut package has no directory, a cut list fewer entries than it announces.
            say_failure("long answer", error)
        finally:
            await loop.run_in_executor(self._threads, rest.close)

    async def _read(self, protocol: Any, path: str, length: str | None) -> bytes:
        """The body, or so much of it that the application sees it is too long."""
        if _is_announced_within(SMALL_BODY, length):
            body: bytes = await protocol()  # never longer than announced
            return body
        if not path.startswith(LARGE_PATH):
            return await _read_up_to(protocol, SMALL_BODY, length)
        async with self._large:
            return await _read_up_to(protocol, LARGE_BODY, length)

    def _run(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes, _Rest | None]:
        """In a thread: (status, headers, first bytes, the rest or None)."""
        started: list[Any] = []
        chunks = self._app(environ, lambda status, headers, exc_info=None: started.append((status, headers)))
        first, size, pieces = [], 0, iter(chunks)
        rest = _Rest(pieces, chunks)
        try:
            for piece in pieces:
                first.append(piece)
                size += len(piece)
                if size > WHOLE_ANSWER:
                    break
        except BaseException:
            rest.close()
            raise
        (status, headers) = started[-1]
        if size <= WHOLE_ANSWER:
            rest.close()
            return int(status[:3]), headers, b"".join(first), None
        return int(status[:3]), headers, b"".join(first), rest


class _Rest:
    """What is still to come of a long answer; close() tells the application that it is over."""

    def __init__(self, pieces: Iterator[bytes], chunks: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._chunks = chunks

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


def _is_announced_within(limit: int, length: str | None) -> bool:
    return length is not None and length.isascii() and length.isdecimal() and len(length) < 12 and int(length) <= limit


async def _read_up_to(protocol: Any, limit: int, length: str | None) -> bytes:
    """At most one piece more than the limit. An announced length over the limit is not read at all."""
    if length is not None and not _is_announced_within(limit, length):
        return b""
    read = bytearray()
    async for piece in protocol:
        read += piece
        if len(read) > limit:
            break
    return bytes(read)


def _environ(scope: Any, body: bytes) -> dict[str, Any]:
    """PEP 3333: text as Latin-1 of the bytes; header fields that came several times joined by commas (RFC 9110)."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.authority:
        environ["HTTP_HOST"] = scope.authority  # HTTP/2
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ and key != "HTTP_HOST" else value
    return environ
