"""Which values a withheld item may still have for somebody who knows that answers are whole people.

A mean of few answers takes few values: one answer of four options takes four. Whoever knows the sum of the withheld
items of a dimension can try them all, so an interval that is wide enough does not yet hide a value: of the values that
lie in it, half must remain possible.

Law: what is counted is never more than what remains: more than MOST_ANSWERS answers are left out of account.
Values are whole thousandths of a point; a set of them is a whole number with a bit for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

UNIT = 1000  # parts of a point
MOST_ANSWERS = 20


@dataclass(frozen=True)
class Withheld:
    """A withheld item: its score, and how many answers it may have as far as its reason says."""

    score: Fraction
    least: int
    most: int


def enough_remain(points: frozenset[Fraction], items: Sequence[Withheld], tolerance: Fraction) -> bool:
    """Whether of each item at least two values remain, and half of those that the ends of the scale allow.

    points: the scores of the scale; tolerance: how exactly the sum of the items is known, in points.
    """
    total = _whole(sum((item.score for item in items), Fraction(0)))
    low, high = _whole(min(points)), _whole(max(points))
    least, most = max(low, total - (len(items) - 1) * high), min(high, total - (len(items) - 1) * low)
    spread = int(tolerance * UNIT)
    sets = [_means(points, item.least, min(item.most, max(item.least, MOST_ANSWERS))) for item in items]
    for place, own in enumerate(sets):
        others = _sums(sets[:place] + sets[place + 1 :])
        within = [value for value in _bits(own) if least - spread <= value <= most + spread]
        possible = sum(_has_near(others, total - value, spread) for value in within)
        if possible < max(2, len(within) / 2):
            return False
    return True


@lru_cache(maxsize=256)
def _means(points: frozenset[Fraction], least: int, most: int) -> int:
    """All means of `least` to `most` answers."""
    step = Fraction(math.gcd(*(_whole(point) for point in points)) or 1, UNIT)
    steps = sorted(int(point / step) for point in points)
    sums, found = 1, 0
    for answers in range(1, most + 1):
        sums = _any(sums << one for one in steps)
        if answers >= least:
            for total in _bits(sums):
                found |= 1 << _whole(total * step / answers)
    return found


def _sums(sets: Sequence[int]) -> int:
    """All sums with one value from each set."""
    found = 1
    for one in sorted(sets, key=int.bit_count):
        small, large = sorted((found, one), key=int.bit_count)
        found = _any(large << value for value in _bits(small))
    return found


def _has_near(values: int, wanted: int, spread: int) -> bool:
    low = wanted - spread
    window = (1 << (2 * spread + 1)) - 1
    return bool((values >> low if low >= 0 else values << -low) & window)


def _any(sets: Iterator[int]) -> int:
    found = 0
    for one in sets:
        found |= one
    return found


def _bits(values: int) -> Iterator[int]:
    """The places of the bits that are set, from the lowest."""
    text = bin(values)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


def _whole(points: Fraction) -> int:
    return round(points * UNIT)
