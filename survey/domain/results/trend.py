"""附表6: rounds side by side, per round and dimension the mean of what was published about its teams.

Law: a trend is made of published figures alone, as printed, so it says nothing that the reports do not say already.
The point of a round is fixed when its report is approved. Two rounds are joined only when they asked the same questions
(same id and version of the questionnaire); a team of one round is never set beside a team of another: the people are
different ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from survey.domain.scoring import half_up


@dataclass(frozen=True)
class Point:
    """One round: means as printed, None where no team shows that figure; teams: how many show a total."""

    round_id: str
    name: str
    record: str  # the tally record's hash
    questionnaire: tuple[str, str]
    teams: int
    total: str | None
    dimensions: Mapping[str, str | None]
    names: Mapping[str, Mapping[str, str]]  # dimension code -> {"zh", "en"}

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "questionnaire": list(self.questionnaire)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Point:
        form, version = value["questionnaire"]
        return cls(**{**value, "questionnaire": (form, version)})


@dataclass(frozen=True)
class Trend:
    """The rounds in the order given; joined[i]: whether round i is joined with the one before."""

    points: Sequence[Point]
    joined: Sequence[bool]

    @property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The dimensions of the newest round; those of another questionnaire are others, whatever their code."""
        return self.points[-1].names if self.points else {}

    def values(self, code: str | None) -> list[str | None]:
        """The total (None), or a dimension where the round asked what the newest asked."""
        if code is None:
            return [point.total for point in self.points]
        newest = self.points[-1].questionnaire
        return [point.dimensions.get(code) if point.questionnaire == newest else None for point in self.points]


def trend(points: Iterable[Point]) -> Trend:
    """From the points of approved reports, in the order of their approval."""
    points = list(points)
    joined = [i > 0 and points[i].questionnaire == points[i - 1].questionnaire for i in range(len(points))]
    return Trend(points, joined)


def point_of(report: Mapping[str, Any]) -> Point:
    """What a disclosed report gives to a trend."""
    teams = report["evaluations"]
    dimensions = teams[0]["dimensions"] if teams else []
    return Point(
        report["round"],
        report["name"],
        report["record"],
        (report["questionnaire"]["id"], report["questionnaire"]["version"]),
        sum(team["score"] is not None for team in teams),
        _mean(team["score"] for team in teams),
        {d["code"]: _mean(team["dimensions"][place]["score"] for team in teams) for place, d in enumerate(dimensions)},
        {d["code"]: {"zh": d["zh"], "en": d["en"]} for d in dimensions},
    )


def _mean(shown: Iterable[str | None]) -> str | None:
    values = [Fraction(value) for value in shown if value is not None]
    return half_up(sum(values, Fraction(0)) / len(values), 2) if values else None
