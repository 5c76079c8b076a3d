"""Stores made of dictionaries, keeping the promises of survey.domain.ports. For tests only.

Services() gives a whole set, with a clock that stands still until a test moves it.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from survey.crypto.at_rest import KEY_LEN, Vault
from survey.domain.forms.library import Overtaken
from survey.domain.installation import Installation
from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.domain.ports.notice_board import Attempt, PostOutcome
from survey.domain.ports.registry import SpendOutcome, UnitTurnout
from survey.domain.ports.work_book import Work
from survey.domain.rounds import Round, State
from survey.errors import NotFound, WrongState
from survey.storage.partial_files import PartialFiles
from tests.fake_library import MemoryLibrary
from tests.fake_staff import (
    MemoryAccounts,
    MemoryPasskeys,
    MemoryRecusals,
    MemorySessions,
    MemoryStaff,
    MemoryTries,
    MemoryWindows,
)


class MemoryRegistry:
    """Rounds, manifests, invitations, tally records; see domain.ports.Registry."""

    def __init__(self) -> None:
        self.rounds: dict[str, Round] = {}
        self.manifests: dict[str, bytes] = {}
        self.codes: dict[str, dict[bytes, Invitation]] = {}
        self.roots: dict[str, bytes] = {}
        self.boxes_digests: dict[str, bytes] = {}
        self.records: dict[str, bytes] = {}
        self.destruction_records: dict[str, bytes] = {}
        self.snapshots: dict[str, tuple[int, bytes]] = {}
        self.kept_statements: dict[str, dict[int, bytes]] = {}

    def add_round(self, round_: Round) -> None:
        if round_.id in self.rounds:
            raise WrongState(f"Round {round_.id} already exists.")
        self.rounds[round_.id] = round_

    def save_round(self, round_: Round, expected: str) -> None:
        stored = self.rounds[round_.id]
        if stored.state != expected:
            raise WrongState(f"Round {round_.id} is {stored.state.value}; this step needs it to be {expected}.")
        self.rounds[round_.id] = round_

    def change_draft(self, before: Round, after: Round) -> None:
        if self.rounds[before.id].state is State.DRAFT and self.rounds[before.id] != before:
            raise Overtaken(f"The draft {before.id} was changed meanwhile.")
        self.save_round(after, expected=State.DRAFT)

    def find_round(self, round_id: str) -> Round | None:
        return self.rounds.get(round_id)

    def find_round_of(self, evaluation_id: str) -> Round | None:
        for round_ in self.rounds.values():
            if any(evaluation.id == evaluation_id for evaluation in round_.evaluations):
                return round_
        return None

    def find_state_of(self, evaluation_id: str) -> State | None:
        round_ = self.find_round_of(evaluation_id)
        return round_.state if round_ else None

    def list_rounds(self) -> list[Round]:
        return list(self.rounds.values())

    def delete_draft(self, round_id: str) -> None:
        if self.rounds[round_id].state is not State.DRAFT:
            raise WrongState(f"Round {round_id} is no draft.")
        del self.rounds[round_id]

    def erase_round(self, round_id: str) -> None:
        round_ = self.rounds.get(round_id)
        if round_ is None:
            return
        if round_.rehearsal is None and round_.state not in (State.FROZEN, State.PRINTED):
            raise WrongState(f"Round {round_id} is no rehearsal.")
        for evaluation in round_.evaluations:
            for kept in (self.manifests, self.codes, self.roots):
                kept.pop(evaluation.id, None)
        for kept in (self.rounds, self.boxes_digests, self.records, self.snapshots):
            kept.pop(round_id, None)

    def freeze(self, round_: Round, manifests: dict[str, bytes]) -> None:
        self.save_round(round_, expected=State.DRAFT)
        self.manifests.update(manifests)

    def find_manifest(self, evaluation_id: str) -> bytes | None:
        return self.manifests.get(evaluation_id)

    def find_manifests(self, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
        return {one: self.manifests[one] for one in evaluation_ids if one in self.manifests}

    def add_invitations(self, evaluation_id: str, codes: Iterable[tuple[bytes, str]]) -> None:
        book = self.codes.setdefault(evaluation_id, {})
        for code_mac, unit_id in sorted(codes):
            book[code_mac] = Invitation(unit_id)

    def void_unused(self, evaluation_id: str) -> int:
        unused = [one for one in self.codes.get(evaluation_id, {}).values() if one.state == "unused"]
        for one in unused:
            one.state = "void"
        return len(unused)

    def spend_code(self, evaluation_id: str, code_mac: bytes, request_digest: bytes) -> SpendOutcome:
        if self.find_state_of(evaluation_id) is not State.OPEN:
            return SpendOutcome.CLOSED
        one = self.codes.get(evaluation_id, {}).get(code_mac)
        if one is None or one.state == "void":
            return SpendOutcome.UNKNOWN
        if one.state == "used":
            return SpendOutcome.REPEATED if one.request_digest == request_digest else SpendOutcome.OTHER_REQUEST
        one.state, one.request_digest = "used", request_digest
        return SpendOutcome.SPENT

    def turnout(self, evaluation_id: str) -> list[UnitTurnout]:
        book = self.codes.get(evaluation_id, {}).values()
        units = dict.fromkeys(one.unit_id for one in book)
        return [
            UnitTurnout(
                unit_id=unit,
                printed=sum(one.unit_id == unit and one.state in ("unused", "used") for one in book),
                used=sum(one.unit_id == unit and one.state == "used" for one in book),
                void=sum(one.unit_id == unit and one.state == "void" for one in book),
            )
            for unit in units
        ]

    def turnout_of(self, evaluation_ids: Sequence[str]) -> dict[str, list[UnitTurnout]]:
        return {evaluation_id: self.turnout(evaluation_id) for evaluation_id in evaluation_ids}

    def save_snapshot(self, round_id: str, window: int, counts: bytes) -> None:
        self.snapshots[round_id] = (window, counts)

    def find_snapshot(self, round_id: str) -> tuple[int, bytes] | None:
        return self.snapshots.get(round_id)

    def save_roots(self, roots: dict[str, bytes]) -> None:
        self.roots.update(roots)

    def find_roots(self, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
        return {one: self.roots[one] for one in evaluation_ids if one in self.roots}

    def find_root(self, evaluation_id: str) -> bytes | None:
        return self.roots.get(evaluation_id)

    def save_boxes_digest(self, round_id: str, digest: bytes) -> None:
        self.boxes_digests[round_id] = digest

    def find_boxes_digest(self, round_id: str) -> bytes | None:
        return self.boxes_digests.get(round_id)

    def finish_count(self, round_: Round, record: bytes) -> None:
        self.save_round(round_, expected=State.CLOSED)
        self.records[round_.id] = record

    def find_tally_record(self, round_id: str) -> bytes | None:
        return self.records.get(round_id)

    def save_destruction_record(self, round_id: str, record: bytes) -> None:
        if round_id in self.destruction_records:
            raise WrongState(f"Round {round_id} has a record of its destruction already.")
        self.destruction_records[round_id] = record

    def find_destruction_record(self, round_id: str) -> bytes | None:
        return self.destruction_records.get(round_id)

    def save_statement(self, round_id: str, index: int, statement: bytes) -> None:
        self.kept_statements.setdefault(round_id, {}).setdefault(index, statement)

    def statements(self, round_id: str) -> dict[int, bytes]:
        return dict(self.kept_statements.get(round_id, {}))


@dataclass
class Invitation:
    unit_id: str
    state: str = "unused"  # or "used", "void"
    request_digest: bytes | None = None


class MemoryBallotBox:
    """See domain.ports.BallotBox."""

    def __init__(self) -> None:
        self.times_order_was_forgotten = 0
        self.boxes: dict[str, dict[bytes, StoredBallot]] = {}
        self.taking: set[str] = set()

    def open_box(self, evaluation_id: str) -> None:
        self.boxes.setdefault(evaluation_id, {})
        self.taking.add(evaluation_id)

    def close_box(self, evaluation_id: str) -> None:
        self.taking.discard(evaluation_id)
        self.boxes[evaluation_id] = dict(sorted(self.boxes.get(evaluation_id, {}).items()))

    def add(self, evaluation_id: str, ballot: StoredBallot) -> AddOutcome:
        stored = self.boxes.get(evaluation_id, {}).get(ballot.token_digest)
        if stored is not None:
            return AddOutcome.SAME if stored == ballot else AddOutcome.DIFFERENT
        if evaluation_id not in self.taking:
            return AddOutcome.CLOSED
        self.boxes[evaluation_id][ballot.token_digest] = ballot
        return AddOutcome.ADDED

    def erase(self, evaluation_ids: Sequence[str]) -> None:
        for evaluation_id in evaluation_ids:
            self.taking.discard(evaluation_id)
            self.boxes.pop(evaluation_id, None)

    def destroy_bodies(self, evaluation_id: str) -> int:
        box = self.boxes.get(evaluation_id, {})
        box.update({key: replace(ballot, ct=ballot.body_digest) for key, ballot in box.items()})
        return len(box)

    def count(self, evaluation_id: str) -> int:
        return len(self.boxes.get(evaluation_id, {}))

    def counts(self, evaluation_ids: Sequence[str]) -> dict[str, int]:
        return {evaluation_id: self.count(evaluation_id) for evaluation_id in evaluation_ids}

    def forget_order(self) -> None:
        self.times_order_was_forgotten += 1

    def find_receipt(self, evaluation_id: str, receipt: bytes) -> bool:
        return receipt in self.receipts(evaluation_id)

    def receipts(self, evaluation_id: str) -> list[bytes]:
        return sorted(ballot.receipt for ballot in self.boxes.get(evaluation_id, {}).values())

    def ballots(self, evaluation_id: str) -> Iterator[StoredBallot]:
        yield from (ballot for _, ballot in sorted(self.boxes.get(evaluation_id, {}).items()))


class MemoryNoticeBoard:
    """See domain.ports.NoticeBoard."""

    def __init__(self) -> None:
        self.seats: dict[str, dict[int, bytes]] = {}
        self.attempts: dict[str, Attempt] = {}
        self.notices: dict[tuple[str, int, str, int], bytes] = {}
        self.records: dict[str, bytes] = {}

    def save_invitations(self, round_id: str, digests: Mapping[int, bytes]) -> None:
        self.seats[round_id] = dict(digests)
        self.attempts.setdefault(round_id, Attempt(1, None))

    def forget_key_making(self, round_id: str) -> None:
        self.seats.pop(round_id, None)
        self.attempts.pop(round_id, None)
        self.notices = {key: message for key, message in self.notices.items() if key[0] != round_id}

    def forget(self, round_id: str) -> None:
        self.forget_key_making(round_id)
        self.records.pop(round_id, None)

    def find_seat(self, digest: bytes) -> tuple[str, int] | None:
        for round_id, seats in self.seats.items():
            for index, kept in seats.items():
                if kept == digest:
                    return round_id, index
        return None

    def find_attempt(self, round_id: str) -> Attempt | None:
        return self.attempts.get(round_id)

    def begin_again(self, round_id: str, number: int) -> None:
        if self.attempts[round_id].number != number:
            raise WrongState(f"Attempt {number} of the key ceremony of round {round_id} is not the latest one.")
        self.attempts[round_id] = Attempt(number + 1, None, self.attempts[round_id].replaces)

    def begin_replacement(self, round_id: str, number: int, replaces: str) -> None:
        self.begin_again(round_id, number)
        self.attempts[round_id] = Attempt(number + 1, None, replaces)

    def stop(self, round_id: str, number: int, reason: str) -> None:
        attempt = self.attempts[round_id]
        if (attempt.number, attempt.stopped) == (number, None):
            self.attempts[round_id] = Attempt(number, reason, attempt.replaces)

    def post(self, round_id: str, number: int, phase: str, index: int, message: bytes) -> PostOutcome:
        stored = self.notices.setdefault((round_id, number, phase, index), message)
        return (
            PostOutcome.ADDED if stored is message else PostOutcome.SAME if stored == message else PostOutcome.DIFFERENT
        )

    def save_opening_record(self, round_id: str, record: bytes) -> None:
        self.records.setdefault(round_id, record)

    def find_opening_record(self, round_id: str) -> bytes | None:
        return self.records.get(round_id)

    def messages(self, round_id: str, number: int) -> list[bytes]:
        return [message for key, message in self.notices.items() if key[:2] == (round_id, number)]


class MemoryKeyFiles:
    """See domain.ports.KeyFiles."""

    def __init__(self) -> None:
        self.token_keys: dict[str, bytes] = {}
        self.code_secrets: dict[str, bytes] = {}

    def save_token_key(self, evaluation_id: str, der: bytes) -> None:
        self.token_keys[evaluation_id] = der

    def destroy_keys(self, evaluation_id: str) -> None:
        self.token_keys.pop(evaluation_id, None)
        self.code_secrets.pop(evaluation_id, None)

    def token_key(self, evaluation_id: str) -> bytes:
        if evaluation_id not in self.token_keys:
            raise NotFound(f"There is no token key of {evaluation_id}.")
        return self.token_keys[evaluation_id]

    def make_code_secret(self, evaluation_id: str) -> bytes:
        return self.code_secrets.setdefault(evaluation_id, secrets.token_bytes(32))

    def code_secret(self, evaluation_id: str) -> bytes:
        if evaluation_id not in self.code_secrets:
            raise NotFound(f"There is no code secret of {evaluation_id}.")
        return self.code_secrets[evaluation_id]

    def share_test_secret(self) -> bytes:
        return hashlib.sha256(b"a secret for tests").digest()


class MemoryWorkBook:
    """See domain.ports.WorkBook."""

    def __init__(self) -> None:
        self.works: dict[str, Work] = {}

    def save_work(self, work: Work) -> None:
        self.works[work.round_id] = work

    def find_work(self, round_id: str) -> Work | None:
        return self.works.get(round_id)

    def forget_work(self, round_id: str) -> None:
        self.works.pop(round_id, None)


class MemoryAudit:
    """The staff log as a list of dictionaries."""

    def __init__(self) -> None:
        self.lines: list[dict[str, str]] = []

    def append(self, *, account: str, address: str, action: str, object: str, result: str) -> None:
        self.lines.append(
            {"account": account, "address": address, "action": action, "object": object, "result": result}
        )

    def search(
        self, *, account="", action="", object="", since="", until="", before=None, limit=100
    ) -> list[SimpleNamespace]:
        lines = [
            SimpleNamespace(id=number, time=datetime(2026, 3, 2, 9, 0, tzinfo=UTC), **line)
            for number, line in enumerate(self.lines, 1)
        ]
        return [
            line
            for line in reversed(lines)
            if account in ("", line.account)
            and action in ("", line.action)
            and line.object.startswith(object)
            and (before is None or line.id < before)
        ][:limit]

    def names(self) -> tuple[list[str], list[str]]:
        return tuple(sorted({line[name] for line in self.lines}) for name in ("account", "action"))  # type: ignore[return-value]

    def head(self) -> tuple[int, bytes]:
        return len(self.lines), bytes(32)

    def archived(self) -> int:
        return 0

    def note_failure(self, sentence: str) -> None:
        self.lines.append({"account": "-", "address": "-", "action": "store-failed", "object": "", "result": sentence})

    def verify_chain(self) -> int | None:
        return None


class MovableClock:
    """Stands still until moved."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class FakeSettings:
    public_url: str = "https://survey.example"
    needs_second_factor: bool = False  # most tests are not about it

    @property
    def vault(self) -> Vault:
        return Vault(b"v" * KEY_LEN, random.Random(1).randbytes)

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        return self.public_url.split("://", 1)[1]


