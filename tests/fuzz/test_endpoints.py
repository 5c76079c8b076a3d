"""Every address of the whole application, asked with anything: a documented answer, never a failure of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from survey import create_app
from tests.faults.installation import Installation
from tests.fuzz.strategies import MORSELS, mutated
from tests.world import Phone, phones

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTED = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", "".join(file.read_text("utf-8") for file in DOCS.glob("*.md"))))
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"]


class Target:
    """The whole application on a real store, a phone that may answer, and every address it knows."""

    def __init__(self, installation: Installation) -> None:
        self.app: Flask = create_app(services=installation.services)
        self.client = self.app.test_client()
        self.phone: Phone = phones(installation.world, installation.evaluation, self.client)[0]
        self.token = self.phone.draw_token()
        self.sealed = self.phone.seal(self.token, {"O-1": "A"})
        self.rules = sorted(str(rule) for rule in self.app.url_map.iter_rules())
        self.ids = [installation.evaluation.id, installation.world.round.id, "answer.js", "0" * 64, "json"]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("endpoints")
    installation = Installation.make(folder, f"sqlite:///{folder / 'survey.db'}", 3)
    yield Target(installation)
    installation.close()


def text() -> st.SearchStrategy[str]:
    """What a header can carry."""
    return (st.binary(max_size=60) | st.sampled_from(MORSELS)).map(
        lambda data: data.decode("latin-1").replace("\r", "").replace("\n", "")
    )


@st.composite
def requests(draw: st.DrawFn, target: Target) -> dict[str, Any]:
    part = st.sampled_from(target.ids) | text().map(lambda value: quote(value, safe=""))
    path = re.sub(r"<[^>]+>", lambda _: draw(part) or "x", draw(st.sampled_from(target.rules)))
    right = {
        "code": f"Bearer {target.phone.code}",
        "token": target.phone.cast(target.token, target.sealed).request.headers["Authorization"],
        "request": target.phone.pending.request,
        "sealed": target.sealed,
    }
    headers = {}
    if draw(st.booleans()):
        near = mutated(right[draw(st.sampled_from(["code", "token"]))].encode()).map(
            lambda data: data.decode("latin-1").replace("\r", "").replace("\n", "")
        )
        headers["Authorization"] = draw(st.sampled_from([right["code"], right["token"]]) | near | text())
    for name in draw(
        st.lists(
            st.sampled_from(["Accept", "Accept-Language", "Accept-Encoding", "Cookie", "Range", "Host"]), max_size=2
        )
    ):
        headers[name] = draw(text())
    types = ["application/private-token-request", "application/octet-stream", "application/json", "multipart/form-data",
             "application/x-www-form-urlencoded"]  # fmt: skip
    body = draw(
        st.sampled_from([right["request"], right["sealed"], b""])
        | mutated(right["request"])
        | mutated(b"account=office&password=x&csrf_token=y&next=/office/")
        | st.binary(max_size=300)
    )
    return {
        "path": path,
        "query_string": draw(st.just("") | text().map(lambda value: quote(value, safe="=&"))),
        "method": draw(st.sampled_from(METHODS)),
        "headers": headers,
        "content_type": draw(st.sampled_from(types) | text()),
        "data": body,
    }


def test_no_request_is_answered_with_a_failure_of_ours(target: Target) -> None:
    @settings(max_examples=300, deadline=10_000, suppress_health_check=list(HealthCheck))
    @given(request=requests(target))
    def law(request: dict[str, Any]) -> None:
        path = request.pop("path")
        environ = EnvironBuilder(path="/", **request).get_environ()
        environ["PATH_INFO"] = unquoted(path)
        # Not by the test client, which corrects what a hostile client would not.
        answer = Response.from_app(target.app, environ)
        body = answer.get_data()
        assert answer.status_code < 500, (path, request, body)
        if answer.mimetype == "application/problem+json" and request["method"] != "HEAD":
            problem = json.loads(body)
            assert problem["status"] == answer.status_code
            assert problem["type"].removeprefix("urn:survey:problem:") in DOCUMENTED, (path, problem)

    law()


def unquoted(path: str) -> str:
    """As a WSGI server hands it over (PEP 3333)."""
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path).decode("latin-1")


def test_the_document_of_problems_was_read() -> None:
    assert "store-unavailable" in DOCUMENTED
    assert len(DOCUMENTED) > 12
