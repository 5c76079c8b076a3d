"""Opening: the frozen list for custodians, their partial openings, and the count (2-protocol, section 2.4).

Law: a round is opened once, all evaluations together, and only after closing. Partial openings, shared points and
plaintexts live in this function's memory only; what leaves it are counters and shuffled texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from survey.crypto.sealing import ENC_LEN, UnsealFailed, ballot_info, open_with_dh, unpad
from survey.crypto.threshold import Partial, Share, combine, is_valid_point, partial_opening, verify_partial
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.answers import Answers, VoidBallot, parse_answers
from survey.domain.manifest import Manifest
from survey.domain.ports import BallotBox, Randomness, Registry, StoredBallot
from survey.domain.questionnaire import Questionnaire
from survey.domain.rounds import Round, State
from survey.domain.tally import Tally, build_record
from survey.domain.turnout import used_codes
from survey.errors import InvalidInput, InvalidSpec, TooFewShares, WrongPartial, WrongState

BOXES_SCHEMA = "survey-boxes/1"
PARTIAL_SCHEMA = "survey-partial/1"
SHARE_SCHEMA = "survey-share/1"
HEADER_MAX = 1_000_000  # bytes of the JSON line at the head of a boxes or partial file
CHUNK = 256  # ballots opened by one task: large enough for a process pool, small enough for constant memory

VOID_BAD_ENC = "bad-enc"
VOID_NOT_DECRYPTABLE = "not-decryptable"
VOID_BAD_PADDING = "bad-padding"


# --- the frozen list -------------------------------------------------------------------------------------------


def openable(round_: Round, box: BallotBox) -> Iterator[tuple[str, StoredBallot]]:
    """(evaluation id, ballot) of every ballot whose enc is a curve point: evaluations by id, ballots in key order."""
    for evaluation in sorted(round_.evaluations, key=lambda evaluation: evaluation.id):
        for ballot in box.ballots(evaluation.id):
            if is_valid_point(ballot.enc):
                yield evaluation.id, ballot


def boxes_chunks(round_: Round, box: BallotBox) -> Iterator[bytes]:
    """The bytes of the boxes file: one JSON header line, then every enc (65 bytes each)."""
    round_.require(State.CLOSED)
    assert round_.opening_key is not None  # noqa: S101  # a closed round was frozen with a key
    counts = dict.fromkeys((evaluation.id for evaluation in round_.evaluations), 0)
    for evaluation_id, _ in openable(round_, box):
        counts[evaluation_id] += 1
    header = {
        "schema": BOXES_SCHEMA,
        "round": round_.id,
        "name": round_.name,
        "opening_key": b64url_encode(round_.opening_key.public_key),
        "threshold": round_.threshold,
        "evaluations": [
            {"id": evaluation.id, "team": evaluation.team, "ballots": counts[evaluation.id]}
            for evaluation in sorted(round_.evaluations, key=lambda evaluation: evaluation.id)
        ],
        "count": sum(counts.values()),
    }
    yield _header_line(header)
    for _, ballot in openable(round_, box):
        yield ballot.enc


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
            header, start = _read_header(stream, path, BOXES_SCHEMA)
            stream.seek(0)
            while block := stream.read(1 << 20):
                digest.update(block)
            size = stream.tell()
        count = _field(header, path, "count", int)
        if count < 0 or size != start + count * ENC_LEN:
            raise InvalidSpec(f"{path}: expected {count} entries of {ENC_LEN} bytes after the header; the file is cut.")
        return cls(path, _field(header, path, "round", str), header, digest.digest(), start, count)

    def encs(self) -> Iterator[bytes]:
        return _records(self.path, self.start)


# --- a custodian's side ----------------------------------------------------------------------------------------


def encode_share(round_id: str, custodian: str, share: Share) -> bytes:
    """A share file (JSON). The secret opens nothing alone; it belongs on the custodian's own machine only."""
    document = {
        "schema": SHARE_SCHEMA,
        "round": round_id,
        "custodian": custodian,
        "index": share.index,
        "threshold": share.threshold,
        "secret": b64url_encode(share.secret),
        "public_key": b64url_encode(share.public_key),
        "verification_key": b64url_encode(share.verification_key),
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


@dataclass(frozen=True)
class ShareFile:
    round_id: str
    custodian: str
    index: int
    secret: bytes
    public_key: bytes

    def __repr__(self) -> str:
        return f"ShareFile({self.custodian!r}, hidden)"

    @classmethod
    def read(cls, path: Path) -> ShareFile:
        """Raises InvalidSpec, naming the file and the field."""
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            raise InvalidSpec(f"{path} is not a share file (no JSON).") from None
        if not isinstance(document, dict) or document.get("schema") != SHARE_SCHEMA:
            raise InvalidSpec(f"{path} is not a share file (schema {SHARE_SCHEMA} expected).")
        secret = _bytes_field(document, path, "secret", 32)
        return cls(
            _field(document, path, "round", str),
            _field(document, path, "custodian", str),
            _field(document, path, "index", int),
            secret,
            _bytes_field(document, path, "public_key", ENC_LEN),
        )


def write_partial(share: ShareFile, boxes: BoxesFile, out: BinaryIO, randomness: Randomness) -> None:
    """One custodian's partial opening of exactly this frozen list, with one proof over the whole list.

    Raises WrongState when the share belongs to another round: a share must never work as an oracle for anything
    but the frozen list of its own round.
    """
    if share.round_id != boxes.round_id or b64url_encode(share.public_key) != boxes.header.get("opening_key"):
        raise WrongState(f"The share of {share.custodian} belongs to another round than {boxes.path}.")
    partial = partial_opening(share.secret, share.index, list(boxes.encs()), boxes.digest, randomness)
    header = {
        "schema": PARTIAL_SCHEMA,
        "round": share.round_id,
        "custodian": share.custodian,
        "index": share.index,
        "boxes_digest": boxes.digest.hex(),
        "proof": b64url_encode(partial.proof),
    }
    out.write(_header_line(header))
    for point in partial.points:
        out.write(point)


@dataclass(frozen=True)
class PartialFile:
    path: Path
    round_id: str
    custodian: str
    index: int
    boxes_digest: bytes
    proof: bytes
    start: int

    @classmethod
    def read(cls, path: Path) -> PartialFile:
        """Raises InvalidSpec, naming the file and the field."""
        with path.open("rb") as stream:
            header, start = _read_header(stream, path, PARTIAL_SCHEMA)
        try:
            digest = bytes.fromhex(_field(header, path, "boxes_digest", str))
        except ValueError:
            raise InvalidSpec(f"{path}: boxes_digest is not hexadecimal.") from None
        return cls(
            path,
            _field(header, path, "round", str),
            _field(header, path, "custodian", str),
            _field(header, path, "index", int),
            digest,
            _bytes_field(header, path, "proof", 64),
            start,
        )

    def points(self) -> Iterator[bytes]:
        return _records(self.path, self.start)


# --- the count -------------------------------------------------------------------------------------------------


def count(
    round_: Round,
    partials: Sequence[PartialFile],
    *,
    registry: Registry,
    box: BallotBox,
    randomness: Randomness,
    executor: Executor | None = None,
    progress: Any = None,
) -> bytes:
    """Check t partial openings, open every ballot, count, and return the bytes of the tally record.

    progress: called with the number of ballots opened so far. Raises WrongState, WrongPartial (naming the
    custodian), TooFewShares. The caller stores the record and moves the round on in one transaction.
    """
    round_.require(State.CLOSED)
    digest = boxes_digest(round_, box)
    if digest != registry.find_boxes_digest(round_.id):
        raise WrongState(f"The boxes of round {round_.id} are not those that were frozen at closing; do not count them.")
    chosen = _check_partials(round_, partials, box, digest)
    tallies = {evaluation.id: Tally(round_.questionnaire) for evaluation in round_.evaluations}
    for evaluation in round_.evaluations:
        for ballot in box.ballots(evaluation.id):
            if not is_valid_point(ballot.enc):
                tallies[evaluation.id].add_void(VOID_BAD_ENC)
    done = 0
    for evaluation_id, results in _open_all(round_, chosen, registry, box, executor):
        for result in results:
            if isinstance(result, str):
                tallies[evaluation_id].add_void(result)
            else:
                tallies[evaluation_id].add(result)
        done += len(results)
        if progress is not None:
            progress(done)
    used = {evaluation.id: used_codes(evaluation, registry) for evaluation in round_.evaluations}
    units = {evaluation.id: {u.unit_id: u.used for u in registry.turnout(evaluation.id)} for evaluation in round_.evaluations}
    return build_record(round_, tallies, used, units, digest, [p.index for p in chosen], randomness)


def _check_partials(
    round_: Round, partials: Sequence[PartialFile], box: BallotBox, digest: bytes
) -> list[PartialFile]:
    """All given partials are checked, wrong ones refused by name; the first t are used."""
    custodians = {custodian.index: custodian for custodian in round_.custodians}
    seen: set[int] = set()
    for partial in partials:
        custodian = custodians.get(partial.index)
        if custodian is None or partial.custodian != custodian.name or partial.round_id != round_.id:
            raise WrongPartial(f"{partial.path} is not from a custodian of round {round_.id} ({partial.custodian}).")
        if partial.index in seen:
            raise WrongPartial(f"{partial.path}: custodian {partial.custodian} has already given a partial opening.")
        if partial.boxes_digest != digest:
            raise WrongPartial(f"{partial.path}: custodian {partial.custodian} worked on another list of ballots.")
        seen.add(partial.index)
    if len(partials) < round_.threshold:
        raise TooFewShares(f"{round_.threshold} custodians are needed to open; {len(partials)} partial openings given.")
    for partial in partials:
        key = custodians[partial.index].verification_key
        assert key is not None  # noqa: S101  # a closed round was frozen with all keys
        try:
            verify_partial(
                key, [b.enc for _, b in openable(round_, box)], Partial(list(partial.points()), partial.proof), digest
            )
        except (WrongPartial, InvalidInput):
            raise WrongPartial(f"{partial.path}: the proof of custodian {partial.custodian} does not check.") from None
    return list(partials[: round_.threshold])


@dataclass(frozen=True)
class _Task:
    """What one worker needs to open a chunk of one evaluation; holds no invitation."""

    manifest_digest: bytes
    public_key: bytes
    indices: tuple[int, ...]
    ballots: list[StoredBallot]
    points: list[tuple[bytes, ...]]
    questionnaire: Questionnaire
    plaintext_length: int


def _open_all(
    round_: Round, partials: Sequence[PartialFile], registry: Registry, box: BallotBox, executor: Executor | None
) -> Iterator[tuple[str, list[Answers | str]]]:
    points = zip(*(partial.points() for partial in partials), strict=True)
    manifests: dict[str, Manifest] = {}
    for evaluation in round_.evaluations:
        raw = registry.find_manifest(evaluation.id)
        assert raw is not None  # noqa: S101  # written when the round was frozen
        manifests[evaluation.id] = Manifest(raw)

    def tasks() -> Iterator[tuple[str, _Task]]:
        for evaluation in sorted(round_.evaluations, key=lambda evaluation: evaluation.id):
            manifest = manifests[evaluation.id]
            mine = (ballot for ballot in box.ballots(evaluation.id) if is_valid_point(ballot.enc))
            while ballots := list(islice(mine, CHUNK)):
                yield (
                    evaluation.id,
                    _Task(
                        manifest.digest,
                        manifest.opening_key,
                        tuple(partial.index for partial in partials),
                        ballots,
                        list(islice(points, len(ballots))),
                        round_.questionnaire,
                        manifest.plaintext_length,
                    ),
                )

    if executor is None:
        for evaluation_id, task in tasks():
            yield evaluation_id, _open_chunk(task)
        return
    pending: list[tuple[str, Any]] = []
    for evaluation_id, task in tasks():
        pending.append((evaluation_id, executor.submit(_open_chunk, task)))
        if len(pending) >= 8:  # bounded: a million ballots must not queue in memory
            first_id, future = pending.pop(0)
            yield first_id, future.result()
    for evaluation_id, future in pending:
        yield evaluation_id, future.result()


def _open_chunk(task: _Task) -> list[Answers | str]:
    return [_open_one(task, ballot, points) for ballot, points in zip(task.ballots, task.points, strict=True)]


def _open_one(task: _Task, ballot: StoredBallot, points: tuple[bytes, ...]) -> Answers | str:
    """The answers of one ballot, or the reason why it is void. A bad ballot never stops the count."""
    dh = combine(dict(zip(task.indices, points, strict=True)))
    info = ballot_info(task.manifest_digest, ballot.token)
    try:
        padded = open_with_dh(dh, ballot.enc, task.public_key, info, ballot.ct)
    except UnsealFailed:
        return VOID_NOT_DECRYPTABLE
    try:
        return parse_answers(task.questionnaire, unpad(padded))
    except InvalidInput:
        return VOID_BAD_PADDING
    except VoidBallot as void:
        return void.reason


# --- file forms ------------------------------------------------------------------------------------------------


def _header_line(header: Mapping[str, Any]) -> bytes:
    return json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def _read_header(stream: BinaryIO, path: Path, schema: str) -> tuple[dict[str, Any], int]:
    line = stream.readline(HEADER_MAX)
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not line.endswith(b"\n") or not isinstance(header, dict) or header.get("schema") != schema:
        raise InvalidSpec(f"{path} is not a file of schema {schema}.")
    return header, len(line)


def _records(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        while block := stream.read(ENC_LEN * 1024):
            if len(block) % ENC_LEN:
                raise InvalidInput(f"{path}: the last entry is cut.")
            for offset in range(0, len(block), ENC_LEN):
                yield block[offset : offset + ENC_LEN]


def _field(document: Mapping[str, Any], path: Path, name: str, kind: type) -> Any:
    value = document.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise InvalidSpec(f"{path}: the field {name!r} is missing or has the wrong form.")
    return value


def _bytes_field(document: Mapping[str, Any], path: Path, name: str, length: int) -> bytes:
    try:
        value = b64url_decode(_field(document, path, name, str))
    except InvalidInput:
        value = b""
    if len(value) != length:
        raise InvalidSpec(f"{path}: the field {name!r} must hold {length} bytes in base64url.")
    return value
