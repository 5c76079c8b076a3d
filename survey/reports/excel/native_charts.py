"""The sheets of a workbook with a native chart beside the table it is drawn from, and what each chart says in words.

Law: a chart shows what its table shows; its text alternative says every figure of it, names a range as a range, and
names the teams that are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from survey.reports.blocks import Cell, Column, Table
from survey.reports.charts.bars import CHINESE
from survey.reports.content import certainty
from survey.reports.content.table_notes import grade_cell, reasons, score_cell
from survey.reports.excel.book import Book

# Fill and ink of the parts of a bar; neighbours differ on grey paper.
_TONES = (
    ("#14504D", "#FFFFFF"),
    ("#7FB3AE", "#10201F"),
    ("#E3E3E3", "#10201F"),
    ("#3A3A3A", "#FFFFFF"),
    ("#B9B9B9", "#10201F"),
    ("#FFFFFF", "#10201F"),
)
_ROOM = (Fraction(5, 100), Fraction(16, 100))  # of a bar: for a number, and for an option's name with it


def comparison_sheet(book: Book) -> None:
    """Teams from the highest total down, then those with a range, which has words and no bar in the native chart."""
    hidden = [team["team"] for team in book.report["evaluations"] if score_cell(team) is None]
    elsewhere = [f"总分不显示的组不在此表：{'、'.join(hidden)}。原因见附表2。"] if hidden else []
    exact = sorted(
        (team for team in book.report["evaluations"] if team["score"] is not None),
        key=lambda team: -Fraction(team["score"]),
    )
    teams = [*exact, *(team for team in book.report["evaluations"] if team["range"] is not None)]
    table = Table(
        "",
        "各组总分比较",
        [
            Column("巡察组", 3),
            Column("总分", 1.2, "score"),
            Column("等次", 2, "mixed"),
        ],
        [[certainty.with_number(team), score_cell(team), grade_cell(team)] for team in teams],
        unit="单位：分",
        notes=["n为有效答卷份数。", *certainty.notes(teams), *elsewhere],
    )
    sheet = book.sheet("各组比较", landscape=False)
    rows = book.table(sheet, table)
    if teams:
        chart = book.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": "总分",
                "categories": ["各组比较", 3, 0, 2 + len(teams), 0],
                "values": ["各组比较", 3, 1, 2 + len(teams), 1],
                "data_labels": {
                    "value": True,
                    "num_format": "0.00",
                    "custom": [
                        None if team["score"] is not None else {"value": f"=各组比较!$B${row}"}
                        for row, team in enumerate(teams, 4)
                    ],
                },
                "fill": {"color": _TONES[0][0]},
                "gap": 60,
            }
        )
        chart.set_title({"name": "各组总分", "name_font": {"size": 12}})
        chart.set_x_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        chart.set_y_axis({"reverse": True, "crossing": "max"})
        chart.set_legend({"none": True})
        chart.set_size({"width": 560, "height": 110 + 26 * len(teams)})
        sheet.insert_chart(rows + 1, 0, chart, {"description": _alt("各组总分（满分100分）", table, hidden)})
        rows += 8 + (26 * len(teams)) // 18
    book.finish_page(sheet, len(table.columns), rows)


def satisfaction_sheet(book: Book) -> None:
    """The answers to the overall question by team, with a native stacked chart."""
    report = book.report
    shown = [team for team in report["evaluations"] if team["overall"]["counts"] is not None]
    hidden = [team["team"] for team in report["evaluations"] if team not in shown]
    options = report["questionnaire"]["scales"][report["evaluations"][0]["overall"]["scale"]]
    heads = [option["zh"] for option in options] + ["未填"]
    codes = [option["code"] for option in options] + ["blank"]
    table = Table(
        "",
        "总体满意度分布表",
        [Column("巡察组", 3), *(Column(head, 1.2, "count") for head in heads)],
        [[team["team"], *(team["overall"]["counts"][code] for code in codes)] for team in shown],
        unit="单位：份",
        notes=[
            "总体满意度为对照题，不计入总分。",
            *reasons(report["evaluations"], {"all", "satisfaction", "overall"}),
        ],
    )
    name = "总体满意度"
    sheet = book.sheet(name, landscape=False)
    rows = book.table(sheet, table)
    if shown:
        chart = book.book.add_chart({"type": "bar", "subtype": "percent_stacked"})
        totals = [sum(team["overall"]["counts"][code] for code in codes) for team in shown]
        for place, code in enumerate(codes):
            fill, ink = _TONES[place % len(_TONES)]
            chart.add_series(
                {
                    "name": [name, 2, place + 1],
                    "categories": [name, 3, 0, 2 + len(shown), 0],
                    "values": [name, 3, place + 1, 2 + len(shown), place + 1],
                    "fill": {"color": fill},
                    "border": {"color": "#10201F"},
                    "gap": 40,
                    "data_labels": {
                        "series_name": True,
                        "value": True,
                        "separator": " ",
                        "font": {"size": 9, "color": ink},
                        "custom": [
                            _label(team["overall"]["counts"][code], total, f"={name}!${chr(66 + place)}${row}", ink)
                            for row, (team, total) in enumerate(zip(shown, totals, strict=True), 4)
                        ],
                    },
                }
            )
        # Labels stand in the bars; the order, which the title says, names the parts too narrow for one.
        chart.set_title({"name": f"总体满意度（自左至右：{'、'.join(heads)}）", "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True, "crossing": "max"})
        chart.set_legend({"none": True})
        chart.set_size({"width": 560, "height": 130 + 26 * len(shown)})
        sheet.insert_chart(rows + 1, 0, chart, {"description": _alt("总体满意度分布（份）", table, hidden)})
        rows += 9 + (26 * len(shown)) // 18
    book.finish_page(sheet, len(table.columns), rows)


def _alt(title: str, table: Table, hidden: Sequence[str]) -> str:
    """What a chart shows, in words: every row of its table with the heads of its columns, and which teams it lacks."""
    heads = [column.head for column in table.columns[1:]]
    rows = (
        "、".join(f"{head}{_in_words(cell)}" for head, cell in zip(heads, row[1:], strict=True)) for row in table.rows
    )
    said = [f"{row[0]} {cells}" for row, cells in zip(table.rows, rows, strict=True)]
    said += [f"{team} 不显示" for team in hidden]
    return f"{title}：{'；'.join(said)}"


def _in_words(cell: Cell) -> str:
    if cell is None:
        return "不显示"
    return CHINESE.range.format(cell) if "～" in str(cell) else str(cell)


def _label(count: int, total: int, cell: str, ink: str) -> dict[str, Any] | None:
    """None: name and number, as the series has it; else the number alone, or nothing where there is no room."""
    share = Fraction(count, total) if total else Fraction(0)
    if share >= _ROOM[1]:
        return None
    return {"value": cell, "font": {"size": 9, "color": ink}} if share >= _ROOM[0] else {"delete": True}
