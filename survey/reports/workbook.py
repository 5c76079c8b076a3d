"""The tables of a round as an Excel workbook, with native charts beside the tables they are drawn from.

Law: figures come from tables.py, as printed; a withheld one is a dash. The same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from survey.reports import certainty, restricted_tables, tables
from survey.reports.blocks import DASH, Cell, Column, Table
from survey.reports.excel import Book
from survey.reports.table_notes import ROUNDED, grade_cell, reasons, score_cell
from survey.reports.trend_sheet import trend_sheet
from survey.reports.trend_tables import trend_of

Report = Mapping[str, Any]
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


def render(report: Report) -> bytes:
    """The workbook of 附表1, 2, 3, 6 and, once approved, 5, with charts; never the restricted checklist."""
    book = Book(report, f"{report['name']} 作风纪律后评估附表")
    for name, table in (("附表1 基本情况", tables.participation(report)), ("附表2 得分及等次", tables.scores(report))):
        sheet = book.sheet(name, landscape=table.is_wide)
        rows = book.table(sheet, table)
        book.finish_page(sheet, len(table.columns), rows)
    _comparison(book)
    _satisfaction(book)
    _items(book)
    if len(report.get("trend", ())) > 1:
        trend_sheet(book, trend_of(report))
    digests = tables.digests(report)
    if digests:
        sheet = book.sheet("附表5 意见建议摘编", landscape=False)
        line = 0
        for table in digests:
            line = book.table(sheet, table, line) + 1
        sheet.print_area(0, 0, line, 3)
    return book.finish()


def render_checklist(report: Report) -> bytes:
    """附表4 alone, for its own readers."""
    book = Book(report, f"{report['name']} 禁止事项反映情况表（限阅）")
    for number, table in enumerate(restricted_tables.checklists(report), 1):
        sheet = book.sheet(f"附表4-{number}（限阅）", landscape=False)
        rows = book.table(sheet, table)
        book.finish_page(sheet, len(table.columns), rows)
    if not book.book.worksheets():
        book.sheet("附表4（限阅）", landscape=False).write_string(0, 0, "本轮问卷没有禁止事项。")
    return book.finish()


def render_trend(report: Report) -> bytes:
    """附表6 alone."""
    book = Book(report, f"{report['name']} 历轮对比")
    trend_sheet(book, trend_of(report))
    return book.finish()


def _comparison(book: Book) -> None:
    """Teams from the highest total down, then those with a range, which has words and no bar in the native chart."""
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
        notes=["n为有效答卷份数。", *certainty.notes(teams), "总分不显示的组不在此表，见附表2。"],
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
        sheet.insert_chart(rows + 1, 0, chart, {"description": _alt("各组总分", table)})
        rows += 8 + (26 * len(teams)) // 18
    book.finish_page(sheet, len(table.columns), rows)


def _satisfaction(book: Book) -> None:
    """The answers to the overall question by team, with a native stacked chart."""
    report = book.report
    shown = [team for team in report["evaluations"] if team["overall"]["counts"] is not None]
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
        sheet.insert_chart(rows + 1, 0, chart, {"description": _alt("总体满意度分布（份）", table)})
        rows += 9 + (26 * len(shown)) // 18
    book.finish_page(sheet, len(table.columns), rows)


def _alt(title: str, table: Table) -> str:
    """What a chart shows, in words: every row of its table with the heads of its columns."""
    heads = [column.head for column in table.columns[1:]]
    rows = (
        "、".join(f"{head}{DASH if cell is None else cell}" for head, cell in zip(heads, row[1:], strict=True))
        for row in table.rows
    )
    said = "；".join(f"{row[0]} {cells}" for row, cells in zip(table.rows, rows, strict=True))
    return f"{title}：{said}"


def _label(count: int, total: int, cell: str, ink: str) -> dict[str, Any] | None:
    """None: name and number, as the series has it; else the number alone, or nothing where there is no room."""
    share = Fraction(count, total) if total else Fraction(0)
    if share >= _ROOM[1]:
        return None
    return {"value": cell, "font": {"size": 9, "color": ink}} if share >= _ROOM[0] else {"delete": True}


def _items(book: Book) -> None:
    """附表3 as one long table per scale: all teams, counts and rates apart, ready for a filter."""
    report = book.report
    scales = dict.fromkeys(item["scale"] for team in report["evaluations"] for item in team["items"])
    for number, scale in enumerate(scales, 1):
        options = report["questionnaire"]["scales"][scale]
        codes = [option["code"] for option in options] + ["blank"]
        heads = [option["zh"] for option in options] + ["未填"]
        rows: list[list[Cell]] = []
        for team in report["evaluations"]:
            for item in team["items"]:
                if item["scale"] != scale:
                    continue
                counts, rates = item["counts"], item["rates"]
                rows.append(
                    [
                        team["team"],
                        item["dimension"],
                        item["code"],
                        item["zh"],
                        *(None if counts is None else counts[code] for code in codes),
                        *(None if rates is None else rates[code] for code in codes),
                        score_cell(item),
                        item["satisfaction_of_valid"],
                        item["satisfaction_of_entitled"],
                    ]
                )
        table = Table(
            "附表3",
            "各题选项分布表",
            [
                Column("巡察组", 2),
                Column("维度", 1),
                Column("题号", 1),
                Column("题目", 6),
                *(Column(f"{head}\n（份）", 0.8, "count") for head in heads),
                *(Column(f"{head}\n（%）", 0.8, "rate") for head in heads),
                Column("得分", 1, "score"),
                Column("满意率\n（评价者，%）", 1.4, "rate"),
                Column("满意率\n（应参评者，%）", 1.6, "rate"),
            ],
            rows,
            unit="单位：份、分、%",
            notes=[
                f"各选项的比例以有效答卷为分母。{ROUNDED}",
                *reasons(report["evaluations"], {"all", "items"}),
            ],
        )
        sheet = book.sheet("附表3 选项分布" if len(scales) == 1 else f"附表3 选项分布{number}", landscape=True)
        end = book.table(sheet, table)
        if rows:
            sheet.autofilter(2, 0, 2 + len(rows), len(table.columns) - 1)
        book.finish_page(sheet, len(table.columns), end, first=4)
