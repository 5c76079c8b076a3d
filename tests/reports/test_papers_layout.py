"""How the documents are laid out: what stays together, what is not stretched, and tables that show nothing."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from itertools import pairwise
from typing import Any

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from survey.reports import report_pdf
from survey.reports.blocks import Attachments, Column, Document, Paragraph, Signatures, Table
from survey.reports.content.short_papers import restricted_checklist
from survey.reports.places import fonts_folder
from survey.reports.word.gongwen import render
from survey.reports.words import check_mark, unbroken
from tests.reports.papers_support import made, report, word

_WORD = re.compile(r'<word [^>]*yMin="([\d.]+)"[^>]*yMax="([\d.]+)"[^>]*>([^<]+)</word>')


def test_the_checklist_of_a_team_that_is_not_shown_says_why_in_its_table() -> None:
    blocks = [block for block in restricted_checklist(report(12, 7, 3)).blocks if isinstance(block, Table)]
    shown, small, smallest = blocks[:3]
    assert len(shown.rows) > 1
    for table in (small, smallest):
        [row] = table.rows
        assert str(row[0]).startswith("没有显示。计入的答卷少于")
        assert set(row[1:]) == {""}


def test_the_attachments_of_the_report_stay_on_one_page_with_the_places_to_sign() -> None:
    lines = [p for p in word(made(report(12, 7), "docx")).paragraphs if p.style.name.startswith("附件说明")]
    assert [bool(line.paragraph_format.keep_with_next) for line in lines] == [True] * len(lines)


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


def pages_of(pdf: bytes) -> list[str]:
    said = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return [page.replace(" ", "") for page in said.split("\f")[:-1]]


def kept(paragraph: Any) -> bool:
    return bool(
        paragraph.style.paragraph_format.keep_with_next
        if paragraph.paragraph_format.keep_with_next is None
        else paragraph.paragraph_format.keep_with_next
    )


def test_in_word_the_places_to_sign_stay_with_the_text_before_them() -> None:
    paragraphs = word(made(report(12, 7), "docx")).paragraphs
    signed = [place for place, paragraph in enumerate(paragraphs) if paragraph.style.name == "签署"]
    text = max(place for place in range(signed[0]) if paragraphs[place].style.name == "正文缩进")
    assert all(kept(paragraph) for paragraph in paragraphs[text : signed[-1]])
    assert not kept(paragraphs[text - 1])
    assert not kept(paragraphs[signed[-1]])


def test_in_word_the_last_row_of_a_table_stays_with_the_places_to_sign_below_it() -> None:
    table = Table("", "表", [Column("甲", 1)], [["一"], ["二"]])
    document = word(render(Document(["题"], "", [table, Signatures(["签名："])], mark=""), fonts_folder()))
    cells = [row.cells[0].paragraphs[0] for row in document.tables[0].rows]
    assert [kept(cell) for cell in cells] == [False, False, True]


def test_in_the_pdf_no_place_to_sign_begins_a_page() -> None:
    turned = 0
    for count in range(10, 22):
        text = [Paragraph(f"第{number}段。") for number in range(count)]
        blocks = [*text, Paragraph("一条注。", "note"), Attachments(["表"]), Signatures(["计票人：", "监票人："])]
        pages = pages_of(report_pdf.render(Document(["题"], "", blocks, mark=""), fonts_folder()))
        [signed] = [page for page in pages if "计票人" in page]
        assert f"第{count - 1}段" in signed
        assert "监票人" in signed
        turned += len(pages) > 1
    assert 0 < turned < 12


@pytest.mark.parametrize("notes", [[], ["一条表注。"]])
def test_in_the_pdf_the_last_rows_of_a_table_stay_with_the_places_to_sign_below_it(notes: list[str]) -> None:
    turned = 0
    for count in range(16, 40):
        rows = [[f"第{number}行", f"{number}"] for number in range(count)]
        table = Table("", "一张表", [Column("甲", 3), Column("乙", 1, "count")], rows, notes=notes)
        blocks = [table, Signatures(["计票人：", "监票人：", "日期："])]
        pages = pages_of(report_pdf.render(Document(["题"], "", blocks, mark=""), fonts_folder()))
        [signed] = [page for page in pages if "计票人" in page]
        assert all(words in signed for words in (f"第{count - 2}行", f"第{count - 1}行", "甲", "日期", *notes))
        turned += len(pages) > 1
    assert 0 < turned < 24


def test_the_first_note_of_a_table_stays_with_its_last_row() -> None:
    turned = 0
    for count in range(20, 44):
        rows = [[f"第{number}行", f"{number}"] for number in range(count)]
        table = Table("", "一张表", [Column("甲", 3), Column("乙", 1, "count")], rows, notes=["一条表注。", "又一条。"])
        pages = pages_of(report_pdf.render(Document(["题"], "", [table], mark=""), fonts_folder()))
        [noted] = [page for page in pages if "一条表注" in page]
        assert f"第{count - 1}行" in noted
        turned += len(pages) > 1
    assert 0 < turned < 24
    [in_word] = word(render(Document(["题"], "", [table], mark=""), fonts_folder())).tables
    held = [[kept(cell.paragraphs[0]) for cell in row.cells] for row in in_word.rows]
    assert held == [[False, False]] * count + [[True, True]]


def test_a_table_of_one_row_stays_with_the_places_to_sign() -> None:
    table = Table("", "一张表", [Column("甲", 1)], [["独行"]])
    for count in range(12, 20):
        text = [Paragraph(f"第{number}段。") for number in range(count)]
        document = Document(["题"], "", [*text, table, Signatures(["计票人："])], mark="")
        [signed] = [page for page in pages_of(report_pdf.render(document, fonts_folder())) if "计票人" in page]
        assert "独行" in signed


def test_a_note_keeps_its_distance_from_the_text_above_it() -> None:
    blocks = [
        Paragraph("一句话。"),
        Paragraph("第一条注。", "note"),
        Paragraph("第二条注。", "note"),
        Paragraph("后文。"),
    ]
    document = Document(["题"], "", blocks, mark="")
    _text, first, second, _after = word(render(document, fonts_folder())).paragraphs[-4:]
    assert (first.paragraph_format.space_before, second.paragraph_format.space_before) == (Pt(8), None)
    command = ["pdftotext", "-bbox-layout", "-", "-"]
    pdf = report_pdf.render(document, fonts_folder())
    page = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    lines = {words: (float(top), float(bottom)) for top, bottom, words in _WORD.findall(page)}
    order = ["一句话。", "第一条注。", "第二条注。", "后文。"]
    before, between, after = (lines[below][0] - lines[above][1] for above, below in pairwise(order))
    assert before > 9
    assert after > 9
    assert between < 6


def test_word_says_what_it_is_and_nothing_of_the_library_that_made_it() -> None:
    content = made(report(12, 7), "docx")
    properties = word(content).core_properties
    assert properties.title == "2026年第一轮巡察组作风纪律后评估情况报告"
    assert properties.subject.endswith(properties.keywords)
    assert properties.keywords.startswith("核验编号 ")
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert {name for name in package.namelist() if name.startswith("docProps/")} == {"docProps/core.xml"}
        assert not any(re.search(rb"python-docx|Macintosh", package.read(name)) for name in package.namelist())
