"""附表6 as a sheet of a workbook, with a native line chart."""

from __future__ import annotations

from survey.domain.results.trend import Trend
from survey.reports.content.trend_tables import numbers_table, trend_picture, trend_table
from survey.reports.excel.book import INK, Book

NAME = "附表6 历轮对比"
_FIRST, _TOTAL = 3, 1  # row of the first round and column of its total, as Book.table writes them


def trend_sheet(book: Book, shown: Trend) -> None:
    """The line breaks where rounds asked other questions: one series per stretch of rounds that may be joined."""
    table = trend_table(shown)
    sheet = book.sheet(NAME, landscape=True)
    rows = book.table(sheet, table) + 1
    rows = book.table(sheet, numbers_table(shown), rows, widths=False)
    count = len(shown.points)
    chart = book.book.add_chart({"type": "line"})
    for stretch in _stretches(shown):
        column = _TOTAL
        if len(stretch) < count:  # a series needs all categories: the totals of this stretch alone, beside the table
            column = len(table.columns) + 1 + stretch[0]
            for place in stretch:
                if (value := shown.points[place].total) is not None:
                    grey = book.format(num_format="0.00", font_color="#808080")
                    sheet.write_number(_FIRST + place, column, float(value), grey)
        chart.add_series(
            {
                "name": " ".join(shown.points[stretch[0]].questionnaire),
                "categories": [NAME, _FIRST, 0, _FIRST + count - 1, 0],
                "values": [NAME, _FIRST, column, _FIRST + count - 1, column],
                "marker": {"type": "circle", "size": 7, "fill": {"color": INK}, "border": {"color": INK}},
                "line": {"color": INK, "width": 1.75},
                "data_labels": {"value": True, "num_format": "0.00", "position": "below"},
            }
        )
    chart.set_title({"name": "历轮总分（各组平均）", "name_font": {"size": 12}})
    chart.set_y_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"none": True})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 860, "height": 300})
    sheet.insert_chart(rows + 1, 0, chart, {"description": trend_picture(shown).alt})
    book.finish_page(sheet, len(table.columns), rows + 18)


def _stretches(shown: Trend) -> list[list[int]]:
    found: list[list[int]] = []
    for place, joined in enumerate(shown.joined):
        if joined:
            found[-1].append(place)
        else:
            found.append([place])
    return found
