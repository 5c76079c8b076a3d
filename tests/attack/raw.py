"""Bytes as a thief finds them: where in a file, a log or a free page does somebody's row turn up?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.attack.scoring import Evidence, Places

CHUNK = 8192
HEADER = 24  # bytes that are not zero
Spot = tuple[int, int]  # which file, where in it
HEAD = 4  # bytes of a needle that are looked up; each is much longer


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

    def find(self, needles: Iterable[bytes]) -> dict[bytes, list[Spot]]:
        """Every place where a needle lies. All needles at once: the bytes are gone through a single time."""
        by_head: dict[bytes, list[bytes]] = defaultdict(list)
        for needle in set(needles):
            by_head[needle[:HEAD]].append(needle)
        heads = np.frombuffer(b"".join(by_head), np.uint8).reshape(-1, HEAD)
        may_begin = np.zeros(1 << 16, bool)  # what two bytes a needle begins with: leaves few places to look at
        may_begin[_pairs(heads.reshape(-1))[::HEAD]] = True
        found: dict[bytes, list[Spot]] = defaultdict(list)
        for (number, start), piece in self.pieces:
            for at in np.flatnonzero(may_begin[_pairs(np.frombuffer(piece, np.uint8))]).tolist():
                for needle in by_head.get(piece[at : at + HEAD], ()):
                    if piece.startswith(needle, at):
                        found[needle].append((number, start + at))
        return found


def _pairs(content: Any) -> Any:
    """Each byte with the one behind it, as one number."""
    return (content[:-1].astype(np.uint16) << 8) | content[1:]


def by_offset(
    source: str,
    haystack: Haystack,
    codes: Sequence[Mapping[str, bytes]],
    ballots: Sequence[Mapping[str, bytes]],
    *,
    is_common: bool,
    page: int | None = None,
) -> list[Evidence]:
    """One line per kind of mark: order of the first and of the last place, and of places inside pages."""
    evidence = []
    found = haystack.find(mark for marks in (*codes, *ballots) for mark in marks.values())
    for code, ballot in (("code", "key"), ("request", "body"), ("request", "body's end"), ("code", "receipt"),
                         ("request", "enc"), ("request", "token"), ("request", "body's middle")):  # fmt: skip
        of_codes = _spots(found, [marks[code] for marks in codes])
        of_ballots = _spots(found, [marks[ballot] for marks in ballots])
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


def _spots(found: Mapping[bytes, list[Spot]], marks: Sequence[bytes]) -> dict[int, list[Spot]]:
    return {person: found[mark] for person, mark in enumerate(marks) if mark in found}


def _inside(places: Places, page: int) -> Places:
    """A page's own order only; the pages' order is another line."""
    return {person: ((number, offset // page), offset) for person, (_, (number, offset)) in places.items()}
