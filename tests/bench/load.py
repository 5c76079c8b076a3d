"""A bounded load over loopback: prepared requests, sent by a few processes with many connections.

Law: it sends each request once, to this machine only, and stops by itself.
"""

from __future__ import annotations

import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

PROCESSES = 2


@dataclass(frozen=True)
class Result:
    """rate: answers per second; p50, p95: milliseconds; errors: answers outside 2xx."""

    rate: float
    p50: float
    p95: float
    errors: int


def http_post(host: str, path: str, authorization: str, media_type: str, body: bytes) -> bytes:
    """The bytes of one request on a connection that is kept."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def http_get(host: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode("ascii")


def run(address: str, journeys: Sequence[Sequence[bytes]], clients: int) -> Result:
    """Send every journey (its requests one after another) once, from `clients` connections. Loopback only."""
    host = urlsplit(address).hostname
    if host not in ("127.0.0.1", "localhost"):
        raise ValueError("The load goes to this machine only.")
    port = urlsplit(address).port or 80
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    start = context.Event()
    children = [
        context.Process(target=_child, args=(port, journeys[place::PROCESSES], clients // PROCESSES, start, results))
        for place in range(PROCESSES)
    ]
    for child in children:
        child.start()
    began = time.perf_counter()
    start.set()
    outcomes = [results.get(timeout=300) for _ in children]
    took = time.perf_counter() - began
    for child in children:
        child.join()
    times = sorted(moment for moments, _ in outcomes for moment in moments)
    errors = sum(bad for _, bad in outcomes)
    return Result(
        len(journeys) / took, statistics.median(times) * 1000, times[int(len(times) * 0.95) - 1] * 1000, errors
    )


def _child(port: int, journeys: Sequence[Sequence[bytes]], clients: int, start: object, results: object) -> None:
    times: list[float] = []
    errors = [0]

    def client(mine: Sequence[Sequence[bytes]]) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream = connection.makefile("rb")
            for journey in mine:
                began = time.perf_counter()
                for request in journey:
                    connection.sendall(request)
                    if not _read_answer(stream):
                        errors[0] += 1
                times.append(time.perf_counter() - began)

    start.wait()  # type: ignore[attr-defined]
    threads = [threading.Thread(target=client, args=(journeys[place::clients],)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((times, errors[0]))  # type: ignore[attr-defined]


def _read_answer(stream: object) -> bool:
    """Read one answer whole; True for 2xx."""
    status = stream.readline()  # type: ignore[attr-defined]
    length = 0
    while (line := stream.readline()) not in (b"\r\n", b""):  # type: ignore[attr-defined]
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    stream.read(length)  # type: ignore[attr-defined]
    return bool(status[9:10] == b"2")
