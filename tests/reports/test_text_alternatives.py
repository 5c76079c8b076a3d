"""What a drawing or chart says to somebody who does not see it: every figure in words, ranges and gaps included."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from typing import Any

import pytest

from survey.domain.results.trend import point_of
from survey.reports.charts.bars import CHINESE, ENGLISH, Part, Pauses, distribution
from survey.reports.charts.trend import Words, trend_chart
from survey.reports.charts.wide import Answers, Row, comparison, diverging
from survey.reports.html import render_html
from tests.reports.papers_support import made, report


def title_of(svg: str) -> str:
    return unescape(svg.partition("<title>")[2].partition("</title>")[0])


def in_word(content: bytes) -> list[str]:
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    return [unescape(found) for found in re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', xml)]


def in_excel(content: bytes) -> list[str]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    drawings = sorted(name for name in archive.namelist() if name.startswith("xl/drawings/drawing"))
    return [
        unescape(found).replace("&#10;", "\n")
        for name in drawings
        for found in re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', archive.read(name).decode())
    ]


def with_range(shown: dict[str, Any]) -> dict[str, Any]:
    team = shown["evaluations"][1]
    team["score"], team["range"] = None, ["95.00", "100.00"]
    return shown


def compared() -> dict[str, Any]:
    """Three rounds: the first asked another form, the second shows no total."""
    shown = report(40, 7, 3)
    own = point_of(shown).to_json()
    before = [
        {**own, "name": "甲轮", "total": "88.10", "questionnaire": ["another", "1"]},
        {**own, "name": "乙轮", "total": None},
    ]
    return {**shown, "trend": [*before, own]}


ROWS = [Row("甲组", "91.30", "优秀", number=40), Row("乙组", None, "优秀", "95～100", 7), Row("丙组", None, number=3)]
RANGED = [Row("A", "91.30", "Good", number=40), Row("B", None, "", "95–100", 7), Row("C", None, number=3)]


@pytest.mark.parametrize(
    ("rows", "withheld", "pauses", "said"),
    [
        (
            ROWS,
            "— 不显示",
            CHINESE,
            "总分：甲组（n=40） 91.30、优秀；乙组（n=7） 95～100（只显示范围）、优秀；丙组（n=3） 不显示",
        ),
        (
            RANGED,
            "— not shown",
            ENGLISH,
            "总分: A (n=40) 91.30, Good; B (n=7) 95–100 (only a range is shown); C (n=3) not shown",
        ),
    ],
)
def test_a_comparison_says_values_grades_ranges_and_what_is_not_shown(
    rows: list[Row], withheld: str, pauses: Pauses, said: str
) -> None:
    assert title_of(comparison(rows, "总分", withheld, pauses)) == said


def test_answers_around_the_middle_say_every_count_and_what_is_not_shown() -> None:
    rows = [Answers("甲组", [Part("满意", 9)], [Part("不满意", 1)], [Part("未填", 0)]), Answers("乙组", (), (), ())]
    assert (
        title_of(diverging(rows, "满意度（份）", "— 不显示")) == "满意度（份）：甲组 满意9、不满意1、未填0；乙组 不显示"
    )


def test_a_distribution_says_what_its_figures_are() -> None:
    said = title_of(distribution([Part("好", 3), Part("未填", 1, True)], "D1-1 分布（份）"))
    assert said == "D1-1 分布（份）：好 3、未填 1"


def test_a_trend_says_which_rounds_show_nothing_and_which_are_not_joined() -> None:
    svg = trend_chart(["甲轮", "乙轮", "丙轮"], ["88.10", None, "90.00"], [False, False, True], "总分")
    assert title_of(svg) == "总分：甲轮 88.10；乙轮 没有显示、问卷与上一轮不同，不用线相连；丙轮 90.00"
    words = Words("not shown", "other questions", "not joined")
    svg = trend_chart(["A", "B"], ["88.10", "90.00"], [False, False], "Score", ENGLISH, words)
    assert title_of(svg) == "Score: A 88.10; B 90.00, not joined"


def test_between_rounds_that_are_not_joined_stands_a_broken_line_with_its_words() -> None:
    svg = trend_chart(["甲轮", "乙轮", "丙轮"], ["88.10", "89.00", "90.00"], [False, False, True], "总分")
    assert svg.count("stroke-dasharray") == 1
    assert svg.count(">问卷不同</text>") == 1
    assert svg.count('stroke-width="2"') == 1


def test_pictures_in_word_say_ranges_and_withheld_teams_in_words() -> None:
    comparison_, satisfaction = in_word(made(with_range(report(40, 7, 3)), "docx"))
    assert comparison_.startswith("各组总分比较（满分100分）：")
    assert "第e2巡察组（n=7） 95～100（只显示范围）" in comparison_
    assert "第e3巡察组（n=3） 不显示" in comparison_
    assert satisfaction.startswith("总体满意度分布（份）：第e1巡察组 满意")
    assert satisfaction.endswith("第e3巡察组 不显示")
    assert "—" not in comparison_ + satisfaction


def test_native_charts_say_ranges_and_the_teams_they_lack() -> None:
    comparison_, satisfaction = in_excel(made(with_range(report(40, 7, 3)), "xlsx"))
    assert comparison_.startswith("各组总分（满分100分）：第e1巡察组（n=40） 总分")
    assert "第e2巡察组（n=7） 总分95～100（只显示范围）" in comparison_
    assert comparison_.endswith("；第e3巡察组 不显示")
    assert satisfaction.startswith("总体满意度分布（份）：第e1巡察组 满意")
    assert satisfaction.endswith("；第e3巡察组 不显示")
    assert "—" not in comparison_ + satisfaction


def test_the_chart_of_rounds_says_the_same_in_word_and_excel() -> None:
    [in_report] = in_word(made(compared(), "docx", "trend"))
    [native] = in_excel(made(compared(), "xlsx", "trend"))
    assert in_report == native
    assert "甲轮 88.10；乙轮 没有显示、问卷与上一轮不同，不用线相连；" in native


def test_rounds_that_are_not_joined_are_named_below_the_table() -> None:
    from survey.reports.content.trend_tables import trend_of, trend_table

    assert any("不用线相连的：甲轮和乙轮。" in note for note in trend_table(trend_of(compared())).notes)
    assert not any("不用线相连的" in note for note in trend_table(trend_of(report(40))).notes)


def test_every_drawing_of_the_web_file_has_a_title_with_its_figures() -> None:
    page = render_html(report(40, 7, 3))
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    titles = [title_of(drawing) for drawing in drawings]
    assert all(re.search(r"\d", title) for title in titles)
    assert "D1-1 分布（份）：好 " in " ".join(titles)
    assert any(re.fullmatch(r"第e1巡察组 总分 \d+\.\d\d", title) for title in titles)
