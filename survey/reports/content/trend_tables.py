"""附表6: this round and the rounds approved before it, as a table and a drawing.

Law: figures come from the points that approval fixed (survey.domain.results.trend); rounds are joined by a line only
where they asked the same questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.domain.results.trend import RANGE, UNGRADED, WITHHELD, Point, Trend, point_of, trend
from survey.reports.blocks import Cell, Column, Picture, Table
from survey.reports.charts.trend import trend_chart
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
            *filter(None, ["".join(left_out(shown))]),
            "各轮按报告批准的先后排列。问卷和版本都相同的相邻轮次才用线相连；与本轮问卷或者版本不同的，维度得分不列入本表"
            f"（“—”）。{not_joined(shown)}",
            "各轮的组和参评人不尽相同；评估时点不同（反馈会上、撤点当天）的轮次不宜比较。",
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
    why = {reason for point in shown.points for reason in point.left_out}
    if RANGE in why:
        said.append("人数较少的组，总分接近量表的一头就只显示范围，所以没有计入的组不是随便少的。")
    if why:
        said.append("少了没有计入的组，平均数可能偏高，也可能偏低，不能代表全部的组。")
    return said


def not_joined(shown: Trend) -> str:
    """Which rounds stand apart from the one before, said where the line is missing."""
    pairs = zip(shown.points, shown.points[1:], shown.joined[1:], strict=False)
    apart = [f"{before.name}和{after.name}" for before, after, is_joined in pairs if not is_joined]
    return f"不用线相连的：{'；'.join(apart)}。" if apart else ""


def trend_picture(shown: Trend) -> Picture:
    svg = trend_chart([point.name for point in shown.points], shown.values(None), shown.joined, "历轮总分（各组平均）")
    return Picture(svg, svg.partition("<title>")[2].partition("</title>")[0], 120)
