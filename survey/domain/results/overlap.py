"""The same people asked again about the same team, in another round: what adding and subtracting results would tell.

Ballots of two rounds are different ballots; nothing of one follows from the other. But somebody may suppose that people
answer alike each time. Where the second round asks the same units and one small unit more or less, the difference of
the two results is that small unit; with three rounds it may take two steps (A and B, B and C, A and C give A).

Law: decided once, when a round is counted, against the rounds counted before, and written into its tally record; so a
report never changes because of a later one. A team is the same when its name is; people are counted as codes used.
Asking exactly the same units again is no overlap: the difference belongs to nobody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

MOST_ROUNDS = 7  # of one team that are added and subtracted; those that share most units


@dataclass(frozen=True)
class Asked:
    """Who was asked about a team in one round: codes used, by name of the unit; tables_from: ballots from which that
    round promised to show tables."""

    round_name: str
    team: str
    units: Mapping[str, int]
    tables_from: int


@dataclass(frozen=True)
class Overlap:
    """How many people the results taken together would leave alone. below: the most that one of the rounds promised.

    round_name: the earlier round; several are joined as they stand in a sentence: A”、“B.
    """

    round_name: str
    apart: int
    below: int


def find_overlap(asked: Asked, before: Iterable[Asked]) -> Overlap | None:
    """What comes closest to telling too much; None where nothing is comparable."""
    mine = _units(asked)
    earlier = [other for other in before if _plain(other.team) == _plain(asked.team)]
    earlier.sort(key=lambda other: -len(_units(other).keys() & mine.keys()))
    earlier = earlier[:MOST_ROUNDS]
    found = []
    for signs in product((0, -1, 1), repeat=len(earlier)):
        taken = [(sign, other) for sign, other in zip(signs, earlier, strict=True) if sign]
        apart = _left_alone([(1, asked), *taken])
        if taken and apart:
            name = "”、“".join(other.round_name for _, other in taken)
            below = max(other.tables_from for _, other in taken)
            found.append((apart - max(asked.tables_from, below), len(taken), Overlap(name, apart, below)))
    return min(found, key=lambda entry: entry[:2], default=(0, 0, None))[2]


def _left_alone(taken: Sequence[tuple[int, Asked]]) -> int:
    """People in units that do not cancel out; 0 where all do, or none does."""
    weight: dict[str, int] = {}
    people: dict[str, int] = {}
    for sign, one in taken:
        for name, used in _units(one).items():
            weight[name] = weight.get(name, 0) + sign
            people[name] = min(used, people.get(name, used))
    return sum(people[name] for name in weight if weight[name]) if 0 in weight.values() else 0


def _units(asked: Asked) -> dict[str, int]:
    return {_plain(name): used for name, used in asked.units.items()}


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
