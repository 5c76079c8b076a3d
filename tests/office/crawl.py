"""Every page of the office, found by following links: a new page is tested and photographed without being named.

One page stands for each kind: an endpoint and, for pages of a round, the state the round is in.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from survey.domain.staff import ROLES
from tests.office.conftest import Visitor

_ADDRESS = re.compile(r'(?:href|src)="(/office[^"#]*)')


@dataclass(frozen=True)
class Found:
    kind: str  # "show-round (open)"
    role: str  # who was led there
    path: str
    answer: Any
    visitor: Visitor

    @property
    def is_page(self) -> bool:
        return bool(self.answer.mimetype == "text/html")


def crawl(app: Flask, states: Mapping[str, str]) -> Iterator[Found]:
    """states: round id -> state, of the rounds whose pages are looked at."""
    seen: set[str] = set()
    for role in ROLES:
        visitor = Visitor(app.test_client())
        waiting = [visitor.log_in(role).location]
        known = set(waiting)
        while waiting:
            path = waiting.pop(0)
            kind = _kind(app, path, states)
            if kind is None or kind in seen:
                continue
            answer = visitor.get(path, buffered=True)  # read to its end and closed, as a server does
            if answer.status_code == 403:
                continue
            assert answer.status_code == 200, f"{path}: {answer.status}"
            seen.add(kind)
            yield Found(kind, role, path, answer, visitor)
            if answer.mimetype == "text/html":
                links = {html.unescape(one): None for one in _ADDRESS.findall(answer.text)}
                waiting += [one for one in links if one not in known]
                known |= set(links)


def _kind(app: Flask, path: str, states: Mapping[str, str]) -> str | None:
    """None for what is no address of the office, or of a round that is not looked at."""
    try:
        endpoint, arguments = app.url_map.bind("survey.example").match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return None
    name = str(endpoint).removeprefix("office.")
    round_id = arguments.get("round_id")
    if round_id is None or name == "download-report":
        return name if round_id is None or round_id in states else None
    return f"{name} ({states[round_id]})" if round_id in states else None
