"""How far a difference between two scores may be relied on, so that no paper makes much of a little.

Law: who answered is partly chance; the fewer ballots, the more the score moves with each of them. Below FEW ballots a
difference under five points says nothing, from there on one under two points. n stands beside every score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

Team = Mapping[str, Any]
FEW = 30
_GAP_OF_FEW, _GAP = Fraction(5), Fraction(2)
NOTE = f"有效答卷不足{FEW}份的组，得分相差不到{_GAP_OF_FEW}分不宜说有高低。"


def has_few(team: Team) -> bool:
    """Whether its score is to be read with care; a team without any score needs no such warning."""
    return bool(team["counted"] < FEW and (team["score"] is not None or team["range"] is not None))


def notes(teams: Iterable[Team]) -> list[str]:
    """The sentence under a table or drawing of scores, where it concerns one of the teams."""
    return [NOTE] if any(has_few(team) for team in teams) else []


def gap(team: Team) -> Fraction:
    """From how many points on two scores of this team may be called different."""
    return _GAP_OF_FEW if team["counted"] < FEW else _GAP


def with_number(team: Team) -> str:
    """ "第三巡察组（n=12）", as drawings and charts label a team."""
    return f"{team['team']}（n={team['counted']}）"
