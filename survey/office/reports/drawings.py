"""The drawings of survey.reports on office pages: the same bars as in the report files, from the same figures.

They are markup already (charts/ escapes names in them): templates show them with `| safe`, and nothing else so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from survey.domain.results.trend import RANGE, UNGRADED, WITHHELD, Trend
from survey.office.language import in_language
from survey.reports.charts import bars as charts
from survey.reports.charts.trend import Words, trend_chart
from survey.reports.charts.wide import Answers, Row, comparison, diverging, sorted_rows
from survey.reports.content.table_notes import score_cell


def bar(value: str | None, title: str) -> str:
    """A score of 0 to 100 as a bar; nothing where the score is withheld."""
    return "" if value is None else charts.bar(value, f"{title} {value}")


def distribution(row: Mapping[str, Any], options: list[dict[str, Any]]) -> str:
    """All counted ballots of one item as a stacked bar; nothing where its counts are withheld."""
    counts = row["counts"]
    if counts is None:
        return ""
    scored = any(option["score"] is not None for option in options)
    parts = [
        charts.Part(in_language(option), counts[option["code"]], scored and option["score"] is None)
        for option in options
    ]
    parts.append(charts.Part(_("Left blank"), counts["blank"], True))
    return charts.distribution(parts, _in_ballots(row["code"]), _pauses())


def compared(report: Mapping[str, Any]) -> str:
    """All teams by their total, the highest first, each with its ballots, its value or range, and its grade."""
    rows = [
        Row(
            team["team"],
            team["score"],
            in_language({"zh": team["grade"], "en": team["grade_en"]}) if team["grade"] else "",
            score_cell(team, "–") or "",
            team["counted"],
        )
        for team in report["evaluations"]
    ]
    return comparison(sorted_rows(rows), _("Teams by score (of 100)"), _("— not shown"), _pauses())


def satisfied(report: Mapping[str, Any]) -> str:
    """The answers to the overall question, team by team, around the middle."""
    scales = report["questionnaire"]["scales"]
    rows = [_around(team["team"], team["overall"], scales) for team in report["evaluations"]]
    return _diverging(rows, _("Overall satisfaction"))


def distributed(items: list[Mapping[str, Any]], team: Mapping[str, Any], report: Mapping[str, Any], title: str) -> str:
    """The items of one dimension around the middle, on one scale for the team; nothing where none is shown."""
    if all(item["counts"] is None for item in items):
        return ""
    scales = report["questionnaire"]["scales"]
    rows, beside = ([_around(item["code"], item, scales) for item in some] for some in (items, team["items"]))
    return _diverging(rows, title, beside)


def lines(trend: Trend) -> dict[str, Any]:
    """What the trend page needs: the total as a line, and one line per dimension of the newest questionnaire."""
    names = [point.name for point in trend.points]

    def line(code: str | None, title: str) -> str:
        words = Words(_("not shown"), _("other questions"), _("other questions than the round before: not joined"))
        return trend_chart(names, trend.values(code), trend.joined, title, _pauses(), words)

    return {
        "trend": trend,
        "figures": {code: list(zip(trend.values(code), trend.numbers(code), strict=True)) for code in trend.names},
        "left_out": _left_out(trend),
        "has_ranges": any(RANGE in point.left_out for point in trend.points),
        "charts": [line(None, _("Mean score of the teams (of 100)"))],
        "dimension_charts": [
            (code, words, line(code, f"{code} {in_language(words)}")) for code, words in trend.names.items()
        ],
    }


def _left_out(trend: Trend) -> list[tuple[str, str, str]]:
    """(round, why, teams) of the teams that are in no mean of the total."""
    why = {
        UNGRADED: _("participation too low for a grade"),
        RANGE: _("only a range of the score is shown"),
        WITHHELD: _("no score is shown"),
    }
    return [
        (point.name, why[reason], _(", ").join(names))
        for point in trend.points
        for reason, names in point.left_out.items()
    ]


def _in_ballots(title: str) -> str:
    """So that the drawing's title says what its figures are."""
    return _("%(title)s, number of ballots", title=title)


def _pauses() -> charts.Pauses:
    return charts.PAUSES[in_language({"zh": "zh", "en": "en"})]


def _around(label: str, entry: Mapping[str, Any], scales: Mapping[str, Any]) -> Answers:
    counts = entry["counts"]
    if counts is None:
        return Answers(label, (), (), ())
    options = scales[entry["scale"]]

    def parts(chosen: list[Mapping[str, Any]]) -> list[charts.Part]:
        return [charts.Part(in_language(option), counts[option["code"]]) for option in chosen]

    return Answers(
        label,
        parts([o for o in options if o["positive"]]),
        parts([o for o in options if o["score"] is not None and not o["positive"]]),
        [*parts([o for o in options if o["score"] is None]), charts.Part(_("Left blank"), counts["blank"])],
    )


def _diverging(rows: list[Answers], title: str, beside: Sequence[Answers] = ()) -> str:
    captions = (_("← other"), _("satisfied →"), _("no rating"))
    return diverging(rows, _in_ballots(title), _("— not shown"), captions, _pauses(), beside)
