"""The Word report: official layout, real headings and tables, every figure, and nothing restricted."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from survey.reports.words import check_number
from tests.reports.papers_support import figures, made, record_bytes, renamed, report, text_of_word, word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SIZES = (40, 7, 3)


def part_of(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


def test_margins_and_grid_are_those_of_the_standard() -> None:
    first = word(made(report(*SIZES), "docx")).sections[0]
    margins = [first.top_margin, first.left_margin, first.right_margin, first.bottom_margin]
    assert [round(margin.mm) for margin in margins] == [37, 28, 26, 35]
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    grid = first._sectPr.find(f"{W}docGrid")
    assert grid.get(f"{W}type") == "linesAndChars"
    # 22 lines fit into the 225 mm of the type area and 23 do not; 28 letters of 3号 fit into 156 mm and 29 do not.
    line = int(grid.get(f"{W}linePitch")) / 20
    letter = 16 + int(grid.get(f"{W}charSpace")) / 4096
    assert 22 * line <= 225 / 25.4 * 72 < 23 * line
    assert 28 * letter <= 156 / 25.4 * 72 + 0.1 < 29 * letter


@pytest.mark.parametrize(
    ("style", "font", "half_points"),
    [
        ("Normal", "仿宋_GB2312", 32),
        ("Title", "方正小标宋简体", 44),
        ("Heading 1", "黑体", 32),
        ("Heading 2", "楷体_GB2312", 32),
        ("Footer", "宋体", 28),
    ],
)
def test_styles_name_the_fonts_of_the_standard_for_chinese(style: str, font: str, half_points: int) -> None:
    properties = word(made(report(*SIZES), "docx")).styles[style].element.find(f"{W}rPr")
    assert properties.find(f"{W}rFonts").get(f"{W}eastAsia") == font
    assert properties.find(f"{W}sz").get(f"{W}val") == str(half_points)


def test_the_font_table_names_a_substitute_for_every_font_that_may_be_missing() -> None:
    fonts = part_of(made(report(*SIZES), "docx"), "word/fontTable.xml")
    for name, other in (("仿宋_GB2312", "仿宋"), ("楷体_GB2312", "楷体"), ("方正小标宋简体", "华文中宋")):
        assert f'<w:font w:name="{name}"><w:altName w:val="{other}"/>' in fonts


def test_chapters_are_real_headings_in_the_expected_order() -> None:
    paragraphs = word(made(report(*SIZES), "docx")).paragraphs
    chapters = [paragraph.text for paragraph in paragraphs if paragraph.style.name == "Heading 1"]
    assert chapters == ["一、基本情况", "二、测评结果", "三、主要特点和问题", "四、意见建议摘编", "五、下一步建议"]


def test_tables_repeat_their_header_and_never_split_a_row() -> None:
    tables = word(made(report(*SIZES), "docx")).tables
    assert len(tables) == 4  # 附表1, 2, 3, and the teams of which 附表3 shows nothing
    for table in tables:
        rows = table._tbl.findall(f"{W}tr")
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_the_table_of_more_than_nine_columns_lies_on_a_landscape_page() -> None:
    document = word(made(report(*SIZES), "docx"))
    assert [round(section.page_width.mm) for section in document.sections].count(297) == 1
    assert max(len(table.columns) for table in document.tables) > 9


def test_every_page_carries_check_number_and_page_number_odd_right_even_left() -> None:
    shown = report(*SIZES)
    document = word(made(shown, "docx"))
    assert document.settings.odd_and_even_pages_header_footer
    number = f"核验编号 {check_number(shown['record'])}"
    for section in document.sections:
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            xml = footer._element.xml
            assert number in footer.paragraphs[0].text
            assert re.search(rf'<w:jc w:val="{side}"/>', xml)
            assert "PAGE" in xml
            assert footer.paragraphs[0].text.replace("\u3000", "").count("—") == 2


def test_charts_are_pictures_with_a_text_alternative_that_says_every_figure() -> None:
    shown = report(*SIZES)
    alternatives = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', part_of(made(shown, "docx"), "word/document.xml"))
    assert len(alternatives) == 2
    for team in shown["evaluations"]:
        assert f"{team['team']}（n={team['counted']}） {team['score'] or '不显示'}" in alternatives[0]
        assert team["team"] in alternatives[1]


def test_every_disclosed_figure_stands_in_the_report() -> None:
    shown = report(*SIZES)
    words = set(re.split(r"[\n%\s]+", text_of_word(made(shown, "docx"))))
    assert figures(shown) <= words


def test_a_withheld_figure_is_a_dash_with_its_reason() -> None:
    text = text_of_word(made(report(*SIZES), "docx"))
    assert "第e3巡察组全部数字没有显示。计入的答卷少于5份" in text
    assert "第e2巡察组各维度得分没有显示。计入的答卷少于10份" in text


def test_a_team_of_which_no_item_is_shown_has_one_row_that_names_the_reason() -> None:
    *_, last = word(made(report(*SIZES), "docx")).tables
    assert [[cell.text for cell in row.cells] for row in last.rows[1:]] == [
        ["第e2巡察组", "7", "各题选项分布没有显示。计入的答卷少于10份，只显示总分、等次和满意率。"],
        ["第e3巡察组", "3", "全部数字没有显示。计入的答卷少于5份。人数较少，不单独显示任何数字。"],
    ]
    assert "附件：1. 测评基本情况表" in text_of_word(made(report(3), "docx"))


def test_the_report_holds_neither_the_checklist_nor_anybodys_words() -> None:
    shown = report(*SIZES)
    for format_ in ("docx", "xlsx"):
        content = made(shown, format_)
        archive = zipfile.ZipFile(io.BytesIO(content))
        everything = "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
        assert "T-01" not in everything
        assert "原话不得出现" not in everything


def test_the_checklist_is_a_file_of_its_own_marked_restricted() -> None:
    text = text_of_word(made(report(*SIZES), "docx", "checklist"))
    assert text.startswith("限阅")
    assert "未经核实" in text
    assert "T-01" in text


def test_a_feedback_page_is_about_one_team_only() -> None:
    shown = report(*SIZES)
    text = text_of_word(made(shown, "docx", "feedback", "e1"))
    first, second = shown["evaluations"][:2]
    assert first["score"] in text
    assert second["team"] not in text
    assert second["score"] not in text
    assert first["units"][0]["name"] not in text


@pytest.mark.parametrize(("team", "sentence"), [("e1", "等次为“良好”"), ("e3", "不评等次")])
def test_an_appraisal_says_the_grade_and_that_it_is_about_the_team(team: str, sentence: str) -> None:
    text = text_of_word(made(report(*SIZES), "docx", "appraisal"))
    (said,) = [line for line in text.split("\n") if f"第{team}巡察组" in line and line.startswith("该同志")]
    assert sentence in said
    assert not re.search(r"\d\d\.\d", said)


def test_markup_and_control_characters_in_a_name_stay_text() -> None:
    shown = renamed(record_bytes(12), "<w:br/>&\x0b组")
    assert "<w:br/>&" in text_of_word(made(shown, "docx"))
