"""The boxes file: the frozen list of everything that will be opened, made after closing.

Law: the list holds the encapsulated keys (enc) only, evaluations by id, ballots in key order; its digest is published
at closing, and nothing but exactly this list is ever opened with the round's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.crypto.threshold import is_valid_point
from survey.crypto.wire import b64url_encode
from survey.domain.custody.framed import ENTRY_LEN, Entries, header_line, number_field, read_header, text_field
from survey.domain.ports.ballot_box import BallotBox, StoredBallot
from survey.domain.rounds import Round, State
from survey.errors import InvalidSpec

SCHEMA = "survey-boxes/1"


def openable(round_: Round, box: BallotBox) -> Iterator[tuple[str, StoredBallot]]:
    """(evaluation id, ballot) of every ballot whose enc is a curve point: evaluations by id, ballots in key order."""
    for evaluation in sorted(round_.evaluations, key=lambda evaluation: evaluation.id):
        for ballot in box.ballots(evaluation.id):
            if is_valid_point(ballot.enc):
                yield evaluation.id, ballot


@dataclass(frozen=True)
class OpenableEncs:
    """The entries of the frozen list, straight from the box; can be gone through again and again."""

    round: Round
    box: BallotBox

    def __iter__(self) -> Iterator[bytes]:
        return (ballot.enc for _, ballot in openable(self.round, self.box))


def boxes_header(
    round_id: str, name: str, opening_key: bytes, threshold: int, evaluations: Sequence[tuple[str, str, int]]
) -> bytes:
    """The header line; evaluations: (id, team, number of entries). An auditor makes the same line again."""
    header = {
        "schema": SCHEMA,
        "round": round_id,
        "name": name,
        "opening_key": b64url_encode(opening_key),
        "threshold": threshold,
        "evaluations": [{"id": id_, "team": team, "ballots": entries} for id_, team, entries in sorted(evaluations)],
        "count": sum(entries for _, _, entries in evaluations),
    }
    return header_line(header)


def boxes_chunks(round_: Round, box: BallotBox) -> Iterator[bytes]:
    """The bytes of the boxes file: one JSON header line, then every enc (65 bytes each)."""
    round_.require(State.CLOSED)
    counts = dict.fromkeys((evaluation.id for evaluation in round_.evaluations), 0)
    for evaluation_id, _ in openable(round_, box):
        counts[evaluation_id] += 1
    yield boxes_header(
        round_.id,
        round_.name,
        round_.get_opening_key().public_key,
        round_.threshold,
        [(evaluation.id, evaluation.team, counts[evaluation.id]) for evaluation in round_.evaluations],
    )
    yield from OpenableEncs(round_, box)


def boxes_digest(round_: Round, box: BallotBox) -> bytes:
    """SHA-256 over the boxes file (32 bytes)."""
    digest = hashlib.sha256()
    for chunk in boxes_chunks(round_, box):
        digest.update(chunk)
    return digest.digest()


@dataclass(frozen=True)
class BoxesFile:
    """A boxes file on a custodian's machine: what will be opened, and its digest."""

    path: Path
    round_id: str
    header: Mapping[str, Any]
    digest: bytes
    start: int  # offset of the first enc
    count: int

    @classmethod
    def read(cls, path: Path) -> BoxesFile:
        """Check the form of the whole file; raise InvalidSpec."""
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            header, start = read_header(stream, path, SCHEMA)
            stream.seek(0)
            while block := stream.read(1 << 20):
                digest.update(block)
            size = stream.tell()
        count = number_field(header, path, "count")
        if count < 0 or size != start + count * ENTRY_LEN:
            raise InvalidSpec(
                f"{path}: expected {count} entries of {ENTRY_LEN} bytes after the header; the file is cut."
            )
        return cls(path, text_field(header, path, "round"), header, digest.digest(), start, count)

    @property
    def encs(self) -> Entries:
        return Entries(self.path, self.start)
