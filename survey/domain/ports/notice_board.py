"""What custodians say to each other while they make a round's key, and the record of its opening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class PostOutcome(Enum):
    ADDED = "added"
    SAME = "same"  # exactly this message is there already
    DIFFERENT = "different"  # the custodian has said something else in this phase


@dataclass(frozen=True)
class Attempt:
    """One try of a key ceremony: 1, 2 ...; stopped: the sentence that says why it ended without a key; replaces: where
    a lost custodian is replaced, the facts of that (JSON of ceremony.replacing).
    """

    number: int
    stopped: str | None
    replaces: str | None = None


class NoticeBoard(Protocol):
    """What custodians say to each other while they make a round's key. Holds no secret of theirs."""

    def save_invitations(self, round_id: str, digests: Mapping[int, bytes]) -> None:
        """index -> digest of the invitation's secret (32 bytes). Replaces earlier ones; begins attempt 1 if none is."""

    def find_seat(self, digest: bytes) -> tuple[str, int] | None:
        """(round id, index) of an invitation."""

    def find_attempt(self, round_id: str) -> Attempt | None:
        """The latest attempt; None when nobody was invited."""

    def begin_again(self, round_id: str, number: int) -> None:
        """Attempt number + 1 for the same thing; raises WrongState when `number` is not the latest any more."""

    def begin_replacement(self, round_id: str, number: int, replaces: str) -> None:
        """Attempt number + 1, to replace a custodian; raises WrongState as begin_again does."""

    def stop(self, round_id: str, number: int, reason: str) -> None:
        """The first reason stays."""

    def post(self, round_id: str, number: int, phase: str, index: int, message: bytes) -> PostOutcome: ...

    def messages(self, round_id: str, number: int) -> list[bytes]:
        """All messages of an attempt, in no particular order."""

    def save_opening_record(self, round_id: str, record: bytes) -> None:
        """Written once, when the round is counted."""

    def find_opening_record(self, round_id: str) -> bytes | None: ...

    def forget_key_making(self, round_id: str) -> None:
        """At the end of a round: invitations, attempts and messages. The record of its opening stays."""

    def forget(self, round_id: str) -> None:
        """All there is of a round that is deleted as a draft, or cleared as a rehearsal."""
