"""Sentences about scores say no more than the ballots carry, and n stands beside every score."""

from __future__ import annotations

from typing import Any

import pytest

from survey.reports import certainty, findings
from survey.reports.report_pictures import comparison_pictures
from survey.reports.short_papers import feedback
from survey.reports.tables import scores
from tests.reports.papers_support import excel, made, report


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
