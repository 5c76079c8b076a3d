"""附表6: this round and the rounds approved before it, as a table and a drawing.

Law: figures come from the points that approval fixed (survey.domain.results.trend); rounds are joined by a line only
where they asked the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.domain.results.trend import Point, Trend, point_of, trend
from survey.reports.blocks import Cell, Column, Picture, Table
from survey.reports.trend_chart import trend_chart
from survey.reports.words import check_number

Report = Mapping[str, Any]


def trend_of(report: Report) -> Trend:
    """What the report compares; a report that was not asked for one stands alone."""
    points = [Point.from_json(point) for point in report.get("trend", ())]
    return trend(points or [point_of(report)])


def trend_table(shown: Trend) -> Table:
    codes = list(shown.names)
    rows: list[list[Cell]] = [
        [
            point.name,
            point.teams,
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
            Column("显示总分\n的组数", 1.1, "count"),
            Column("总分", 1, "score"),
            *(Column(code, 1, "score") for code in codes),
            Column("问卷", 2.8),
            Column("核验编号", 2.6, "mixed"),
        ],
        rows,
        unit="单位：个、分",
        notes=[
            *([f"{named}。"] if named else []),
            "每个数字是该轮各组已公布得分的平均，不加权；没有显示得分的组不计入。问卷和版本相同的轮次才用线相连；问卷不同的，"
            "维度得分不列入本表（“—”）。",
            "各轮评价的是不同的组，参评人也不同；评估时点不同（反馈会上、撤点当天）的轮次不宜比较。",
        ],
    )


def trend_picture(shown: Trend) -> Picture:
    svg = trend_chart([point.name for point in shown.points], shown.values(None), shown.joined, "历轮总分（各组平均）")
    return Picture(svg, svg.partition("<title>")[2].partition("</title>")[0], 120)
