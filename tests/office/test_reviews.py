"""Reviewing, approving, releasing on pages: two accounts, typed words, and what is left afterwards."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest

from survey.domain.questionnaire import default_questionnaire, parse_questionnaire
from survey.domain.results import release
from survey.domain.results.release import results
from survey.domain.results.review import Decision, Review
from survey.domain.rounds import State
from survey.office.reports import review_forms
from survey.reports import papers
from survey.reports.places import fonts_folder
from tests.office.conftest import HTTPS
from tests.office.samples import REMARK, approve_in_order, record_of

REVIEW = "/office/rounds/opened/review"
REPORT = "/office/rounds/opened/report"
PARAPHRASE = {"kind": "paraphrase", "topic": "安排", "sentence": "改进日程安排"}


@pytest.fixture
def two(signed_in, services):
    """Two office accounts, signed in."""
    office = services.accounts.find_account("office")
    services.accounts.accounts["second"] = replace(office, name="second")
    return signed_in("office"), signed_in("second")


def post(visitor, path: str, data: dict[str, str] | None = None, form_at: str = REVIEW):
    return visitor.post(path, data or {}, form_at=form_at)


def names(services) -> list[str]:
    """The remarks as the cards of the page name them."""
    round_ = services.registry.find_round("opened")
    remarks = release.readable(services.registry, services.reports, round_)
    return [review_forms.name_of(remark.place) for remark in remarks]


def texts(services) -> list[str]:
    round_ = services.registry.find_round("opened")
    return [remark.text for remark in release.readable(services.registry, services.reports, round_)]


def cards(page: str) -> dict[str, str]:
    """What stands in the hidden fields of a page of remarks: field -> value."""
    return dict(re.findall(r'name="(seen:[^"]+)" value="([^"]*)"', page))


def send(visitor, of: dict[str, dict[str, str]], *, confirm: bool = False, query: str = "", page: str | None = None):
    """Send the page as it was fetched, with these fields typed on its cards. page: as it was fetched before."""
    page = visitor.get(REVIEW + query).text if page is None else page
    seen = cards(page)
    typed = {f"{field}:{name}": value for name, fields in of.items() for field, value in fields.items()}
    data = {**seen, **typed, "place": [name.partition(":")[2] for name in seen]}
    return post(visitor, f"{REVIEW}{'/confirm' if confirm else ''}{query}", data)


def review_all(two, services) -> None:
    first, second = two
    for page in range(1, 1 + -(-len(names(services)) // 20)):
        chosen = dict.fromkeys(names(services)[20 * (page - 1) : 20 * page], PARAPHRASE)
        assert send(first, chosen, query=f"?page={page}").status_code == 303
        assert send(second, {}, confirm=True, query=f"?page={page}").status_code == 303


def test_remarks_are_shown_with_marks_and_never_of_teams_that_are_too_small(two, services):
    page = two[0].get(REVIEW).text
    assert "表格少一些" in page or REMARK in page
    assert page.count('class="remark"') == min(20, len(names(services)))
    small = services.registry.find_round("opened").evaluations[1].team
    assert f"{small} ·" not in page


def test_who_proposed_sees_no_button_to_confirm_and_cannot(two, services):
    first, second = two
    name = names(services)[0]
    send(first, {name: {"kind": "withhold"}})
    assert "确认本页" not in first.get(REVIEW).text
    assert "确认本页" in second.get(REVIEW).text
    response = send(first, {}, confirm=True)
    assert "没有改动" in first.client.get(response.location, **HTTPS).text
    assert [review.confirmed_by for review in services.reports.reviews("opened").values()] == [None]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "paraphrase", "topic": "", "sentence": "x"}, "请填写主题"),
        ({"kind": "paraphrase", "topic": "安排", "sentence": ""}, "请填写概括"),
        ({"topic": "安排", "sentence": "谈话时间可以再提前一天通知"}, "这里重复了原话"),
        ({"kind": "paraphrase", "topic": "安排", "sentence": "有人说谈话时间可以再提前一天通知"}, "这里重复了原话"),
        ({"kind": "keep", "group": ""}, "请选择并入哪一句"),
        ({"topic": "安排", "sentence": "日程太满😀"}, "里的“😀”字（U+1F600）"),
        ({"topic": "𠮷祥", "sentence": "日程太满"}, "里的“𠮷”字（U+20BB7）"),
        ({"kind": "keep", "group": f"安排\t{REMARK}"}, "这里重复了原话"),
    ],
)
def test_an_incomplete_decision_is_refused_at_its_remark_with_what_was_typed(two, services, form, words):
    place = texts(services).index(REMARK)
    name, other = names(services)[place], names(services)[place - 1 if place else 1]
    response = send(two[0], {name: form, other: PARAPHRASE})
    assert response.status_code == 422
    page = response.text
    card = page.partition(f'value="{name}"')[2].partition("</article>")[0]
    assert words in page
    assert "有1条没有收下" in page
    typed = [form.get("topic", ""), form.get("sentence", "")]
    assert all(f'value="{word}"' in card for word in typed if word)
    assert [review_forms.name_of(place) for place in services.reports.reviews("opened")] == [other]


def test_a_page_is_decided_with_one_button_and_confirmed_with_one(two, services):
    first, second = two
    on_page = names(services)[:20]
    send(first, {on_page[0]: PARAPHRASE, on_page[1]: {"kind": "withhold"}})
    page = first.get(REVIEW).text
    assert f"还有{len(names(services))}条没有定下来" in page
    assert page.count('class="main"') + page.count('"button main"') == 1
    kept = {"kind": "keep", "group": "安排\t改进日程安排"}
    other = {"kind": "paraphrase", "topic": "安排", "sentence": "早些通知"}
    assert second.get(REVIEW).text.count('class="main"') == 1
    send(second, {on_page[0]: other, on_page[2]: kept}, confirm=True)
    reviews = {review_forms.name_of(place): one for place, one in services.reports.reviews("opened").items()}
    assert (reviews[on_page[0]].proposed_by, reviews[on_page[0]].confirmed_by) == ("second", None)
    assert (reviews[on_page[1]].proposed_by, reviews[on_page[1]].confirmed_by) == ("office", "second")
    assert reviews[on_page[2]].decision == Decision("keep", "安排", "改进日程安排")
    assert len(reviews) == 3


def test_the_filter_shows_what_is_not_decided_and_says_when_nothing_is_left(two, services):
    first, second = two
    total = len(names(services))
    send(first, {names(services)[0]: {"kind": "withhold"}})
    response = send(second, {}, confirm=True, query="?show=open")
    assert "show=open" in response.location
    page = second.get(f"{REVIEW}?show=open").text
    assert f'value="{names(services)[0]}"' not in page
    assert page.count('class="remark"') == min(20, total - 1)
    review_all(two, services)
    for query in ("", "?show=open"):
        page = first.get(REVIEW + query).text
        assert "意见建议已全部定下来" in page
        assert "还有0条" not in page


def test_nobody_confirms_or_replaces_what_they_have_not_seen(two, services):
    first, second = two
    name = names(services)[0]
    send(first, {name: {"kind": "withhold"}})
    seen = second.get(REVIEW).text
    send(first, {name: PARAPHRASE})
    for fields in ({}, {name: {"kind": "paraphrase", "topic": "安排", "sentence": "早些通知"}}):
        response = send(second, fields, confirm=True, page=seen)
        assert response.status_code == 422
        assert "刚才另有人改了这一条" in response.text
        assert "早些通知" in response.text or not fields
    (review,) = services.reports.reviews("opened").values()
    assert (review.decision.sentence, review.confirmed_by) == ("改进日程安排", None)


def test_a_remark_kept_by_an_earlier_version_waits_to_be_decided_again(two, services):
    place = release.readable(services.registry, services.reports, services.registry.find_round("opened"))[0].place
    services.reports.decided["opened"] = {place: Review(Decision("keep", "安排"), "office", "second")}
    page = two[0].get(REVIEW).text
    assert f"还有{len(names(services))}条没有定下来" in page
    assert "按这个决定会印出原话" in page


def test_the_draft_for_approval_holds_the_digest(two, services):
    assert "意见建议正在由两人审看" in two[0].get(f"{REPORT}/{first_team(services)}").text
    review_all(two, services)
    assert "改进日程安排" in two[0].get(f"{REPORT}/{first_team(services)}").text
    for format_ in ("html", "json"):
        made = two[0].get(f"{REPORT}/files/report.{format_}").text
        assert "改进日程安排" in made
        assert REMARK not in made


def first_team(services) -> str:
    return services.registry.find_round("opened").evaluations[0].id


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
    name = names(services)[0]
    response = two[0].client.post(REVIEW, data={"place": name, f"kind:{name}": "withhold"}, **HTTPS)
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
    assert re.search(r"<title>各组总分的平均（满分100分）：[^<]*\d\d\.\d\d", first)
    assert "不用线相连" not in first


def test_a_dimension_of_another_questionnaire_is_not_under_the_same_code(signed_in, services):
    approve_in_order(services, "reported", "archived")
    draft = services.reports.drafts["reported"]
    other = replace(draft.point, questionnaire=("another form", "1"))
    services.reports.drafts["reported"] = replace(draft, point=other)
    page = signed_in("reader").get("/office/reports/trend").text
    assert page.count("这一轮问的是别的题目") >= 6
    first = page.split("<figure>")[1].split("</figure>")[0]
    assert 'stroke-width="2"' not in first
    assert "问卷与上一轮不同，不用线相连</title>" in first
    assert ">问卷不同</text>" in first


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


def test_counts_that_are_refused_stay_typed(signed_in, services):
    office = signed_in("office")
    first, second = (one.id for one in services.registry.find_round("opened").evaluations[:2])
    refused = office.post("/office/rounds/opened/report/paper", {first: "many", second: "3"}, REPORT)
    assert refused.status_code == 422
    assert 'role="alert">没有录入' in refused.text
    assert re.search(rf'name="{first}"[^>]*value="many"', refused.text)
    assert re.search(rf'name="{second}"[^>]*value="3"', refused.text)
    assert "opened" not in services.reports.drafts or not services.reports.drafts["opened"].paper
    assert services.audit.lines[-1]["result"] == "refused"


@pytest.fixture
def composite(services) -> str:
    """The evaluation of the first team of a counted round whose questionnaire has a composite score."""
    document = copy.deepcopy(default_questionnaire().document)
    document["scoring"]["composite"]["enabled"] = True
    round_ = replace(services.registry.rounds["opened"], questionnaire=parse_questionnaire(document))
    services.registry.rounds["opened"] = round_
    services.registry.records["opened"] = record_of(round_)
    return round_.evaluations[0].id


def test_an_entered_score_makes_the_composite_score_on_every_page(signed_in, services, composite):
    office = signed_in("office")
    assert "还没有录入" in office.get(REPORT).text.partition('id="composite"')[2].partition('id="satisfaction"')[0]
    office.post(f"/office/rounds/opened/report/scores/{composite}", {"quality": "80"}, REPORT)
    table = office.get(REPORT).text.partition('id="composite"')[2].partition('id="satisfaction"')[0]
    made = results(services.registry, services.reports, services.registry.find_round("opened"))["evaluations"][0]
    assert made["composite"]["score"] is not None
    for figure in (made["score"], "80.00", made["composite"]["score"], made["composite"]["grade"]):
        assert f">{figure}<" in table
    assert "综合得分＝得分×30%＋质量得分×70%。" in table
    assert made["composite"]["score"] in office.get(f"/office/rounds/opened/report/{composite}").text


def test_a_score_that_is_refused_stays_typed(signed_in, services, composite):
    office = signed_in("office")
    refused = office.post(f"/office/rounds/opened/report/scores/{composite}", {"quality": "八十"}, REPORT)
    assert refused.status_code == 422
    assert 'role="alert">没有录入' in refused.text
    assert 'value="八十"' in refused.text


def test_teams_are_compared_by_score_the_highest_first_with_values(signed_in, services):
    page = signed_in("office").get(REPORT).text
    title = re.search(r"<title>各组总分（满分100分）：[^<]*</title>", page.split('id="results"')[1])
    assert title
    shown = re.findall(r"(\d\d\.\d\d)", title.group(0))
    assert shown == sorted(shown, reverse=True)
    assert re.search(r"（n=3） 不显示[；<]", title.group(0))
