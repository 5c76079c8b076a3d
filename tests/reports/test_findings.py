"""Sentences about scores say no more than the ballots carry, and n stands beside every score."""

from __future__ import annotations

from typing import Any

import pytest

from survey.reports.content import certainty, findings
from survey.reports.content.report_pictures import comparison_pictures
from survey.reports.content.short_papers import feedback
from survey.reports.content.tables import scores
from tests.reports.papers_support import excel, made, report, text_of_word


def team_with(counted: int, *dimensions: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A report and its team, whose dimensions have these scores; None: shown as a range."""
    shown = report(40)
    team = {**shown["evaluations"][0], "counted": counted}
    team["dimensions"] = [
        {**team["dimensions"][place], "score": score, "range": None if score else ["95.00", "96.00"]}
        for place, score in enumerate(dimensions)
    ]
    return shown, team


@pytest.mark.parametrize(
    ("counted", "dimensions", "sentence"),
    [
        (200, ("98.68", "98.25", "98.40"), "各维度得分接近，都在98.25至98.68分之间，不宜说有高低。"),
        (200, ("98.68", "96.00", "98.68"), "得分较高的维度是“公正文明”、“廉洁自律”（98.68分），较低的是"),
        (12, ("98.00", "94.00"), "各维度得分接近，都在94.00至98.00分之间"),
        (12, ("98.00", "93.00"), "得分较高的维度是"),
        (40, ("95.71", None), "显示得分，为95.71分。另有1个维度没有显示得分或者只显示范围，不作比较。"),
        (40, (None, None), "各维度没有显示得分或者只显示范围，不作比较。"),
        (40, ("95.00", "95.00", None), "显示得分的2个维度得分均为95.00分。另有1个维度"),
    ],
)
def test_a_highest_dimension_is_named_only_where_it_can_be_told_apart(
    counted: int, dimensions: tuple[str | None, ...], sentence: str
) -> None:
    shown, team = team_with(counted, *dimensions)
    names = [d["zh"] for d in team["dimensions"]]
    expected = sentence.replace("“公正文明”", f"“{names[0]}”").replace("“廉洁自律”", f"“{names[-1]}”")
    said = "".join(findings.features(shown, team))
    assert said.startswith(f"有效答卷{counted}份。")
    assert expected in said


@pytest.mark.parametrize(
    ("counted", "dimensions", "praised"),
    [
        (200, ("44.70", "47.30"), 0),  # not good by the bands
        (200, ("98.68", "98.25"), 0),  # cannot be told apart
        (12, ("94.00", "90.00"), 0),
        (200, ("94.00", "90.00", "94.00"), 2),
        (200, ("94.00", None), 0),
    ],
)
def test_only_a_good_dimension_that_stands_out_is_praised(
    counted: int, dimensions: tuple[str | None, ...], praised: int
) -> None:
    shown, team = team_with(counted, *dimensions)
    said = findings.appraisal(shown, team)
    assert ("相对较高" in said) == (praised > 0)
    assert sum(d["zh"] in said for d in team["dimensions"]) == praised


def test_the_number_of_ballots_stands_beside_every_score() -> None:
    shown = report(40, 12)
    assert [row[:2] for row in scores(shown).rows] == [["第e1巡察组", 40], ["第e2巡察组", 12]]
    assert "第e2巡察组（n=12）" in next(comparison_pictures(shown)).svg
    assert all("，有效答卷" in sentence for sentence in findings.results(shown))
    sheet = excel(made(shown, "xlsx"))["各组比较"]
    assert {"第e1巡察组（n=40）", "第e2巡察组（n=12）"} <= {row[0] for row in sheet.iter_rows(values_only=True)}


def test_a_small_team_has_a_warning_under_table_and_drawing() -> None:
    small, large = report(40, 12), report(40, 30)
    assert certainty.NOTE in scores(small).notes
    assert certainty.NOTE not in scores(large).notes
    assert certainty.notes(report(40, 3)["evaluations"]) == []  # nothing is shown that could be compared


def test_a_range_is_written_where_a_bar_would_be() -> None:
    shown = report(40, 7)
    team = shown["evaluations"][1]
    team["score"], team["range"] = None, ["95.00", "100.00"]
    picture = next(comparison_pictures(shown))
    assert f">95～100 {team['grade']}</text>" in picture.svg
    assert f"（n=7） 95～100（只显示范围）、{team['grade']}" in picture.alt
    rows = list(excel(made(shown, "xlsx"))["各组比较"].iter_rows(values_only=True))
    assert next(row for row in rows if row[0] == "第e2巡察组（n=7）")[1] == "95～100"


def test_the_feedback_page_says_in_words_and_picture_what_is_a_range() -> None:
    shown, team = team_with(40, "95.71", None)
    printed = "".join(feedback(shown, team).all_text())
    assert "95～96" in printed
    assert "均为95.71分" not in printed


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("participation-too-low", "因参评率过低，不评等次，本项不作评价。"),
        ("fewer-than-minimum-group", "因有效答卷太少，不评等次，本项不作评价。"),
        ("counted-exceeds-used", "因收到的答卷多于用过的答题码，结果不能使用，不评等次，本项不作评价。"),
        ("protects-another-figure", "为了不显示个人的回答，不评等次，本项不作评价。"),
    ],
)
def test_an_appraisal_without_a_grade_says_the_reason_that_holds(reason: str, said: str) -> None:
    shown = report(40)
    team = {**shown["evaluations"][0], "grade": None}
    team["suppressed"] = [{"what": "grade", "code": None, "reason": reason, "zh": "", "en": ""}]
    assert findings.appraisal(shown, team).endswith(said)


def test_items_are_named_by_their_answers_and_not_called_dissatisfied() -> None:
    shown = report(40)
    [said] = findings.features(shown, shown["evaluations"][0])
    assert "选满意类以外选项的，以这些题目为多：" in said
    assert "不满意类" not in said
    for item in shown["evaluations"][0]["items"]:
        item["counts"] = {**dict.fromkeys(item["counts"], 0), "A": 40}
    [said] = findings.features(shown, shown["evaluations"][0])
    assert said.endswith("能够显示的题目，作出评价的都选了满意类选项。")


def chapter_of_remarks(shown: dict[str, Any]) -> str:
    text = text_of_word(made(shown, "docx"))
    return text.partition("四、意见建议摘编")[2].partition("五、下一步建议")[0]


def test_remarks_that_nobody_will_read_are_not_said_to_be_under_review() -> None:
    said = chapter_of_remarks(report(7, 3))
    assert "正在由两人审看" not in said
    assert "第e1巡察组的意见建议没有列入：计入的答卷少于10份" in said
    assert "第e2巡察组的意见建议没有列入：计入的答卷少于5份" in said
    assert "正在由两人审看" in chapter_of_remarks(report(12, 7))


def test_a_digest_says_whose_remarks_are_not_in_it() -> None:
    shown = report(12, 7)
    shown["evaluations"][0]["digest"] = {"C-1": [{"topic": "安排", "sentence": "改进日程", "count": 2}], "C-2": []}
    said = chapter_of_remarks(shown)
    assert "第e1巡察组：改进日程（2条）。" in said
    assert "第e2巡察组的意见建议没有列入：计入的答卷少于10份" in said


def test_an_interval_around_a_range_says_how_far_it_reaches() -> None:
    sentence = "满意率只显示范围的，区间从低端的下限到高端的上限。"
    shown = report(40)
    assert not any(sentence in note for note in scores(shown).notes)
    shown["evaluations"][0]["satisfaction_range"] = {
        "satisfied": [6, 7], "of_valid": ["85.7", "100.0"], "of_entitled": ["85.7", "100.0"],
    }  # fmt: skip
    assert any(sentence in note for note in scores(shown).notes)


def test_a_talk_is_proposed_below_the_line_only_where_there_is_a_grade() -> None:
    shown = report(40)
    team = shown["evaluations"][0]
    team["score"] = "74.99"
    assert any(f"{team['team']}总分低于提醒线75分" in sentence for sentence in findings.proposals(shown))
    team["grade"] = None
    assert not any("提醒线" in sentence for sentence in findings.proposals(shown))
