"""How good is an order, or a match, and what would a guess have reached?

Every piece of evidence gives each row a place; places in different groups (pages of a file, for example) are not
compared. Rank correlation: Kendall's tau over all pairs that the evidence orders, with the exact variance under the
null hypothesis, ties included (M. G. Kendall, Rank Correlation Methods, 4th ed., ch. 4). Matches: of n pairs put
together blindly one is right on average, and their number is nearly Poisson(1).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

# A line over its bound is a leak and not bad luck: with a hundred lines, one false alarm in ten thousand runs.
ALPHA = 1e-6
Z = 4.891638  # two-sided normal quantile of ALPHA

Places = Mapping[int, tuple[Any, Any]]  # person -> (group, position)


@dataclass(frozen=True)
class Evidence:
    """What one source says. is_common: positions of codes and ballots lie on one scale (one log, one counter)."""

    source: str
    codes: Places = field(default_factory=dict)
    ballots: Places = field(default_factory=dict)
    is_common: bool = False


@dataclass(frozen=True)
class Order:
    """count: rows the evidence places; tau: of the order it gives; bound: what guessing stays below."""

    count: int
    tau: float
    bound: float

    @property
    def is_guess(self) -> bool:
        return abs(self.tau) <= self.bound


@dataclass(frozen=True)
class Score:
    source: str
    codes: Order
    ballots: Order
    people: int  # how many are asked about
    matched: int
    matched_bound: int  # guessing reaches fewer than this

    @property
    def is_guess(self) -> bool:
        return self.codes.is_guess and self.ballots.is_guess and self.matched < self.matched_bound


def score(evidence: Evidence, used: Sequence[float], cast: Sequence[float], among: range | None = None) -> Score:
    """used, cast: when each person used the code and cast the ballot. among: only these are scored."""
    if among is not None:
        codes, ballots = (
            {person: place for person, place in places.items() if person in among}
            for places in (evidence.codes, evidence.ballots)
        )
        evidence = Evidence(evidence.source, codes, ballots, evidence.is_common)
    return Score(
        evidence.source,
        kendall(evidence.codes, used),
        kendall(evidence.ballots, cast),
        len(used) if among is None else len(among),
        sum(code == ballot for code, ballot in _match(evidence)),
        guessed_matches(),
    )


def kendall(places: Places, truth: Sequence[float]) -> Order:
    groups: dict[Any, list[tuple[Any, float]]] = defaultdict(list)
    for person, (group, position) in places.items():
        groups[group].append((position, truth[person]))
    balance, pairs, variance = 0, 0, 0.0
    for members in groups.values():
        for (first, then), (second, later) in combinations(members, 2):
            if first != second:
                pairs += 1
                balance += 1 if (first < second) == (then < later) else -1
        ties = Counter(position for position, _ in members).values()
        variance += (_spread(len(members)) - sum(map(_spread, ties))) / 18
    if not pairs:
        return Order(len(places), 0.0, 0.0)
    return Order(len(places), balance / pairs, min(1.0, Z * math.sqrt(variance) / pairs))


def _spread(n: int) -> int:
    return n * (n - 1) * (2 * n + 5)


def guessed_matches() -> int:
    """The least number of right matches that guessing reaches with a probability below ALPHA."""
    number, remaining, term = 0, 1.0, math.exp(-1)
    while remaining >= ALPHA:
        remaining -= term
        number += 1
        term /= number
    return number


def _match(evidence: Evidence) -> list[tuple[int, int]]:
    """Pairs (code's person, ballot's person) as the attacker would put them together."""
    codes = sorted(evidence.codes, key=lambda person: _sortable(evidence.codes[person]))
    ballots = sorted(evidence.ballots, key=lambda person: _sortable(evidence.ballots[person]))
    if not evidence.is_common:
        # The last with the last: what a log has lost, it has lost at its beginning.
        return list(zip(reversed(codes), reversed(ballots), strict=False))
    pairs, waiting = [], list(codes)
    for ballot in ballots:
        before = [code for code in waiting if evidence.codes[code][1] <= evidence.ballots[ballot][1]]
        if before:
            waiting.remove(before[-1])
            pairs.append((before[-1], ballot))
    return pairs


def _sortable(place: tuple[Any, Any]) -> tuple[Any, Any]:
    return place
