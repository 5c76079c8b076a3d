"""Reviewing, approving, releasing on pages: two accounts, typed words, and what is left afterwards."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from survey.domain.results import release
from survey.domain.results.release import results
from survey.domain.rounds import State
from survey.reports import papers
from survey.reports.places import fonts_folder
from tests.office.conftest import HTTPS
from tests.office.samples import REMARK, approve_in_order

REVIEW = "/office/rounds/opened/review"
REPORT = "/office/rounds/opened/report"


@pytest.fixture
def two(signed_in, services):
    """Two office accounts, signed in."""
    office = services.accounts.find_account("office")
    services.accounts.accounts["second"] = replace(office, name="second")
    return signed_in("office"), signed_in("second")


def post(visitor, path: str, data: dict[str, str] | None = None, form_at: str = REVIEW):
    return visitor.post(path, data or {}, form_at=form_at)


def places(services) -> list[str]:
    round_ = services.registry.find_round("opened")
    remarks = release.readable(services.registry, services.reports, round_)
    return [f"{REVIEW}/{remark.place[0]}/{remark.place[1]}/{remark.place[2]}" for remark in remarks]


def review_all(two, services) -> None:
    first, second = two
    for path in places(services):
        assert post(first, path, {"kind": "paraphrase", "topic": "安排", "sentence": "改进日程安排"}).status_code == 303
        assert post(second, f"{path}/confirm").status_code == 303


def test_remarks_are_shown_with_marks_and_never_of_teams_that_are_too_small(two, services):
    page = two[0].get(REVIEW).text
    assert "表格少一些" in page or REMARK in page
    assert page.count('class="remark"') == min(20, len(places(services)))
    small = services.registry.find_round("opened").evaluations[1].team
    assert f"{small} ·" not in page


def test_who_proposed_sees_no_button_to_confirm_and_cannot(two, services):
    first, second = two
    path = places(services)[0]
    post(first, path, {"kind": "withhold"})
    assert f"{path}/confirm" not in first.get(REVIEW).text
    assert f"{path}/confirm" in second.get(REVIEW).text
    response = post(first, f"{path}/confirm")
    assert response.status_code == 409
    assert "另一人确认" in response.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "paraphrase", "topic": "", "sentence": "x"}, "请填写主题"),
        ({"kind": "paraphrase", "topic": "安排", "sentence": ""}, "请填写概括"),
        ({"kind": "paraphrase", "topic": "安排", "sentence": "谈话时间可以再提前一天通知"}, "这就是原话"),
    ],
)
def test_an_incomplete_decision_is_refused_at_its_remark(two, services, form, words):
    path = next(p for p, r in zip(places(services), texts(services), strict=True) if r == REMARK)
    response = post(two[0], path, form)
    assert response.status_code == 422
    assert words in response.text


def texts(services) -> list[str]:
    round_ = services.registry.find_round("opened")
    return [remark.text for remark in release.readable(services.registry, services.reports, round_)]


def test_a_report_goes_from_draft_over_approval_to_release(two, services, signed_in):
    first, _ = two
    reader = signed_in("reader")
    refused = post(first, f"{REPORT}/approve", {"confirm": "审定"}, REPORT)
    assert refused.status_code == 403
    assert services.registry.find_round("opened").state is State.OPENED
    review_all(two, services)
    assert post(first, f"{REPORT}/approve", {"confirm": "随便"}, REPORT).status_code == 303
    assert services.registry.find_round("opened").state is State.OPENED
    assert reader.get(REPORT).status_code == 403
    post(first, f"{REPORT}/approve", {"confirm": "审定"}, REPORT)
    assert services.registry.find_round("opened").state is State.REPORTED
    assert reader.get(REPORT).status_code == 200
    team = services.registry.find_round("opened").evaluations[0].id
    assert "改进日程安排" in reader.get(f"{REPORT}/{team}").text
    assert REMARK.encode() in services.registry.records["opened"]
    post(first, f"{REPORT}/release", {"confirm": "反馈"}, REPORT)
    assert REMARK.encode() not in services.registry.records["opened"]
    assert "改进日程安排" in reader.get(f"{REPORT}/{team}").text
    assert first.get(REVIEW).status_code == 409
    steps = [line["action"] for line in services.audit.lines if line["result"] == "done"]
    assert {"decide-remark", "confirm-remark", "approve-report", "release-report"} <= set(steps)


def test_no_log_line_holds_a_word_of_a_remark_or_a_paraphrase(two, services):
    review_all(two, services)
    assert "改进日程安排" not in str(services.audit.lines)
    assert REMARK not in str(services.audit.lines)


@pytest.mark.parametrize("role", ["reader", "auditor", "custodian", "system-admin", "security-admin"])
@pytest.mark.parametrize("path", [REVIEW, "/office/rounds/reported/checklist"])
def test_remarks_and_checklist_are_for_the_office_only(signed_in, role, path):
    assert signed_in(role).get(path).status_code == 403


def test_a_decision_without_the_form_of_the_page_is_refused(two, services):
    response = two[0].client.post(places(services)[0], data={"kind": "withhold"}, **HTTPS)
    assert response.status_code == 400
    assert services.reports.reviews("opened") == {}


def test_the_checklist_page_has_every_team_or_its_reason(signed_in, services):
    page = signed_in("office").get("/office/rounds/opened/checklist").text
    for evaluation in services.registry.find_round("opened").evaluations:
        assert f"<h2>{evaluation.team}</h2>" in page
    assert "T-10" in page
    assert "计入的答卷少于10份" in page


def test_rounds_are_compared_with_a_line_only_between_equal_questionnaires(signed_in, services):
    approve_in_order(services, "reported", "archived", "destroyed")
    page = signed_in("reader").get("/office/reports/trend").text
    names = [services.registry.find_round(state).name for state in ("reported", "archived", "destroyed")]
    assert all(name in page for name in names)
    assert "/office/rounds/opened/report" not in page
    first = page.split("<figure>")[1].split("</figure>")[0]
    assert len(re.findall(r'stroke-width="2"', first)) == 2  # three rounds, two lines


def test_a_dimension_of_another_questionnaire_is_not_under_the_same_code(signed_in, services):
    approve_in_order(services, "reported", "archived")
    draft = services.reports.drafts["reported"]
    other = replace(draft.point, questionnaire=("another form", "1"))
    services.reports.drafts["reported"] = replace(draft, point=other)
    page = signed_in("reader").get("/office/reports/trend").text
    assert page.count("这一轮问的是别的题目") >= 6
    assert 'stroke-width="2"' not in page.split("<figure>")[1].split("</figure>")[0]


def test_the_trend_is_a_file_of_the_newest_approved_round(signed_in, services):
    approve_in_order(services, "reported", "archived")
    reader = signed_in("reader")
    address = "/office/rounds/archived/report/files/trend.xlsx"
    assert address in reader.get("/office/reports/trend").text
    made = results(services.registry, services.reports, services.registry.find_round("archived"))
    assert [point["round_id"] for point in made["trend"]] == ["reported", "archived"]
    assert reader.get(address).data == papers.make(made, "trend", "xlsx", fonts_folder())


def test_counts_of_paper_forms_are_entered_on_the_report(signed_in, services):
    office = signed_in("office")
    first = services.registry.find_round("opened").evaluations[0].id
    office.post("/office/rounds/opened/report/paper", {first: "4"}, REPORT)
    assert services.audit.lines[-1]["action"] == "enter-paper"
    assert services.reports.drafts["opened"].paper == {first: 4}
    assert "录入登记" in office.get(REPORT).text
    refused = office.post("/office/rounds/opened/report/paper", {first: "many"}, REPORT)
    assert refused.status_code == 303
    assert services.reports.drafts["opened"].paper == {first: 4}


def test_teams_are_compared_by_score_the_highest_first_with_values(signed_in, services):
    page = signed_in("office").get(REPORT).text
    title = re.search(r"<title>得分[^<]*</title>", page.split('id="results"')[1])
    assert title
    shown = re.findall(r"(\d\d\.\d\d)", title.group(0))
    assert shown == sorted(shown, reverse=True)
    assert "— 不显示" in title.group(0)
