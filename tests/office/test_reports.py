"""Reports: nothing before opening; every figure from disclose(); a dash with its reason; who may read what."""

from __future__ import annotations

import json
import re

import pytest

from survey.domain.results.release import results
from survey.domain.results.tally import canonical_json, texts_digest
from survey.reports import papers
from survey.reports.places import fonts_folder
from tests.office.samples import REMARK
from tests.office.test_rounds import cells

GROUP = "计入的答卷少于5份"
TEXTS = "计入的答卷少于10份"
DASH = "—"


@pytest.fixture
def report(services):
    return results(services.registry, services.reports, services.registry.find_round("opened"))


def path_of(report, number: int) -> str:
    return f"/office/rounds/opened/report/{report['evaluations'][number]['id']}"


def approved(services, report, number: int | None = None) -> str:
    """A page of the round that is approved: its report, or one of its teams."""
    if number is None:
        return "/office/rounds/reported/report"
    return f"/office/rounds/reported/report/{services.registry.find_round('reported').evaluations[number].id}"


@pytest.mark.parametrize("role", ["office", "reader"])
@pytest.mark.parametrize("state", ["draft", "frozen", "printed", "open", "closed"])
def test_before_opening_there_is_no_report(signed_in, role, state):
    response = signed_in(role).get(f"/office/rounds/{state}/report")
    assert response.status_code == 403
    assert "还没有开封" in response.text


def test_a_record_is_not_shown_while_the_round_is_not_counted(signed_in, services):
    """Even if a record lay in the store too early, no page would show it."""
    services.registry.records["closed"] = services.registry.records["opened"]
    assert signed_in("office").get("/office/rounds/closed/report").status_code == 403


@pytest.mark.parametrize(
    ("role", "rounds"),
    [("office", ["opened", "reported", "archived", "destroyed"]), ("reader", ["reported", "archived", "destroyed"])],
)
def test_the_list_has_counted_rounds_for_the_office_and_approved_ones_for_readers(signed_in, role, rounds):
    page = signed_in(role).get("/office/reports").text
    assert re.findall(r"/office/rounds/(\w+)/report", page) == rounds


@pytest.mark.parametrize("path", ["report", "report/files/report.docx"])
def test_a_reader_sees_nothing_of_a_draft(signed_in, services, report, path):
    reader = signed_in("reader")
    for address in (f"/office/rounds/opened/{path}", path_of(report, 0)):
        response = reader.get(address)
        assert response.status_code == 403
        assert "送审稿" in response.text
        assert report["evaluations"][0]["score"] not in response.text


def test_an_empty_list_of_reports_says_when_there_will_be_one(signed_in, services):
    services.registry.rounds.clear()
    assert "什么时候有报告" in signed_in("reader").get("/office/reports").text


def test_teams_stand_side_by_side_with_both_denominators(signed_in, report):
    page = signed_in("office").get("/office/rounds/opened/report").text
    first = report["evaluations"][0]
    shown = [cell for cell in cells(page.split("</table>")[0], "第一巡察组") if cell]
    assert shown[0] == first["score"]
    assert shown[-4:] == [
        first["grade"],
        first["satisfaction_of_valid"],
        first["satisfaction_of_entitled"],
        str(first["counted"]),
    ]
    assert first["satisfaction_of_valid"] != first["satisfaction_of_entitled"]


def test_participation_names_entitled_printed_used_counted_and_void(signed_in, report):
    table = signed_in("office").get("/office/rounds/opened/report").text.split('id="ballots"')[1]
    first = report["evaluations"][0]
    assert cells(table, "第一巡察组") == [
        "72",
        "79",
        "61",
        "58",
        "3",
        first["participation_rate"],
        first["return_rate"],
    ]


def test_a_team_page_shows_every_item_with_all_its_counts(signed_in, report):
    page = signed_in("office").get(path_of(report, 0)).text
    for item in report["evaluations"][0]["items"]:
        [row] = re.findall(rf'<tr>\s*<th[^>]*><span class="code">{item["code"]}</span>.*?</tr>', page, re.DOTALL)
        figures = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        assert figures == [
            *(str(n) for n in item["counts"].values()),
            item["score"],
            item["satisfaction_of_valid"],
            item["satisfaction_of_entitled"],
        ]


def test_a_team_page_shows_dimensions_remarks_and_units(signed_in, report):
    page = signed_in("office").get(path_of(report, 0)).text
    for dimension in report["evaluations"][0]["dimensions"]:
        assert dimension["zh"] in page
        assert f">{dimension['score']}<" in page
    assert REMARK not in page
    assert "正在由两人审看" in page
    assert "文学院" in page


def test_below_the_minimum_group_there_is_a_dash_with_its_reason_and_no_figure(signed_in, report):
    office = signed_in("office")
    row = cells(office.get("/office/rounds/opened/report").text.split("</table>")[0], "第三巡察组")
    assert [cell[0] for cell in row if cell][:4] == [DASH] * 4
    assert all(GROUP in cell for cell in row[:4])
    team = office.get(path_of(report, 2)).text
    assert DASH in team
    assert GROUP in team
    assert "D1-1" not in team
    assert "%</dd>" not in team


def test_below_the_minimum_for_items_tables_become_a_dash_with_its_reason(signed_in, report):
    page = signed_in("office").get(path_of(report, 1)).text
    assert report["evaluations"][1]["score"] in page
    assert page.count(f"— </span>{TEXTS}") >= 4  # dimensions, items, checklist, remarks
    assert "D1-1" not in page
    assert REMARK not in page


