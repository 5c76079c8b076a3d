"""Opening: t partial openings are checked, every ballot is opened and counted (2-protocol, section 2.4).

Law: a round is opened once, all evaluations together, and only after closing. Partial openings, shared points and
plaintexts live in this module's memory only; what leaves it are counters and shuffled texts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import islice

from survey.crypto.sealing import UnsealFailed, ballot_info, open_with_dh, unpad
from survey.crypto.threshold import Partial, combine, is_valid_point, verify_partial
from survey.domain.custody.boxes import OpenableEncs, boxes_digest
from survey.domain.custody.shares import PartialFile
from survey.domain.manifest import get_manifest
from survey.domain.ports import Randomness
from survey.domain.ports.ballot_box import BallotBox, StoredBallot
from survey.domain.ports.registry import Registry
from survey.domain.questionnaire import Questionnaire
from survey.domain.results.answers import Answers, VoidBallot, parse_answers
from survey.domain.results.overlap import Asked, Overlap, find_overlap
from survey.domain.results.record import read_record
from survey.domain.results.tally import Tally, build_record
from survey.domain.rounds import COUNTED, Round, State
from survey.domain.turnout import used_codes
from survey.errors import InvalidInput, TooFewShares, WrongPartial, WrongState

CHUNK = 256  # ballots opened by one task: large enough for a process pool, small enough for constant memory
IN_FLIGHT = 8  # tasks waiting at a time: a million ballots must not queue in memory

VOID_BAD_ENC = "bad-enc"
VOID_NOT_DECRYPTABLE = "not-decryptable"
VOID_BAD_PADDING = "bad-padding"


def count(
    round_: Round,
    partials: Sequence[PartialFile],
    *,
    registry: Registry,
    box: BallotBox,
    randomness: Randomness,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> bytes:
    """Check t partial openings, open every ballot, count, and return the bytes of the tally record.

    progress: called with the number of ballots opened so far. Raises WrongState, WrongPartial (naming the
    custodian), TooFewShares. The caller stores the record and moves the round on in one transaction.
    """
    round_.require(State.CLOSED)
    digest = boxes_digest(round_, box)
    if digest != registry.find_boxes_digest(round_.id):
        raise WrongState(
            f"The boxes of round {round_.id} are not those frozen at closing; they must not be counted.",
            why="boxes-changed",
        )
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
    units = {
        evaluation.id: {unit.unit_id: unit.used for unit in registry.turnout(evaluation.id)}
        for evaluation in round_.evaluations
    }
    chosen_by = [partial.index for partial in chosen]
    return build_record(round_, tallies, used, units, digest, chosen_by, randomness, _overlaps(round_, units, registry))


def get_tally_record(registry: Registry, round_: Round) -> bytes:
    """Raises WrongState before the count."""
    record = registry.find_tally_record(round_.id)
    if record is None:
        raise WrongState(
            f"Round {round_.id} is {round_.state.value}; there is nothing to report before it is counted.",
            why="not-counted",
        )
    return record


def _overlaps(
    round_: Round, used_by_unit: Mapping[str, Mapping[str, int]], registry: Registry
) -> dict[str, Overlap | None]:
    """By evaluation: the result counted before on almost the same people (overlap.py). Rehearsals are invented."""
    counted = [other.id for other in registry.list_rounds() if other.state in COUNTED and other.rehearsal is None]
    records = [read_record(record) for one in counted if (record := registry.find_tally_record(one)) is not None]
    before = [
        Asked(
            record.name,
            evaluation.team,
            {unit["name"]: unit["used"] for unit in evaluation.units},
            record.texts_minimum,
        )
        for record in records
        for evaluation in record.evaluations
    ]
    return {
        evaluation.id: find_overlap(
            Asked(
                round_.name,
                evaluation.team,
                {unit.name: used_by_unit[evaluation.id].get(unit.id, 0) for unit in evaluation.units},
                round_.tables_from,
            ),
            before,
        )
        for evaluation in round_.evaluations
    }


def _check_partials(round_: Round, partials: Sequence[PartialFile], box: BallotBox, digest: bytes) -> list[PartialFile]:
    """All given partials are checked, wrong ones refused by name; the first t are used."""
    seen: set[int] = set()
    for partial in partials:
        _check_header(round_, partial, digest)
        if partial.index in seen:
            raise WrongPartial(
                f"{partial.path}: custodian {partial.custodian} has already given a partial opening.",
                why="part-twice",
                name=partial.custodian,
            )
        seen.add(partial.index)
    if len(partials) < round_.threshold:
        raise TooFewShares(
            f"{round_.threshold} custodians are needed to open; {len(partials)} partial openings given.",
            why="too-few-parts",
            needed=round_.threshold,
            given=len(partials),
        )
    for partial in partials:
        check_partial(round_, partial, box, digest)
    return list(partials[: round_.threshold])


def check_partial(round_: Round, partial: PartialFile, box: BallotBox, digest: bytes) -> None:
    """One partial opening against the frozen list with this digest. Raises WrongPartial, naming the custodian."""
    _check_header(round_, partial, digest)
    key = round_.custodians[partial.index - 1].verification_key or b""
    try:
        verify_partial(
            key,
            OpenableEncs(round_, box),
            Partial(partial.points, partial.proof),
            digest,
            custodian=partial.custodian,
        )
    except (WrongPartial, InvalidInput) as reason:
        raise WrongPartial(
            f"{partial.path}: the proof of custodian {partial.custodian} fails: {reason}",
            why="part-proof",
            name=partial.custodian,
        ) from None


def _check_header(round_: Round, partial: PartialFile, digest: bytes) -> None:
    names = {custodian.index: custodian.name for custodian in round_.custodians}
    if partial.custodian != names.get(partial.index) or partial.round_id != round_.id:
        raise WrongPartial(
            f"{partial.path} is not from a custodian of round {round_.id} ({partial.custodian}).",
            why="part-stranger",
            name=partial.custodian,
        )
    if partial.boxes_digest != digest:
        raise WrongPartial(
            f"{partial.path}: custodian {partial.custodian} worked on another list of ballots.",
            why="part-other-list",
            name=partial.custodian,
        )


@dataclass(frozen=True)
class _Task:
    """What one worker needs to open a chunk of one evaluation; holds no invitation."""

    manifest_digest: bytes
    public_key: bytes
    indices: tuple[int, ...]
    ballots: list[StoredBallot]
    points: list[tuple[bytes, ...]]
    questionnaire: Questionnaire


def _open_all(
    round_: Round, partials: Sequence[PartialFile], registry: Registry, box: BallotBox, executor: Executor | None
) -> Iterator[tuple[str, list[Answers | str]]]:
    points = zip(*(iter(partial.points) for partial in partials), strict=True)
    manifests = {evaluation.id: get_manifest(registry, evaluation.id) for evaluation in round_.evaluations}

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
                    ),
                )

    if executor is None:
        for evaluation_id, task in tasks():
            yield evaluation_id, _open_chunk(task)
        return
    pending: deque[tuple[str, Future[list[Answers | str]]]] = deque()
    for evaluation_id, task in tasks():
        pending.append((evaluation_id, executor.submit(_open_chunk, task)))
        if len(pending) >= IN_FLIGHT:
            first_id, future = pending.popleft()
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
