"""The Excel template of a round spec, filled with an example: what `rounds` reads."""

from __future__ import annotations

from io import BytesIO

from survey.sheets.rounds import CHINESE, ROUND_SHEET, UNIT_COLUMNS, UNITS_SHEET

_ROUND = (
    ("name", "2026年第一轮巡察", "轮次名称，印在纸条上 / printed on the slips"),
    ("custodians", "巡察办、纪委、组织部", "密钥保管人，至少三位 / at least three"),
    ("threshold", 2, "几位到场才能开封 / how many open the boxes"),
    ("minimum_group", 5, "少于几份不显示 / fewer answers are not shown"),
    ("texts_minimum", 10, "少于几份不显示意见 / fewer answers show no remarks"),
    ("spare_percent", 8, "备用码，百分比 / spare codes, per cent"),
    ("opens_at", None, "可空；如 2026-06-30 09:00，北京时间 / optional, Beijing time"),
    ("closes_at", None, "可空，同上 / optional, the same"),
    ("kiosk", "否", "现场有没有共用平板，是或者否 / a shared tablet on site: yes or no"),
)
_UNITS = (
    ("第一巡察组", "组长甲", "文学院", 42),
    (None, None, "后勤处", 9),
    ("第二巡察组", None, "图书馆", 14),
)


def template(*, english: bool = False) -> bytes:
    """The workbook (.xlsx), its sheets, fields and columns named in Chinese or English. Whoever fills it replaces the
    example.
    """
    import openpyxl
    from openpyxl.styles import Font

    def named(name: str) -> str:
        return name if english else CHINESE[name]

    fields = [(named(name), value, note) for name, value, note in _ROUND]
    columns = tuple(map(named, UNIT_COLUMNS))
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows, widths in (
        (ROUND_SHEET, fields, (18, 44, 60)),
        (UNITS_SHEET, (columns, *_UNITS), (24, 16, 32, 12)),
    ):
        sheet = workbook.create_sheet(named(title))
        for row in rows:
            sheet.append(row)
        for letter, width in zip("ABCD", widths, strict=False):
            sheet.column_dimensions[letter].width = width
    rounds, units = workbook.worksheets
    for cell in units[1]:
        cell.font = Font(bold=True)
    units.freeze_panes = "A2"
    for row in rounds.iter_rows(min_col=2, max_col=2):
        row[0].number_format = "@" if not isinstance(row[0].value, int) else "0"
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()
