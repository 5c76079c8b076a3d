"""Chinese documents are set as Chinese: no space beside Latin letters and digits, no half-width punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from survey.reports.blocks import Document, Picture
from survey.reports.content.short_papers import appraisals, comparison_of_rounds, feedback, restricted_checklist
from survey.reports.content.situation import situation
from survey.reports.html import render_html
from survey.reports.round_papers.closing import closing_paper
from survey.reports.round_papers.destruction import destruction_paper
from survey.reports.round_papers.host_script import host_script
from survey.reports.round_papers.notice import notice
from survey.reports.round_papers.opening import opening_paper
from tests.reports.papers_support import report
from tests.reports.test_notice_and_script import FULL, URL, WORST, frozen, manifests
from tests.reports.test_records_for_signature import destruction, opening, sealed

HAN = "[\u4e00-\u9fff]"
SPACE = "[ \u00a0]"
GAP = re.compile(
    f"{HAN}{SPACE}[A-Za-z0-9]|[A-Za-z0-9%]{SPACE}{HAN}|{HAN}[,;:!?()]|[,;:!?()]{HAN}|[0-9]{SPACE}%|“[^”]*“"
)
# An item's code stands before its text as a number stands before an entry of a list.
CODE = re.compile(f"(?:^|(?<=；)|(?<=：)|(?<=\n))[A-Z]{{1,2}}-?[0-9]+(?:-[0-9]+)?{SPACE}(?={HAN})")


def documents() -> Iterator[tuple[str, Document]]:
    shown = report(12, 7, 3)
    yield "report", situation(shown)
    yield "feedback", feedback(shown, shown["evaluations"][0])
    yield "checklist", restricted_checklist(shown)
    yield "appraisal", appraisals(shown)
    yield "trend", comparison_of_rounds(shown)
    for name, round_, installation in (("full", FULL, WORST), ("plain", frozen(), WORST)):
        yield f"notice {name}", notice(round_, manifests(round_), installation)
        yield f"script {name}", host_script(round_, manifests(round_), URL)
    yield "closing", closing_paper(frozen(), sealed())
    yield "opening", opening_paper(frozen(), opening(), report(12, 7))
    yield "destruction", destruction_paper(frozen(), destruction())


def gaps(text: str) -> list[str]:
    return GAP.findall(CODE.sub("", text))


@pytest.mark.parametrize(("name", "document"), list(documents()), ids=lambda value: value if type(value) is str else "")
def test_a_chinese_document_is_set_as_chinese(name: str, document: Document) -> None:
    # What a drawing says instead of itself is a list of names and figures, not a sentence.
    blocks = [block for block in document.blocks if not isinstance(block, Picture)]
    found = {text: gaps(text) for text in replace(document, blocks=blocks).all_text()}
    assert not {text: gap for text, gap in found.items() if gap}


def test_the_web_file_has_no_half_width_punctuation_and_no_space_before_per_cent() -> None:
    page = re.sub(r"<style.*?</style>|<title>.*?</title>|<text.*?</text>", "", render_html(report(12, 7)), flags=re.S)
    text = re.sub(r"<[^>]+>", "\n", page)
    assert not re.findall(f"{HAN}[,;:!?()]|[,;:!?()]{HAN}|[0-9]{SPACE}%|。{SPACE}", text)
