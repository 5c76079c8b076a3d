"""The exact headers of every route with every method: not one more, not one fewer, the same for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey.respondent.headers import HEADERS
from tests.world import SPEC, Phone, World, phones

HTML = "text/html; charset=utf-8"
PROBLEM = "application/problem+json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READ = "GET, HEAD, OPTIONS"  # sorted
STORED = {"Vary": "Accept-Encoding"}
# The length of what has a length of its own for everybody; others say it too, and are compared by name only.
LENGTH = "Content-Length"

# rule -> (what GET answers: status, type, further headers)
READABLE: dict[str, tuple[int, str, dict[str, str]]] = {
    "/": (200, HTML, {}),
    "/receipt": (200, HTML, {}),
    "/honest": (200, HTML, {}),
    "/e/<evaluation_id>": (200, HTML, STORED),
    "/e/<evaluation_id>/kiosk": (200, HTML, STORED),
    "/e/<evaluation_id>/manifest": (200, "application/json", STORED),
    "/e/<evaluation_id>/.well-known/private-token-issuer-directory": (
        200,
        "application/private-token-issuer-directory",
        {},
    ),
    "/e/<evaluation_id>/receipts/<receipt_hex>": (200, "application/json", {}),
    "/e/<evaluation_id>/audit.zip": (403, PROBLEM, {}),
    "/assets/<name>": (200, "text/javascript; charset=utf-8", STORED),
}
WRITABLE = {"/e/<evaluation_id>/token-request", "/e/<evaluation_id>/ballots"}


@pytest.fixture
def world() -> World:
    return World(spec={**SPEC, "kiosk": True}).open()


@pytest.fixture
def client(world: World) -> FlaskClient:
    return world.app().test_client()


@pytest.fixture
def person(world: World, client: FlaskClient) -> Phone:
    return phones(world, world.first, client)[0]


def address(world: World, rule: str) -> str:
    values = {"evaluation_id": world.first.id, "receipt_hex": "00" * 32, "name": "answer.js"}
    for name, value in values.items():
        rule = rule.replace(f"<{name}>", value)
    return rule


def check(answer: TestResponse, status: int, media_type: str, further: dict[str, str]) -> None:
    assert answer.status_code == status
    expected = {**HEADERS, **further, "Content-Type": media_type}
    found = dict(answer.headers)
    assert len(found) == len(answer.headers), "a header stands there twice"
    found.pop(LENGTH, None)
    assert found == expected


def test_the_table_names_every_route_of_the_interface(world: World) -> None:
    assert {rule.rule for rule in world.app().url_map.iter_rules()} == READABLE.keys() | WRITABLE


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", READABLE)
def test_exact_headers_of_what_is_read(world: World, client: FlaskClient, rule: str, method: str) -> None:
    answer = client.open(address(world, rule), method=method)
    if method in ("GET", "HEAD"):
        check(answer, *READABLE[rule])
    elif method == "OPTIONS":
        check(answer, 200, HTML, {"Allow": READ})
    else:
        check(answer, 405, PROBLEM, {"Allow": READ})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", sorted(WRITABLE))
def test_exact_headers_of_what_is_written_with_another_method_or_nothing(
    world: World, client: FlaskClient, rule: str, method: str
) -> None:
    answer = client.open(address(world, rule), method=method)
    if method == "OPTIONS":
        check(answer, 200, HTML, {"Allow": "OPTIONS, POST"})
    elif method != "POST":
        check(answer, 405, PROBLEM, {"Allow": "OPTIONS, POST"})
    elif rule.endswith("ballots"):
        challenge = answer.headers["WWW-Authenticate"]
        assert challenge.startswith("PrivateToken challenge=")
        check(answer, 401, PROBLEM, {"WWW-Authenticate": challenge})
    else:
        check(answer, 422, PROBLEM, {})


def test_exact_headers_of_a_token_a_ballot_and_their_repetition(person: Phone) -> None:
    for _ in range(2):
        check(person.request_token(), 200, "application/private-token-response", {})
    token = person.draw_token()
    sealed = person.seal(token, {"D1-1": "A"})
    check(person.cast(token, sealed), 201, "application/json", {})
    check(person.cast(token, sealed), 200, "application/json", {})
    check(person.cast(token, person.seal(token, {})), 409, PROBLEM, {})
    check(person.request_token(code="AAAA-AAAA-AAAA"), 401, PROBLEM, {"WWW-Authenticate": 'Bearer realm="survey"'})


def test_exact_headers_of_the_audit_package(world: World, client: FlaskClient, person: Phone, tmp_path: Path) -> None:
    person.answer({"D1-1": "A"})
    world.close()
    name = f'attachment; filename="audit-{world.round.id}.zip"'
    answer = client.get(address(world, "/e/<evaluation_id>/audit.zip"))
    check(answer, 200, "application/zip", {"Content-Disposition": name})


@pytest.mark.parametrize(
    ("accepted", "files", "others"),
    [
        ("gzip", "gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br", "gzip"),
        ("br", "br", None),
        ("br;q=0, gzip;q=0.5", "gzip", "gzip"),
        ("identity", None, None),
    ],
)
@pytest.mark.parametrize("rule", [rule for rule, (_, _, further) in READABLE.items() if further])
def test_packed_for_whoever_can_unpack_it_and_otherwise_the_same(
    world: World, client: FlaskClient, rule: str, accepted: str, files: str | None, others: str | None
) -> None:
    answer = client.get(address(world, rule), headers={"Accept-Encoding": accepted})
    encoding = files if rule.startswith("/assets") else others
    check(answer, 200, READABLE[rule][1], {**STORED, "Content-Encoding": encoding} if encoding else STORED)


@pytest.mark.parametrize(("path", "accept", "media_type"), [("/nothing", "*/*", PROBLEM), ("/e/x", "text/html", HTML)])
def test_exact_headers_where_there_is_nothing(client: FlaskClient, path: str, accept: str, media_type: str) -> None:
    check(client.get(path, headers={"Accept": accept}), 404, media_type, {})


def test_nothing_is_allowed_that_the_pages_do_not_need() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))

    assert policy["default-src"] == "'none'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert not {"http:", "https:", "*", "blob:"} & set(" ".join(policy.values()).split())
    assert policy["trusted-types"] == "'none'"


def test_strict_transport_is_left_to_the_whole_application() -> None:
    # It depends on the public URL; survey.app adds it for https installations.
    assert "Strict-Transport-Security" not in HEADERS
