"""The end of a round: into the archive, and the destruction of what could still tell an answer.

Destroyed are the sealed bodies (each leaves its SHA-256), whatever is left of keys and partial openings, what the
custodians told each other while they made the key, and the key under which staff were signed in. What stays is what
outsiders check and leading groups have signed: manifests, tokens, receipts and roots (the audit package), the tally
record without remarks, the records of opening and destruction, the staff log.

Law: the record of what is destroyed, with its digests, is stored before anything is erased, and never again after; a
destruction that was interrupted is done again and ends with the same record. It cannot be undone. It reaches this
store only: shares, backups and paper are destroyed by whoever holds them, and the record says whose they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from survey.domain.manifest import get_manifest
from survey.domain.ports import Clock
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.partial_files import PartialStore
from survey.domain.ports.registry import Registry
from survey.domain.results.release import ReportStore, Stage
from survey.domain.results.tally import canonical_json, record_hash
from survey.domain.rounds import Evaluation, Round, State
from survey.errors import NotYet

SCHEMA = "survey-destruction/1"


def archive(round_: Round, *, registry: Registry, reports: ReportStore) -> Round:
    """reported -> archived: the papers are in the office's archive and nothing of the round is worked on any more.

    Raises NotYet before the report is released: until then remarks in their own words are in the store.
    """
    round_.require(State.REPORTED)
    draft = reports.find_draft(round_.id)
    if draft is None or draft.stage is not Stage.RELEASED:
        raise NotYet(
            f"The report of round {round_.id} is not released to its teams yet; releasing it erases the remarks in "
            "their own words.",
            why="not-released",
        )
    archived = round_.moved_to(State.ARCHIVED)
    registry.save_round(archived, expected=State.REPORTED)
    return archived


def destroy(
    round_: Round,
    *,
    registry: Registry,
    box: BallotBox,
    keys: KeyFiles,
    board: NoticeBoard,
    partials: PartialStore,
    clock: Clock,
    end_sessions: Callable[[], None],
    progress: Callable[[int], None] | None = None,
) -> Round:
    """archived -> destroyed. progress: called with the number of sealed bodies destroyed so far.

    end_sessions: renews the key that signs staff sessions, the one secret that served this round and is not its own:
    whoever copied the instance in its time signs in nowhere with it afterwards.

    Its last step erases what journals and pages still hold of them. Where that fails the round is destroyed all the
    same and the failure is raised (kind order-remains): `survey tidy` makes up for it.
    """
    round_.require(State.ARCHIVED)
    if registry.find_destruction_record(round_.id) is None:
        record = destruction_record(round_, registry=registry, box=box, board=board, partials=partials, clock=clock)
        registry.save_destruction_record(round_.id, record)
    done = 0
    for evaluation in round_.evaluations:
        keys.destroy_keys(evaluation.id)
        done += box.destroy_bodies(evaluation.id)
        if progress is not None:
            progress(done)
    partials.destroy(round_.id)
    board.forget_key_making(round_.id)
    end_sessions()
    destroyed = round_.moved_to(State.DESTROYED)
    if destroyed.rehearsal is not None:
        destroyed = replace(destroyed, rehearsal=replace(destroyed.rehearsal, shares=()))
    registry.save_round(destroyed, expected=State.ARCHIVED)
    box.forget_order()
    return destroyed


def destruction_record(
    round_: Round, *, registry: Registry, box: BallotBox, board: NoticeBoard, partials: PartialStore, clock: Clock
) -> bytes:
    """Canonical JSON, schema "survey-destruction/1": digests and numbers, no time finer than the minute it begins."""
    tally = registry.find_tally_record(round_.id)
    opening = board.find_opening_record(round_.id)
    texts = {one["id"]: one["texts_digest"] for one in json.loads(tally)["evaluations"]} if tally else {}
    names = {custodian.index: custodian.name for custodian in round_.custodians}
    return canonical_json(
        {
            "schema": SCHEMA,
            "round": round_.id,
            "name": round_.name,
            "begun_at": clock().isoformat(timespec="minutes"),
            "record": record_hash(tally) if tally else None,
            "boxes_digest": (registry.find_boxes_digest(round_.id) or b"").hex(),
            "opening_record": hashlib.sha256(opening).hexdigest() if opening else None,
            "evaluations": [
                _evaluation(evaluation, registry, box, texts.get(evaluation.id)) for evaluation in round_.evaluations
            ],
            "partials_at_opening": json.loads(opening)["destroyed"] if opening else [],
            "partials_left": [{"index": index, "name": names[index]} for index in sorted(partials.files(round_.id))],
            "custodians": [{"index": index, "name": name} for index, name in sorted(names.items())],
        }
    )


def _evaluation(evaluation: Evaluation, registry: Registry, box: BallotBox, texts_digest: str | None) -> dict[str, Any]:
    bodies = hashlib.sha256()
    ballots = 0
    for ballot in box.ballots(evaluation.id):
        bodies.update(ballot.body_digest)
        ballots += 1
    turnout = registry.turnout(evaluation.id)
    return {
        "id": evaluation.id,
        "team": evaluation.team,
        "ballots": ballots,
        "bodies": bodies.hexdigest(),  # SHA-256 over the SHA-256 of every sealed body, in key order
        "root": (registry.find_root(evaluation.id) or b"").hex(),
        "token_key": hashlib.sha256(get_manifest(registry, evaluation.id).token_key).hexdigest(),  # its public half
        "codes_used": sum(unit.used for unit in turnout),
        "codes_void": sum(unit.void for unit in turnout),
        "texts_digest": texts_digest,
    }
