"""A respondent over HTTP against a server that misbehaves: one receipt, or a named failure, never two ballots."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from survey.cli.client import ATTEMPTS, Answered, Client, JourneyFailed, Slip
from survey.errors import InvalidSpec
from tests.world import World

ANSWERED = Answered({"D1-1": "A"}, {"C-1": "好"})
App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Cut(ConnectionError):
    """The connection breaks before the answer is sent."""


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """The tests need no log."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        self.close_connection = True


@dataclass
class Trouble:
    """Stands before the real interface. For each kind of request, what goes wrong first: "503" or "cut" instead of
    asking it, "lost" after it has answered, or a function that changes its answer.
    """

    app: App
    planned: dict[str, list[Any]] = field(default_factory=dict)
    bodies: dict[str, list[bytes]] = field(default_factory=dict)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        import io

        kind = environ["PATH_INFO"].rpartition("/")[2]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        self.bodies.setdefault(kind, []).append(body)
        todo = self.planned.get(kind, [])
        trouble = todo.pop(0) if todo else None
        if trouble == "503":
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        if trouble == "cut":
            raise Cut
        if trouble is None:
            return self.app(environ, start_response)
        head: list[Any] = []
        answer = b"".join(self.app(environ, lambda status, headers, *rest: head.extend((status, headers))))
        if trouble == "lost":
            raise Cut
        answer = trouble(answer)
        start_response(
            head[0],
            [(name, value) for name, value in head[1] if name != "Content-Length"]
            + [("Content-Length", str(len(answer)))],
        )
        return [answer]


@pytest.fixture
def trouble(open_world: World) -> Trouble:
    return Trouble(open_world.app())


@pytest.fixture
def client(trouble: Trouble) -> Iterator[Client]:
    server = make_server("127.0.0.1", 0, trouble, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    client = Client(f"http://127.0.0.1:{server.server_port}", secrets.token_bytes, pause=lambda seconds: None)
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def slip(open_world: World) -> Slip:
    return Slip.of_url(open_world.slips_of(open_world.first)[0].url("https://survey.example"))


def ballots(world: World) -> int:
    count: int = world.services.box.count(world.first.id)
    return count


def test_a_respondent_ends_with_the_receipt_of_the_own_ballot(client: Client, slip: Slip, open_world: World) -> None:
    receipt = client.answer(slip, lambda manifest: ANSWERED)
    assert open_world.services.box.receipts(open_world.first.id) == [receipt]


@pytest.mark.parametrize("kind", ["manifest", "token-request", "ballots"])
@pytest.mark.parametrize("trouble_", ["503", "cut", "lost"])
def test_a_request_without_answer_is_sent_again_with_the_same_bytes(
    client: Client, slip: Slip, trouble: Trouble, open_world: World, kind: str, trouble_: str
) -> None:
    trouble.planned[kind] = [trouble_, trouble_]
    receipt = client.answer(slip, lambda manifest: ANSWERED)
    assert open_world.services.box.receipts(open_world.first.id) == [receipt]
    assert len(trouble.bodies[kind]) == 3
    assert len(set(trouble.bodies[kind])) == 1


def test_a_server_that_never_recovers_is_given_up_and_named(client: Client, slip: Slip, trouble: Trouble) -> None:
    trouble.planned["ballots"] = ["503"] * 100
    with pytest.raises(JourneyFailed, match=r"status 503 \(ballot\)"):
        client.answer(slip, lambda manifest: ANSWERED)
    assert len(trouble.bodies["ballots"]) == ATTEMPTS


def test_another_manifest_than_the_slip_names_is_refused_before_the_code_is_sent(
    client: Client, slip: Slip, trouble: Trouble
) -> None:
    trouble.planned["manifest"] = [lambda answer: answer + b" "]
    with pytest.raises(JourneyFailed, match="another manifest than the slip names"):
        client.answer(slip, lambda manifest: ANSWERED)
    assert "token-request" not in trouble.bodies


def test_a_token_that_does_not_verify_is_refused(
    client: Client, slip: Slip, trouble: Trouble, open_world: World
) -> None:
    trouble.planned["token-request"] = [lambda answer: answer[:-1] + bytes([answer[-1] ^ 1])]
    with pytest.raises(JourneyFailed, match="a token that does not verify"):
        client.answer(slip, lambda manifest: ANSWERED)
    assert ballots(open_world) == 0


def test_a_receipt_for_another_ballot_is_a_failure(client: Client, slip: Slip, trouble: Trouble) -> None:
    trouble.planned["ballots"] = [lambda answer: b'{"receipt": "' + b"00" * 32 + b'"}']
    with pytest.raises(JourneyFailed, match="a receipt for another ballot"):
        client.answer(slip, lambda manifest: ANSWERED)


def test_a_code_used_elsewhere_fails_with_its_problem_type(client: Client, slip: Slip) -> None:
    client.answer(slip, lambda manifest: ANSWERED)
    with pytest.raises(JourneyFailed, match="urn:survey:problem:code-already-used") as failed:
        client.answer(slip, lambda manifest: ANSWERED)
    assert failed.value.step == "token-request"


def test_a_failure_never_names_the_code(client: Client, slip: Slip) -> None:
    client.answer(slip, lambda manifest: ANSWERED)
    with pytest.raises(JourneyFailed) as failed:
        client.answer(slip, lambda manifest: ANSWERED)
    assert slip.code not in str(failed.value)
    assert slip.code not in repr(slip)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://h.example",
        "https://h.example/e/#c=1&m=2",
        "https://h.example/x/abc#c=1&m=2",
        "https://h.example/e/abc#c=1",
        "https://h.example/e/abc?c=1&m=2",
    ],
)
def test_an_address_that_is_no_slip_is_refused(url: str) -> None:
    with pytest.raises(InvalidSpec, match="has the form"):
        Slip.of_url(url)