def _unused_folder() -> Path:
    """A name only: the folder is made when something is put into it."""
    return Path(tempfile.gettempdir()) / f"partials-{secrets.token_hex(8)}"


@dataclass
class Services:
    """All stores in memory; the same fields as survey.services.Services."""

    settings: FakeSettings = field(default_factory=FakeSettings)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    box: MemoryBallotBox = field(default_factory=MemoryBallotBox)
    keys: MemoryKeyFiles = field(default_factory=MemoryKeyFiles)
    board: MemoryNoticeBoard = field(default_factory=MemoryNoticeBoard)
    partials: PartialFiles = field(default_factory=lambda: PartialFiles(_unused_folder(), FakeSettings().vault))
    staff: MemoryStaff = field(default_factory=MemoryStaff)
    tries: MemoryTries = field(default_factory=MemoryTries)
    recusals: MemoryRecusals = field(default_factory=MemoryRecusals)
    windows: MemoryWindows = field(default_factory=MemoryWindows)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    work: MemoryWorkBook = field(default_factory=MemoryWorkBook)
    library: MemoryLibrary = field(default_factory=MemoryLibrary)
    clock: MovableClock = field(default_factory=MovableClock)
    seed: int = 1
    endings: int = 0  # how often all sessions of staff were ended

    def __post_init__(self) -> None:
        from tests.fake_reports import MemoryReports  # it imports this module

        self._random = random.Random(self.seed)
        self.accounts = MemoryAccounts(self.staff)
        self.sessions = MemorySessions(self.staff)
        self.passkeys = MemoryPasskeys(self.staff)
        self.reports = MemoryReports(self.registry)

    def end_sessions(self) -> None:
        self.endings += 1

    def installation(self) -> Installation:
        return Installation(is_https=self.settings.is_https)

    def page_scripts(self) -> dict[str, str]:
        return {"/assets/answer.js": "00" * 32}

    def randomness(self, length: int) -> bytes:
        return self._random.randbytes(length)
