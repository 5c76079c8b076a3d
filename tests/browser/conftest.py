"""What the browser tests share: the accessibility checker, and a page that remembers everything it asked and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Page, Request

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# The rules whose outcome hangs on style alone; the others see the same document in every size and colour scheme.
AXE_STYLE = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Axe(Protocol):
    def __call__(self, page: Page, *, style_only: bool = False) -> list[str]: ...


@pytest.fixture(scope="session")
def axe() -> Axe:
    """axe(page) -> violations as "rule: element" (axe-core, WCAG 2.2 AA and best practice).

    style_only: where the same document has been checked in another size or colour scheme.
    """
    source = AXE.read_text("utf-8")

    def check(page: Page, *, style_only: bool = False) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found: dict[str, Any] = page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})",
            AXE_STYLE if style_only else AXE_TAGS,
        )
        return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]

    return check


class Witness:
    """Everything a page asked of the network and complained about."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def sent(self, ending: str) -> list[Request]:
        return [request for request in self.requests if request.url.endswith(ending)]


@pytest.fixture
def witness(phone: Page) -> Witness:
    return Witness(phone)
