"""Rounds, frozen manifests, invitations and what is published of a round: what the domain asks of the registry.

Law: no call takes or returns a ballot; see the door of this folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from survey.domain.rounds import Round, State


class SpendOutcome(Enum):
    SPENT = "spent"  # the code was unused and is now used for this request
    REPEATED = "repeated"  # it was already used for exactly this request
    OTHER_REQUEST = "other request"  # it was used for another request
    UNKNOWN = "unknown"  # never printed for this evaluation, or void
    CLOSED = "closed"  # the round does not collect (not opened yet, or closed)


@dataclass(frozen=True)
class UnitTurnout:
    unit_id: str
    printed: int  # live codes: unused + used
    used: int
    void: int


class Registry(Protocol):
    """Rounds, frozen manifests, invitations, tally records."""

    def add_round(self, round_: Round) -> None: ...

    def save_round(self, round_: Round, expected: str) -> None:
        """Replace the round; raise WrongState when its stored state is not `expected` (another process moved it)."""

    def change_draft(self, before: Round, after: Round) -> None:
        """Replace a draft as it was read; raise Overtaken when somebody has changed it since, WrongState when it is
        none any more.
        """

    def find_round(self, round_id: str) -> Round | None: ...

    def find_round_of(self, evaluation_id: str) -> Round | None: ...

    def find_state_of(self, evaluation_id: str) -> State | None:
        """The state of the evaluation's round, asked on every token request: quick, without reading the round."""

    def list_rounds(self) -> list[Round]: ...

    def delete_draft(self, round_id: str) -> None:
        """Remove a round nobody has a code of; raises WrongState unless it is a draft, NotFound."""

    def erase_round(self, round_id: str) -> None:
        """Every trace of a rehearsal, in whatever state it is, or of a frozen round that was never opened.

        Raises WrongState for any other.
        """

    def freeze(self, round_: Round, manifests: dict[str, bytes]) -> None:
        """draft -> frozen and all manifests (evaluation id -> exact bytes) in one transaction."""

    def find_manifest(self, evaluation_id: str) -> bytes | None: ...

    def find_manifests(self, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
        """Those that there are, asked at once."""

    def add_invitations(self, evaluation_id: str, codes: Iterable[tuple[bytes, str]]) -> None:
        """codes: (HMAC of the code, 32 bytes; unit id). Written in key order."""

    def void_unused(self, evaluation_id: str) -> int:
        """Void every unused code; returns how many."""

    def spend_code(self, evaluation_id: str, code_mac: bytes, request_digest: bytes) -> SpendOutcome:
        """Atomically use the code for this token request (SHA-256 of its bytes) while the round is open, or say why
        not."""

    def turnout(self, evaluation_id: str) -> list[UnitTurnout]: ...

    def turnout_of(self, evaluation_ids: Sequence[str]) -> dict[str, list[UnitTurnout]]:
        """The turnout of many evaluations, asked at once; an evaluation without codes has an empty list."""

    def save_snapshot(self, round_id: str, window: int, counts: bytes) -> None:
        """What turnout pages show of an open round until a later window; replaces the snapshot of an earlier one."""

    def find_snapshot(self, round_id: str) -> tuple[int, bytes] | None:
        """(window, counts) as saved last."""

    def save_roots(self, roots: dict[str, bytes]) -> None:
        """Merkle root (32 bytes) per evaluation, published at closing."""

    def find_root(self, evaluation_id: str) -> bytes | None: ...

    def find_roots(self, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
        """Those that are published, asked at once."""

    def save_boxes_digest(self, round_id: str, digest: bytes) -> None: ...

    def find_boxes_digest(self, round_id: str) -> bytes | None: ...

    def finish_count(self, round_: Round, record: bytes) -> None:
        """closed -> opened and the tally record in one transaction; raises WrongState when already counted."""

    def find_tally_record(self, round_id: str) -> bytes | None: ...

    def save_destruction_record(self, round_id: str, record: bytes) -> None:
        """Written once, before anything of the round is destroyed."""

    def find_destruction_record(self, round_id: str) -> bytes | None: ...

    def save_statement(self, round_id: str, index: int, statement: bytes) -> None:
        """What custodian `index` signed after the count; the first one stays."""

    def statements(self, round_id: str) -> dict[int, bytes]:
        """index -> statement of every custodian who has signed."""
