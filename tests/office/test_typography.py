"""Chinese as it is set: what the eye sees between two words, on every page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.office.crawl import crawl

INLINE = frozenset({"a", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup"})
HIDDEN = frozenset({"script", "style", "title"})
TORN = re.compile(r"[^\n]{0,20}[，。；：？！、] [^\n]{1,20}")  # a full-width mark brings its own space


class Flow(HTMLParser):
    """The text of a page as it flows: inline elements join what they stand between, all others begin a new line."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines = [""]
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.hidden += tag in HIDDEN
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in HIDDEN
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.lines[-1] += data

    def _break(self, tag: str) -> None:
        if tag not in INLINE:
            self.lines.append("")


def torn(page: str) -> list[str]:
    return [hit for line in Flow(page).lines for hit in TORN.findall(" ".join(line.split()))]


def test_what_is_torn_is_found():
    assert torn("<p>还有11条。\n <a>审看</a></p>") == ["还有11条。 审看"]
    assert torn("<p>还有11条。</p> <p>审看。<a>去看</a></p><title>一。 二</title>") == []


def test_no_space_follows_a_full_width_mark(app, services):
    states = {round_.id: round_.state.value for round_ in services.registry.list_rounds()}
    found = {
        (page.kind.partition(" ")[0], hit)
        for page in crawl(app, states)
        if page.is_page
        for hit in torn(page.answer.text)
    }
    assert sorted(found) == []
