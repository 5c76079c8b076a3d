"""Turnout: steps of five while open, exact after closing, both rates."""

from __future__ import annotations

from tests.office.test_rounds import cells


def test_while_open_used_codes_and_ballots_move_in_steps_of_five(signed_in):
    page = signed_in("office").get("/office/rounds/open/turnout").text
    table = page.split("</table>")[0]
    # 61, 8 and 3 ballots are in.
    assert cells(table, "第一巡察组") == ["72", "79", "60", "60", "83.3", "75.9"]
    assert cells(table, "第二巡察组") == ["12", "14", "5", "5", "41.7", "35.7"]
    assert cells(table, "第三巡察组") == ["6", "7", "0", "0", "0.0", "0.0"]
    assert "每5份一档" in page


def test_the_sum_is_the_sum_of_what_is_shown(signed_in):
    """A sum of the exact figures would tell what the rows hide."""
    page = signed_in("office").get("/office/rounds/open/turnout").text
    assert cells(page.split("</table>")[0], "合计") == ["90", "100", "65", "65", "72.2", "65.0"]


def test_units_show_slips_only_and_in_steps_too(signed_in):
    units = signed_in("office").get("/office/rounds/open/turnout").text.split("</table>")[1]
    for unit in ("文学院", "后勤处", "图书馆", "校医院"):
        assert int(cells(units, unit)[2]) % 5 == 0
    assert cells(units, "校医院") == ["6", "7", "0"]


def test_after_closing_the_figures_are_exact(signed_in):
    page = signed_in("office").get("/office/rounds/closed/turnout").text
    table = page.split("</table>")[0]
    assert cells(table, "第一巡察组") == ["72", "79", "61", "61", "84.7", "77.2"]
    assert cells(table, "合计") == ["90", "100", "72", "72", "80.0", "72.0"]
    assert "准确的最终数字" in page


def test_before_opening_nobody_has_answered(signed_in):
    page = signed_in("office").get("/office/rounds/printed/turnout").text
    assert "还没有开放" in page
    assert cells(page.split("</table>")[0], "第一巡察组")[2:4] == ["0", "0"]


def test_a_draft_has_no_slips_to_divide_by(signed_in):
    page = signed_in("office").get("/office/rounds/draft/turnout").text
    assert cells(page.split("</table>")[0], "第一巡察组")[-1] == "—还没有可作分母的数"
