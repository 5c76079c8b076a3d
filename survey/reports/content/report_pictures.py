"""The drawings of a report as blocks: teams by their total, and the answers to the overall question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey.reports.blocks import Picture
from survey.reports.charts.bars import Part
from survey.reports.charts.wide import Answers, Row, comparison, diverging, sorted_rows
from survey.reports.content.table_notes import score_cell

Report = Mapping[str, Any]
_PER_PICTURE = 20  # rows that fit on a page beside text


def score_row(label: str, entry: Mapping[str, Any], note: str = "", number: int | None = None) -> Row:
    """The score of a team or a dimension as a row of a drawing: its value, or the range that is shown instead."""
    return Row(label, entry["score"], note, score_cell(entry) or "", number)


def comparison_pictures(report: Report) -> Iterator[Picture]:
    rows = sorted_rows([score_row(t["team"], t, t["grade"] or "", t["counted"]) for t in report["evaluations"]])
    for start in range(0, len(rows), _PER_PICTURE):
        part = rows[start : start + _PER_PICTURE]
        svg = comparison(part, "各组总分比较（满分100分）", withheld="— 不显示", beside=rows)
        yield Picture(svg, title_of(svg))


def satisfaction_pictures(report: Report) -> Iterator[Picture]:
    rows = [answers(report, team["team"], team["overall"]) for team in report["evaluations"]]
    for start in range(0, len(rows), _PER_PICTURE):
        part = rows[start : start + _PER_PICTURE]
        svg = diverging(part, "总体满意度分布（份）", withheld="— 不显示", beside=rows)
        yield Picture(svg, title_of(svg))


def answers(report: Report, label: str, entry: Mapping[str, Any]) -> Answers:
    """One bar around the middle for an item or the overall question; empty where its counts are withheld."""
    counts = entry["counts"]
    if counts is None:
        return Answers(label, (), (), ())
    options = report["questionnaire"]["scales"][entry["scale"]]

    def parts(chosen: list[Mapping[str, Any]]) -> list[Part]:
        return [Part(option["zh"], counts[option["code"]]) for option in chosen]

    return Answers(
        label,
        parts([o for o in options if o["positive"]]),
        parts([o for o in options if o["score"] is not None and not o["positive"]]),
        [*parts([o for o in options if o["score"] is None]), Part("未填", counts["blank"])],
    )


def title_of(svg: str) -> str:
    return svg.partition("<title>")[2].partition("</title>")[0]
