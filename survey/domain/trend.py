"""Rounds side by side: per round and dimension the mean of what was published about its teams.

Law: a trend is made of published figures alone, as printed, so it says nothing that the reports do not say already.
Two rounds are joined only when they asked the same questions (same id and version of the questionnaire); a team of one
round is never set beside a team of another: the people are different ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from survey.domain.scoring import half_up


@dataclass(frozen=True)
class Point:
    """One round: means as printed, None where no team shows that figure; teams: how many show a total."""

    round_id: str
    name: str
    questionnaire: tuple[str, str]
    teams: int
    total: str | None
    dimensions: Mapping[str, str | None]
    names: Mapping[str, Mapping[str, str]]  # dimension code -> {"zh", "en"}


@dataclass(frozen=True)
class Trend:
    """The rounds in the order given; joined[i]: whether round i is joined with the one before."""

    points: Sequence[Point]
    joined: Sequence[bool]


def trend(reports: Iterable[Mapping[str, Any]]) -> Trend:
    """From disclosed reports, oldest first."""
    points = [_point(report) for report in reports]
    joined = [i > 0 and points[i].questionnaire == points[i - 1].questionnaire for i in range(len(points))]
    return Trend(points, joined)


def _point(report: Mapping[str, Any]) -> Point:
    teams = report["evaluations"]
    dimensions = teams[0]["dimensions"] if teams else []
    return Point(
        report["round"],
        report["name"],
        (report["questionnaire"]["id"], report["questionnaire"]["version"]),
        sum(team["score"] is not None for team in teams),
        _mean(team["score"] for team in teams),
        {d["code"]: _mean(team["dimensions"][place]["score"] for team in teams) for place, d in enumerate(dimensions)},
        {d["code"]: {"zh": d["zh"], "en": d["en"]} for d in dimensions},
    )


def _mean(shown: Iterable[str | None]) -> str | None:
    values = [Fraction(value) for value in shown if value is not None]
    return half_up(sum(values, Fraction(0)) / len(values), 2) if values else None
