"""Sealed ballots and the tokens that cast them: what the domain asks of the ballot box.

Law: no call takes or returns a code or a unit; see the door of this folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from survey.crypto.sealing import receipt_of_digest

DIGEST_LEN = 32


class AddOutcome(Enum):
    ADDED = "added"
    SAME = "same"  # this token already cast exactly this ballot
    DIFFERENT = "different"  # this token already cast another ballot
    CLOSED = "closed"  # the box does not take ballots (not opened yet, or closed)


@dataclass(frozen=True)
class StoredBallot:
    """token_digest 32, token 354, enc 65, ct plaintext_length + 16 bytes; once it is destroyed, ct is the SHA-256 of
    what it was. Every sealed body is longer than that.
    """

    token_digest: bytes
    token: bytes
    enc: bytes
    ct: bytes

    @property
    def is_destroyed(self) -> bool:
        return len(self.ct) == DIGEST_LEN

    @property
    def body_digest(self) -> bytes:
        """SHA-256 of the sealed body (32 bytes), also when only that is left."""
        return self.ct if self.is_destroyed else hashlib.sha256(self.ct).digest()

    @property
    def receipt(self) -> bytes:
        """32 bytes, before and after the body is destroyed."""
        return receipt_of_digest(self.enc, self.body_digest)


class BallotBox(Protocol):
    """Sealed ballots and the tokens that cast them. Rows carry no time, unit, code or sequence."""

    def open_box(self, evaluation_id: str) -> None: ...

    def close_box(self, evaluation_id: str) -> None:
        """From here on add() answers CLOSED; rewrites the box in key order in one transaction."""

    def add(self, evaluation_id: str, ballot: StoredBallot) -> AddOutcome:
        """Durably add, or say why not; raises StoreUnavailable when nothing could be stored."""

    def forget_order(self) -> None:
        """After closing: nothing below the tables (pages, journals, file times) shows an order of arrival any more.

        Raises StoreUnavailable (kind order-remains) when that could not be done; what was stored stays stored.
        """

    def erase(self, evaluation_ids: Sequence[str]) -> None:
        """Boxes and ballots of a rehearsal: the caller (domain.rehearsal) knows that they never counted."""

    def destroy_bodies(self, evaluation_id: str) -> int:
        """Put the SHA-256 of every sealed body in its place; how many there are. May be repeated. Only once closed:
        raises WrongState.
        """

    def count(self, evaluation_id: str) -> int: ...

    def counts(self, evaluation_ids: Sequence[str]) -> dict[str, int]:
        """The number of ballots of many evaluations, asked at once."""

    def find_receipt(self, evaluation_id: str, receipt: bytes) -> bool: ...

    def receipts(self, evaluation_id: str) -> list[bytes]:
        """All receipts (32 bytes each), sorted."""

    def ballots(self, evaluation_id: str) -> Iterator[StoredBallot]:
        """All ballots in key order (token_digest), streamed."""
