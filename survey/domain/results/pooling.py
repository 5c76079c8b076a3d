"""The checklist of small teams in bands: of those too small for one of their own, together.

Law: a team's own counts stay open. A count of the pool is shown as a band, never exactly: "nobody reported it" about
the pool would be the same about each of its teams. A line is withheld where its bands would still fix one team's count.
Bands are k wide or wider, k = minimum_group: 0..k-1, k..2k-1, 2k and more; where the last one would be narrower than
the others, it is one with the one before. Every team hides behind at least k other ballots.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey.domain.questionnaire import BLANK, Checklist
from survey.domain.scoring import Counts


@dataclass(frozen=True)
class Small:
    """One of the small teams: ballots counted, and the counts per item of the checklist."""

    team: str
    counted: int
    checklist: Mapping[str, Counts]


@dataclass(frozen=True)
class Band:
    """least..most ballots."""

    least: int
    most: int


Bands = Mapping[str, Band]  # option or "blank" -> band


def pool(checklist: Checklist, teams: Sequence[Small], k: int, t: int) -> dict[str, Bands | None] | None:
    """Item -> its bands, or None for a withheld line; None where the teams together are too few to be shown at all."""
    total = sum(team.counted for team in teams)
    if total < t or total - max((team.counted for team in teams), default=0) < k:
        return None
    return _lines(checklist, teams, k)


def _lines(checklist: Checklist, teams: Sequence[Small], k: int) -> dict[str, Bands | None]:
    sizes = [team.counted for team in teams]
    lines: dict[str, Bands | None] = {}
    for item in checklist.items:
        bands = {
            code: _band(sum(team.checklist[item.code][code] for team in teams), k, sum(sizes))
            for code in (*item.scale.codes, BLANK)
        }
        lines[item.code] = bands if _leaves_all_open(bands, sizes) else None
    return lines


def _band(count: int, k: int, total: int) -> Band:
    last = min(2 * k, (total - k + 1) // k * k)  # where the last band begins that is k wide
    least = min(count // k * k, max(last, 0))
    return Band(least, total if least == last else min(least + k - 1, total))


def _leaves_all_open(bands: Bands, sizes: Sequence[int]) -> bool:
    """Whether every count of every team may still have at least two values.

    The sum of one option is bounded by its band and by what the bands of the others leave of the total; a team's part
    of it by the sizes of the teams.
    """
    total = sum(sizes)
    least_of_all = sum(band.least for band in bands.values())
    most_of_all = sum(band.most for band in bands.values())
    for band in bands.values():
        least = max(band.least, total - (most_of_all - band.most))
        most = min(band.most, total - (least_of_all - band.least))
        for size in sizes:
            if min(size, most) - max(0, least - (total - size)) < 1:
                return False
    return True
