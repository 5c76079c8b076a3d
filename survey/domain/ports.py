"""What the domain needs from outside, as promises (Protocols). storage/ keeps them; tests keep them with dictionaries.

Law: Registry knows invitations, BallotBox knows ballots. No call takes or returns something of both, and no
transaction spans both: an operator who joined them in time would have the order of people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from io import BufferedReader
from typing import BinaryIO, Literal, Protocol

from survey.crypto.sealing import receipt_of_digest
from survey.domain.rounds import Round, State

Clock = Callable[[], datetime]  # an aware UTC time
Randomness = Callable[[int], bytes]  # n -> n random bytes


DIGEST_LEN = 32


class SpendOutcome(Enum):
    SPENT = "spent"  # the code was unused and is now used for this request
    REPEATED = "repeated"  # it was already used for exactly this request
    OTHER_REQUEST = "other request"  # it was used for another request
    UNKNOWN = "unknown"  # never printed for this evaluation, or void
    CLOSED = "closed"  # the round does not collect (not opened yet, or closed)


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

    def find_round(self, round_id: str) -> Round | None: ...

    def find_round_of(self, evaluation_id: str) -> Round | None: ...

    def find_state_of(self, evaluation_id: str) -> State | None:
        """The state of the evaluation's round, asked on every token request: quick, without reading the round."""

    def list_rounds(self) -> list[Round]: ...

    def delete_draft(self, round_id: str) -> None:
        """Remove a round nobody has a code of; raises WrongState unless it is a draft, NotFound."""

    def erase_rehearsal(self, round_id: str) -> None:
        """Every trace of a rehearsal in this store, in whatever state it is; raises WrongState for a real round."""

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


class Readable(Protocol):
    """A file, or something that reads as one: opened anew for each reading; str() names it in messages."""

    def open(self, mode: Literal["rb"], /) -> BufferedReader: ...


class PartialStore(Protocol):
    """Partial openings on their way to the count. t of them open every answer of the round: they are kept locked, out
    of the database and of every backup, and destroyed when the round is counted.
    """

    def receive(self, round_id: str, chunks: Iterable[bytes]) -> Readable:
        """Write what a custodian sends to a new file that only this program reads; keep() or drop() it."""

    def keep(self, file: Readable, round_id: str, index: int) -> None:
        """Under its final name; raises WrongState when this custodian has given one already."""

    def drop(self, file: Readable) -> None: ...

    def files(self, round_id: str) -> dict[int, Readable]:
        """index -> file of every partial opening given."""

    def destroy(self, round_id: str) -> list[tuple[int, str]]:
        """Overwrite and remove all of a round, unfinished ones too; (index, SHA-256 in hexadecimal) of each given."""


class Vault(Protocol):
    """Locks secrets before they are written down; see crypto.at_rest."""

    def lock(self, secret: bytes, name: str) -> bytes: ...

    def unlock(self, locked: bytes, name: str) -> bytes:
        """Raises InvalidInput."""

    def lock_stream(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        """For what is too long for memory."""

    def unlock_stream(self, locked: BinaryIO, name: str) -> BufferedReader:
        """Raises InvalidInput, here or while it is read."""


class KeyFiles(Protocol):
    """Secrets on disk: a token key and a code secret for each evaluation until it closes, and one for share tests."""

    def save_token_key(self, evaluation_id: str, der: bytes) -> None: ...

    def token_key(self, evaluation_id: str) -> bytes:
        """PKCS#8 DER; raises NotFound, also once it is destroyed."""

    def make_code_secret(self, evaluation_id: str) -> bytes:
        """What this evaluation's codes are hashed under (32 bytes): drawn when it is first asked for, then the same."""

    def code_secret(self, evaluation_id: str) -> bytes:
        """Raises NotFound when none was made, also once it is destroyed."""

    def destroy_keys(self, evaluation_id: str) -> None:
        """At the end of a round: nothing can be signed, and no slip be found in the store any more. May be repeated."""

    def share_test_secret(self) -> bytes:
        """32 bytes; made at init."""


class WorkState(Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Work:
    """A long step of a round. beat: when it last gave a sign, whole seconds; sentence: why it failed."""

    round_id: str
    kind: str
    state: WorkState
    done: int = 0
    total: int = 0
    beat: int = 0
    sentence: str = ""


class WorkBook(Protocol):
    """What long steps of rounds are doing, readable by every process of the server."""

    def save_work(self, work: Work) -> None:
        """Replaces what stood there for the round."""

    def find_work(self, round_id: str) -> Work | None: ...

    def forget_work(self, round_id: str) -> None: ...
