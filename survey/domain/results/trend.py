"""附表6: rounds side by side, per round and dimension the mean of what was published about its teams.

Law: a trend is made of published figures alone, as printed, so it says nothing that the reports do not say already.
The point of a round is fixed when its report is approved. Two rounds are joined only when they asked the same questions
(same id and version of the questionnaire); a team of one round is never set beside a team of another: the people are
different ones.

A mean says of how many teams it is, and a round which teams are in none: those without a grade because too few took
part, and those whose total is withheld or a range. The mean may lean without them: a small team gets a range just where
its total is near an end of the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from survey.domain.scoring import half_up

UNGRADED, RANGE, WITHHELD = "ungraded", "range", "withheld"  # why a team is in no mean of totals


@dataclass(frozen=True)
class Point:
    """One round: means as printed, None where no team shows that figure; teams: of how many the total is the mean.

    counts: the same per dimension; left_out: the teams that the total is without, by reason. Both are empty in points
    that were approved before they were kept.
    """

    round_id: str
    name: str
    record: str  # the tally record's hash
    questionnaire: tuple[str, str]
    teams: int
    total: str | None
    dimensions: Mapping[str, str | None]
    names: Mapping[str, Mapping[str, str]]  # dimension code -> {"zh", "en"}
    counts: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def number(self, code: str | None) -> int | None:
        """Of how many teams the mean of the total (None) or of a dimension is; None where nobody noted it."""
        return self.teams if code is None else self.counts.get(code)

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
        return [point.dimensions.get(code) if self._asked(point) else None for point in self.points]

    def numbers(self, code: str | None) -> list[int | None]:
        """Of how many teams each of values() is the mean."""
        return [point.number(code) if code is None or self._asked(point) else None for point in self.points]

    def _asked(self, point: Point) -> bool:
        return point.questionnaire == self.points[-1].questionnaire


def trend(points: Iterable[Point]) -> Trend:
    """From the points of approved reports, in the order of their approval."""
    points = list(points)
    joined = [i > 0 and points[i].questionnaire == points[i - 1].questionnaire for i in range(len(points))]
    return Trend(points, joined)


def point_of(report: Mapping[str, Any]) -> Point:
    """What a disclosed report gives to a trend."""
    everybody = report["evaluations"]
    dimensions = everybody[0]["dimensions"] if everybody else []
    left_out: dict[str, list[str]] = {}
    for team in everybody:
        if reason := _left_out(team):
            left_out.setdefault(reason, []).append(team["team"])
    teams = [team for team in everybody if _left_out(team) != UNGRADED]
    totals = _shown(team["score"] for team in teams)
    of = {d["code"]: _shown(t["dimensions"][place]["score"] for t in teams) for place, d in enumerate(dimensions)}
    return Point(
        report["round"],
        report["name"],
        report["record"],
        (report["questionnaire"]["id"], report["questionnaire"]["version"]),
        len(totals),
        _mean(totals),
        {code: _mean(values) for code, values in of.items()},
        {d["code"]: {"zh": d["zh"], "en": d["en"]} for d in dimensions},
        {code: len(values) for code, values in of.items()},
        left_out,
    )


def _left_out(team: Mapping[str, Any]) -> str | None:
    """Why the total of this team is in no mean, as the report itself says it."""
    if any(entry["reason"] == "participation-too-low" for entry in team["suppressed"]):
        return UNGRADED
    if team["score"] is not None:
        return None
    return WITHHELD if team["range"] is None else RANGE


def _shown(scores: Iterable[str | None]) -> list[Fraction]:
    return [Fraction(score) for score in scores if score is not None]


def _mean(values: Sequence[Fraction]) -> str | None:
    return half_up(sum(values, Fraction(0)) / len(values), 2) if values else None
