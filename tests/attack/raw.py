"""Bytes as a thief finds them: where in a file, a log or a free page does somebody's row turn up?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tests.attack.scoring import Evidence, Places

CHUNK = 8192
HEADER = 24  # bytes that are not zero
Spot = tuple[int, int]  # which file, where in it
Find = Callable[[bytes], list[Spot]]


class Haystack:
    """Files in the order in which the attacker reads them. Empty stretches are left out, places stay true."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.pieces: list[tuple[Spot, bytes]] = []
        for number, file in enumerate(files):
            content = file.read_bytes()
            start = None
            for offset in range(0, len(content) + CHUNK, CHUNK):
                # A page's own header may stand in it: 32 bytes of anybody's mark are more than that.
                is_empty = len(content[offset : offset + CHUNK]) - content.count(0, offset, offset + CHUNK) < HEADER
                if is_empty and start is not None:
                    self.pieces.append(((number, start), content[start:offset]))
                    start = None
                elif not is_empty and start is None:
                    start = offset

    def find(self, needle: bytes) -> list[Spot]:
        """Every place where the needle lies."""
        found = []
        for (number, start), piece in self.pieces:
            at = piece.find(needle)
            while at >= 0:
                found.append((number, start + at))
                at = piece.find(needle, at + 1)
        return found


def by_offset(
    source: str,
    find: Find,
    codes: Sequence[Mapping[str, bytes]],
    ballots: Sequence[Mapping[str, bytes]],
    *,
    is_common: bool,
    page: int | None = None,
) -> list[Evidence]:
    """One line per kind of mark: order of the first and of the last place, and of places inside pages."""
    evidence = []
    for code, ballot in (("code", "key"), ("request", "body"), ("request", "body's end"), ("code", "receipt"),
                         ("request", "enc"), ("request", "token"), ("request", "body's middle")):  # fmt: skip
        of_codes = _spots(find, [marks[code] for marks in codes])
        of_ballots = _spots(find, [marks[ballot] for marks in ballots])
        for place, choose in (("first", min), ("last", max)):
            if place == "last" and all(len(spots) < 2 for spots in (*of_codes.values(), *of_ballots.values())):
                continue  # says the same as the first
            first_codes = {person: (0, choose(spots)) for person, spots in of_codes.items()}
            first_ballots = {person: (0, choose(spots)) for person, spots in of_ballots.items()}
            name = f"{source}: {place} {code} / {ballot}"
            evidence.append(Evidence(name, first_codes, first_ballots, is_common))
            if page is not None:
                inside_codes, inside_ballots = _inside(first_codes, page), _inside(first_ballots, page)
                evidence.append(Evidence(f"{name}, inside pages", inside_codes, inside_ballots))
    return evidence


def _spots(find: Find, marks: Sequence[bytes]) -> dict[int, list[Spot]]:
    return {person: spots for person, mark in enumerate(marks) if (spots := find(mark))}


def _inside(places: Places, page: int) -> Places:
    """A page's own order only; the pages' order is another line."""
    return {person: ((number, offset // page), offset) for person, (_, (number, offset)) in places.items()}
