"""附表6: this round and the rounds approved before it, as a table and a drawing.

Law: figures come from the points that approval fixed (survey.domain.results.trend); rounds are joined by a line only
where they asked the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.domain.results.trend import RANGE, UNGRADED, WITHHELD, Point, Trend, point_of, trend
from survey.reports.blocks import Cell, Column, Picture, Table
from survey.reports.trend_chart import trend_chart
from survey.reports.words import check_number

Report = Mapping[str, Any]
_WHY = {UNGRADED: "参评率过低、不评等次", RANGE: "总分只显示范围", WITHHELD: "总分没有显示"}


def trend_of(report: Report) -> Trend:
    """What the report compares; a report that was not asked for one stands alone."""
    points = [Point.from_json(point) for point in report.get("trend", ())]
    return trend(points or [point_of(report)])


def trend_table(shown: Trend) -> Table:
    codes = list(shown.names)
    rows: list[list[Cell]] = [
        [
            point.name,
            point.total,
            *(shown.values(code)[place] for code in codes),
            " ".join(point.questionnaire),
            check_number(point.record),
        ]
        for place, point in enumerate(shown.points)
    ]
    named = "；".join(f"{code} {words['zh']}" for code, words in shown.names.items())
    return Table(
        "附表6",
        "历轮对比表",
        [
            Column("轮次", 2.8),
            Column("总分", 1, "score"),
            *(Column(code, 1, "score") for code in codes),
            Column("问卷", 2.8),
            Column("核验编号", 2.6, "mixed"),
        ],
        rows,
        unit="单位：个、分",
        notes=[
            *([f"{named}。"] if named else []),
            "每个数字是该轮各组已公布得分的平均，不加权，各是几个组的平均见组数表；“仅供参考”的组照常计入。",
            *left_out(shown),
            "各轮按报告批准的先后排列。问卷和版本相同的轮次才用线相连；问卷不同的，维度得分不列入本表（“—”）。",
            "各轮评价的是不同的组，参评人也不同；评估时点不同（反馈会上、撤点当天）的轮次不宜比较。",
        ],
    )


def numbers_table(shown: Trend) -> Table:
    """Of how many teams each mean of trend_table() is."""
    codes = [None, *shown.names]
    rows: list[list[Cell]] = [
        [point.name, *(shown.numbers(code)[place] for code in codes)] for place, point in enumerate(shown.points)
    ]
    unknown = any(not point.counts for point in shown.points)
    return Table(
        "附表6",
        "历轮对比表的组数",
        [Column("轮次", 2.8), *(Column(code or "总分", 1, "count") for code in codes)],
        rows,
        unit="单位：个",
        notes=[
            "历轮对比表中每个平均数所含的组数。各维度显示得分的组不尽相同，组数就不同。",
            *(["较早批准的报告没有记下各维度的组数和没有计入的组（“—”）。"] if unknown else []),
        ],
    )


def left_out(shown: Trend) -> list[str]:
    """Which teams are in no mean of the total, round by round, and what that does to the mean."""
    said = []
    for point in shown.points:
        teams = [f"{'、'.join(names)}（{_WHY[why]}）" for why, names in point.left_out.items()]
        if teams:
            said.append(f"{point.name}的总分平均没有计入{'，'.join(teams)}。")
    if any(RANGE in point.left_out or WITHHELD in point.left_out for point in shown.points):
        said.append(
            "只显示范围的组，得分多在很高或者很低的一头；少了这些组和没有显示的组，平均数有偏，不能代表全部的组。"
        )
    return said


def trend_picture(shown: Trend) -> Picture:
    svg = trend_chart([point.name for point in shown.points], shown.values(None), shown.joined, "历轮总分（各组平均）")
    return Picture(svg, svg.partition("<title>")[2].partition("</title>")[0], 120)
