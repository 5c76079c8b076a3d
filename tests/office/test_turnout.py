"""Turnout: steps of five while open, exact after closing, both rates."""

from __future__ import annotations

import json
import re

from survey.domain.rounds import State
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
    assert "下限" not in page
    assert "取整" not in page


def test_a_draft_has_no_slips_to_divide_by(signed_in):
    page = signed_in("office").get("/office/rounds/draft/turnout").text
    assert cells(page.split("</table>")[0], "第一巡察组")[-1] == "—还没有可作分母的数"


def test_while_open_the_figures_stand_still_for_ten_minutes_or_more(signed_in, services):
    office = signed_in("office")
    assert "数字是北京时间17:00起的十分钟里数的，最早17:20再数" in office.get("/office/rounds/open/turnout").text
    first = services.registry.rounds["open"].evaluations[0]
    for code in services.registry.codes[first.id].values():
        code.state = "used"
    services.clock.move(minutes=9)
    assert cells(office.get("/office/rounds/open/turnout").text.split("</table>")[0], "第一巡察组")[2] == "60"
    services.clock.move(minutes=10)  # a window later, but it may be a minute after somebody looked
    assert cells(office.get("/office/rounds/open/turnout").text.split("</table>")[0], "第一巡察组")[2] == "60"
    services.clock.move(minutes=1)
    assert cells(office.get("/office/rounds/open/turnout").text.split("</table>")[0], "第一巡察组")[2] == "75"


def test_the_snapshot_holds_steps_of_five_and_a_window_but_no_time(signed_in, services):
    signed_in("office").get("/office/rounds/open/turnout")
    window, counts = services.registry.find_snapshot("open")
    assert window == int(services.clock().timestamp()) // 600
    shown = json.loads(counts)["evaluations"]
    assert all(team["used"] % 5 == team["ballots"] % 5 == 0 for team in shown)
    assert all(unit["used"] % 5 == 0 for team in shown for unit in team["units"])


def test_a_clock_put_back_does_not_freeze_the_figures(signed_in, services):
    office = signed_in("office")
    services.registry.save_snapshot("open", 10**9, b"{}")
    assert office.get("/office/rounds/open/turnout").status_code == 200


def wall_of(office, state: str) -> str:
    found = re.search(r'href="(/office/wall/[^"]+)"', office.get(f"/office/rounds/{state}/turnout").text)
    assert found
    return found.group(1)


def test_the_wall_shows_teams_only_and_needs_no_sign_in(signed_in, visitor, services):
    address = wall_of(signed_in("office"), "open")
    services.audit.lines.clear()
    response = visitor.get(address)
    assert cells(response.text, "第一巡察组") == ["60", "72"]
    assert response.headers["Refresh"] == "60"
    assert "Refresh" not in visitor.get(f"{address}?still=1").headers
    for hidden in ("文学院", "组长", "csrf", "登录"):
        assert hidden not in response.text
    assert "Set-Cookie" not in response.headers
    assert services.audit.lines == []


def test_a_guessed_wall_address_shows_nothing(visitor):
    for key in ("0" * 32, "x", "é"):
        assert visitor.get(f"/office/wall/open/{key}").status_code == 404


def test_the_wall_goes_dark_when_the_boxes_are_opened(signed_in, visitor, services):
    address = wall_of(signed_in("office"), "closed")
    assert cells(visitor.get(address).text, "第一巡察组") == ["61", "72"]
    services.registry.rounds["closed"] = services.registry.rounds["closed"].moved_to(State.OPENED)
    assert visitor.get(address).status_code == 404


def test_a_wall_that_looks_every_minute_keeps_no_session_alive(signed_in, services):
    office = signed_in("office")
    address = wall_of(office, "open")
    for _ in range(25):
        services.clock.move(minutes=1)
        assert office.get(address).status_code == 200
    assert office.get("/office/rounds/open").status_code == 303
