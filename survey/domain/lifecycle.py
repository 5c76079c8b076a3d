"""The steps of a round, from making its key to the count. Each step checks the state, does one thing, and moves on.

Law: a step is done whole or not at all; nothing after freezing changes questionnaire, weights or minimum sizes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from survey.crypto.merkle import MerkleTree
from survey.crypto.threshold import Share, make_key
from survey.crypto.tokens import generate_token_key, spki_of
from survey.domain import opening
from survey.domain.invitations import Code, code_mac, make_code
from survey.domain.manifest import Manifest, build_manifest
from survey.domain.ports import BallotBox, KeyFiles, Randomness, Registry
from survey.domain.rounds import OpeningKey, Round, State
from survey.errors import NotFound, WrongState


def get_round(registry: Registry, round_id: str) -> Round:
    """Raises NotFound."""
    round_ = registry.find_round(round_id)
    if round_ is None:
        raise NotFound(f"There is no round {round_id}.")
    return round_


def make_opening_key(round_: Round, *, registry: Registry, randomness: Randomness) -> tuple[Round, tuple[Share, ...]]:
    """Run all custodians in this one process (tests and demos): returns the round with its key, and the shares.

    The shares are returned, never stored: the caller hands each to its custodian.
    """
    round_.require(State.DRAFT)
    if round_.opening_key is not None:
        raise WrongState(f"Round {round_.id} already has its opening key.")
    names = [custodian.name for custodian in round_.custodians]
    made = make_key(names, round_.threshold, randomness, context=round_.id.encode("ascii"))
    custodians = tuple(
        replace(custodian, verification_key=key)
        for custodian, key in zip(round_.custodians, made.verification_keys, strict=True)
    )
    keyed = replace(round_, custodians=custodians, opening_key=OpeningKey(made.public_key, made.transcript))
    registry.save_round(keyed, expected=State.DRAFT)
    return keyed, made.shares


def freeze(
    round_: Round,
    *,
    registry: Registry,
    keys: KeyFiles,
    host: str,
    scripts: Mapping[str, str],
    spare_percent: int | None = None,
) -> Round:
    """审定: make one token key per evaluation, write all manifests, draft -> frozen. Nothing in them changes later."""
    round_.require(State.DRAFT)
    if spare_percent is not None:
        round_ = replace(round_, spare_percent=spare_percent)
    manifests: dict[str, bytes] = {}
    for evaluation in round_.evaluations:
        der = generate_token_key()
        manifest = build_manifest(round_, evaluation, token_key=spki_of(der), host=host, scripts=scripts)
        keys.save_token_key(evaluation.id, der)
        manifests[evaluation.id] = manifest.raw
    frozen = round_.moved_to(State.FROZEN)
    registry.freeze(frozen, manifests)
    return frozen


@dataclass(frozen=True)
class PrintedCode:
    """What stands on one slip; exists in memory and on paper only."""

    evaluation_id: str
    team: str
    unit_id: str
    unit: str
    code: Code
    fingerprint: str

    def url(self, public_url: str) -> str:
        return f"{public_url}/e/{self.evaluation_id}#c={self.code}&m={self.fingerprint}"


def print_codes(
    round_: Round, *, registry: Registry, keys: KeyFiles, randomness: Randomness
) -> tuple[Round, list[PrintedCode]]:
    """Make the codes of a frozen round, or print again: unused codes are voided and replaced, used ones stay used.

    Returned shuffled, so that neither the file nor the sheets show an order of making.
    """
    round_.require(State.FROZEN, State.PRINTED, State.OPEN)
    secret = keys.instance_secret()
    printed: list[PrintedCode] = []
    for evaluation in round_.evaluations:
        registry.void_unused(evaluation.id)
        used = {unit.unit_id: unit.used for unit in registry.turnout(evaluation.id)}
        fingerprint = get_manifest(registry, evaluation.id).fingerprint
        macs: list[tuple[bytes, str]] = []
        for unit in evaluation.units:
            for _ in range(unit.codes_to_print(round_.spare_percent) - used.get(unit.id, 0)):
                code = make_code(randomness)
                macs.append((code_mac(code, secret), unit.id))
                printed.append(PrintedCode(evaluation.id, evaluation.team, unit.id, unit.name, code, fingerprint))
        registry.add_invitations(evaluation.id, macs)
    if round_.state is State.FROZEN:
        round_ = _move(round_, State.PRINTED, registry)
    secrets.SystemRandom().shuffle(printed)
    return round_, printed


def open_round(round_: Round, *, registry: Registry, box: BallotBox) -> Round:
    """Start collecting: printed -> open."""
    round_.require(State.PRINTED)
    for evaluation in round_.evaluations:
        box.open_box(evaluation.id)
    return _move(round_, State.OPEN, registry)


def close_round(round_: Round, *, registry: Registry, box: BallotBox) -> Round:
    """Stop collecting, void unused codes, rewrite the boxes in key order, publish roots and the list's digest."""
    round_.require(State.OPEN)
    roots: dict[str, bytes] = {}
    for evaluation in round_.evaluations:
        # The box first: from here no ballot gets in, so the root below is over all there will ever be.
        box.close_box(evaluation.id)
        registry.void_unused(evaluation.id)
        roots[evaluation.id] = MerkleTree(box.receipts(evaluation.id)).root
    closed = round_.moved_to(State.CLOSED)
    registry.save_roots(roots)
    registry.save_boxes_digest(round_.id, opening.boxes_digest(closed, box))
    registry.save_round(closed, expected=State.OPEN)
    return closed


def count_round(
    round_: Round,
    partials: Sequence[opening.PartialFile],
    *,
    registry: Registry,
    box: BallotBox,
    randomness: Randomness,
    executor: Executor | None = None,
    progress: Any = None,
) -> tuple[Round, bytes]:
    """Open and count once, all evaluations together: closed -> opened. Returns the round and the tally record."""
    record = opening.count(
        round_,
        partials,
        registry=registry,
        box=box,
        randomness=randomness,
        executor=executor,
        progress=progress,
    )
    opened = round_.moved_to(State.OPENED)
    registry.finish_count(opened, record)
    return opened, record


def get_manifest(registry: Registry, evaluation_id: str) -> Manifest:
    """Raises NotFound while the evaluation is not frozen."""
    raw = registry.find_manifest(evaluation_id)
    if raw is None:
        raise NotFound("There is no such evaluation.")
    return Manifest(raw)


def get_tally_record(registry: Registry, round_: Round) -> bytes:
    """Raises WrongState before the count."""
    record = registry.find_tally_record(round_.id)
    if record is None:
        raise WrongState(f"Round {round_.id} is {round_.state.value}; there is nothing to report before it is counted.")
    return record


def _move(round_: Round, state: State, registry: Registry) -> Round:
    moved = round_.moved_to(state)
    registry.save_round(moved, expected=round_.state)
    return moved
