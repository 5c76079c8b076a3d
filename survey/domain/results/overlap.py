"""The same people asked twice about the same team, in two rounds: what the difference of both results would tell.

Ballots of two rounds are different ballots; nothing of one follows from the other. But somebody may suppose that people
answer alike both times. Where the second round asks the same units and one small unit more or less, the difference of
the two results is that small unit.

Law: decided once, when a round is counted, against the rounds counted before, and written into its tally record; so a
report never changes because of a later one. A team is the same when its name is; people are counted as codes used.
Asking exactly the same units again is no overlap: the difference belongs to nobody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """Who was asked about a team in one round: codes used, by name of the unit."""

    round_name: str
    team: str
    units: Mapping[str, int]


@dataclass(frozen=True)
class Overlap:
    """Which earlier round, and how many people are in one of the two results only."""

    round_name: str
    apart: int


def find_overlap(asked: Asked, before: Iterable[Asked]) -> Overlap | None:
    """The earlier result from which this one differs by the fewest people; None where none is comparable."""
    found = [Overlap(other.round_name, apart) for other in before if (apart := _apart(asked, other))]
    return min(found, key=lambda overlap: overlap.apart, default=None)


def _apart(one: Asked, other: Asked) -> int:
    """People in one of the two only; 0 where there is nothing to subtract."""
    if _plain(one.team) != _plain(other.team):
        return 0
    first = {_plain(name): used for name, used in one.units.items()}
    second = {_plain(name): used for name, used in other.units.items()}
    if not first.keys() & second.keys():
        return 0
    return sum({**first, **second}[name] for name in first.keys() ^ second.keys())


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