def test_the_answers_of_a_withheld_team_change_nothing_on_any_page(signed_in, services, report):
    """Turn every answer of the third team round: whoever reads the pages must not see a difference."""
    office = signed_in("office")
    paths = ("/office/rounds/opened/report", path_of(report, 2))
    before = [office.get(path).text for path in paths]
    record = json.loads(services.registry.find_tally_record("opened"))
    third = record["evaluations"][2]
    for table in (third["items"], third["checklist"], {"overall": third["overall"]}):
        for counts in table.values():
            turned = dict(zip(counts, reversed(counts.values()), strict=True))
            counts.update(turned)
    third["texts"]["C-1"] = ["一句完全不同的话"]
    third["texts_digest"] = texts_digest(third["texts_salt"], third["texts"])
    services.registry.records["opened"] = canonical_json(record)
    after = [office.get(path).text for path in paths]
    assert after != before  # the verification number is another one
    assert [without_number(page) for page in after] == [without_number(page) for page in before]


def without_number(page: str) -> str:
    return re.sub(r'csrf_token" value="[^"]+"|([0-9A-F]{4} ?){4}', "", page)


def test_the_checklist_is_for_the_office_only(signed_in, services, report):
    office = signed_in("office").get(path_of(report, 0)).text
    reader = signed_in("reader").get(approved(services, report, 0)).text
    assert "禁止事项反映情况" in office
    assert "T-05" in office
    assert "未经核实" in office
    assert "禁止事项" not in reader
    assert "T-05" not in reader


def test_readers_learn_nothing_of_the_checklist_from_reasons_either(signed_in, services, report):
    reader = signed_in("reader")
    for path in (approved(services, report), approved(services, report, 1), approved(services, report, 2)):
        assert "禁止事项" not in reader.get(path).text


def test_every_report_page_carries_the_verification_number(signed_in, report):
    office = signed_in("office")
    number = report["record"][:16].upper()
    grouped = " ".join(number[start : start + 4] for start in range(0, 16, 4))
    for path in ("/office/rounds/opened/report", path_of(report, 0), path_of(report, 2)):
        assert grouped in office.get(path).text


def test_an_evaluation_of_another_round_is_not_found(signed_in, services):
    other = services.registry.find_round("reported").evaluations[0].id
    assert signed_in("office").get(f"/office/rounds/opened/report/{other}").status_code == 404


def test_drawings_carry_their_figures_as_text(signed_in, report):
    page = signed_in("office").get(path_of(report, 0)).text
    first = report["evaluations"][0]
    assert f"<title>得分 {first['score']}</title>" in page
    counts = first["items"][0]["counts"]
    assert f"D1-1 好{counts['A']}、较好{counts['B']}、" in page


def test_a_team_name_with_markup_stays_text_in_drawings_too(signed_in, services, report):
    record = json.loads(services.registry.find_tally_record("opened"))
    record["evaluations"][0]["team"] = "<script>alert(1)</script>"
    services.registry.records["opened"] = canonical_json(record)
    office = signed_in("office")
    for path in ("/office/rounds/opened/report", path_of(report, 0)):
        page = office.get(path).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("format_", ["json", "html", "xlsx", "docx", "pdf"])
def test_a_download_has_the_bytes_of_the_command_line(signed_in, services, report, format_):
    response = signed_in("office").get(f"/office/rounds/opened/report/files/report.{format_}")
    assert response.data == papers.make(report, "report", format_, fonts_folder())
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert services.audit.lines[-1]["object"] == f"opened/report.{format_}"


@pytest.mark.parametrize("path", ["checklist.docx", "checklist.xlsx", "report.json", "report.html"])
def test_readers_cannot_fetch_what_holds_the_checklist(signed_in, path):
    reader = signed_in("reader")
    assert reader.get(f"/office/rounds/reported/report/files/{path}").status_code == 403
    assert path not in reader.get("/office/rounds/reported/report").text


def test_a_reader_fetches_the_report_the_office_fetches(signed_in):
    path = "/office/rounds/reported/report/files/report.docx"
    assert signed_in("reader").get(path).data == signed_in("office").get(path).data


def test_a_feedback_page_is_fetched_from_the_page_of_its_team(signed_in, report):
    office = signed_in("office")
    link = re.search(r'href="([^"]+feedback\.docx[^"]*)"', office.get(path_of(report, 0)).text)
    response = office.get(link.group(1).replace("&amp;", "&"))
    assert response.data == papers.make(report, "feedback", "docx", fonts_folder(), report["evaluations"][0]["id"])


@pytest.mark.parametrize("path", ["minutes.docx", "report.odt", "feedback.docx", "feedback.docx?team=nobody"])
def test_a_file_there_is_not_is_a_refusal_page(signed_in, path):
    response = signed_in("office").get(f"/office/rounds/opened/report/files/{path}")
    assert response.status_code in (404, 422)
    assert "<html" in response.text


def test_a_small_team_of_one_mind_shows_ranges_on_its_pages(signed_in, services):
    """Eight ballots: all gave the best mark to everything."""
    record = json.loads(services.registry.find_tally_record("opened"))
    team = record["evaluations"][1]
    for counts in (*team["items"].values(), team["overall"]):
        counts.update({option: sum(counts.values()) if option == "A" else 0 for option in counts})
    services.registry.records["opened"] = canonical_json(record)
    shown = results(services.registry, services.reports, services.registry.find_round("opened"))
    office = signed_in("office")
    for path in (path_of(shown, 1), "/office/rounds/opened/report"):
        page = office.get(path).text
        assert "95–100" in page
        assert "87.5–100.0" in page
        assert "只显示范围" in page
