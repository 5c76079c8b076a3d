"""Chinese as it is set: what the eye sees between two words, on every page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.office.crawl import crawl

INLINE = frozenset({"a", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"})
HIDDEN = frozenset({"script", "style", "title"})
# After a full-width mark its own half em is the space; a second one tears the line.
TORN = re.compile(r"[^\n]{0,20}[，。；：？！、）] [^\n]{1,20}")


class Lines(HTMLParser):
    """The text of a page as it flows: inline elements join, all others begin a new line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.hidden += tag in HIDDEN
        if tag not in INLINE:
            self.parts.append("\0")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in HIDDEN
        if tag not in INLINE:
            self.parts.append("\0")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)

    def text(self) -> str:
        return "\n".join(re.sub(r"\s+", " ", line).strip() for line in "".join(self.parts).split("\0"))


def test_no_space_follows_a_full_width_mark(app, services):
    states = {round_.id: round_.state.value for round_ in services.registry.list_rounds()}
    torn = {
        (found.kind.partition(" ")[0], hit)
        for found in crawl(app, states)
        if found.is_page
        for hit in TORN.findall(Lines(found.answer.text).text())
    }
    assert torn == set()
