"""How the documents are laid out: what stays together, what is not stretched, and tables that show nothing."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import pairwise

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH

from survey.reports.blocks import Document, Paragraph, Table
from survey.reports.gongwen import render
from survey.reports.places import fonts_folder
from survey.reports.short_papers import restricted_checklist
from survey.reports.words import check_mark, unbroken
from tests.reports.papers_support import made, report, word


def test_the_checklist_of_a_team_that_is_not_shown_says_why_in_its_table() -> None:
    blocks = [block for block in restricted_checklist(report(12, 7, 3)).blocks if isinstance(block, Table)]
    shown, small, smallest = blocks[:3]
    assert len(shown.rows) > 1
    for table in (small, smallest):
        [row] = table.rows
        assert str(row[0]).startswith("没有显示。计入的答卷少于")
        assert set(row[1:]) == {""}


def test_the_attachments_of_the_report_stay_on_one_page() -> None:
    lines = [p for p in word(made(report(12, 7), "docx")).paragraphs if p.style.name.startswith("附件说明")]
    assert [bool(line.paragraph_format.keep_with_next) for line in lines] == [True] * (len(lines) - 1) + [False]


@pytest.mark.parametrize(
    "text", ["打开pinggu.example.cn试一试", f"核对码{unbroken('_EK- /zw1 ab')}", f"{'b0b0b0b0 ' * 3}"]
)
def test_a_line_before_something_long_is_not_stretched(text: str) -> None:
    assert Paragraph(text).is_ragged
    assert not Paragraph("一句平常的话，2026年第1轮。").is_ragged


def test_a_long_digest_is_set_left_in_word() -> None:
    document = Document(["题"], "", [Paragraph("全文：" + "b0b0b0b0 " * 8), Paragraph("一句话。")], mark="")
    [digest, sentence] = word(render(document, fonts_folder())).paragraphs[-2:]
    assert (digest.alignment, sentence.alignment) == (WD_ALIGN_PARAGRAPH.LEFT, None)


def test_a_check_mark_does_not_break() -> None:
    assert not re.search("[ -]", unbroken(check_mark("_EK-/zw1abcd")))


def test_the_satisfaction_chart_has_labels_and_no_legend() -> None:
    with zipfile.ZipFile(io.BytesIO(made(report(12, 7), "xlsx"))) as package:
        charts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
    [stacked] = [chart for chart in charts if "percentStacked" in chart]
    assert "<c:legend>" not in stacked
    assert 'showSerName val="1"' in stacked
    fills = re.findall(r'<c:ser>.*?<a:srgbClr val="(\w{6})"', stacked)
    lightness = [sum(int(fill[place : place + 2], 16) for place in (0, 2, 4)) for fill in fills]
    assert all(abs(one - other) > 90 for one, other in pairwise(lightness))
