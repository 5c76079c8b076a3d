"""The steps of a round, from making its key to the count. Each step checks the state, does one thing, and moves on.

Law: a step is done whole or not at all; nothing after freezing changes questionnaire, weights or minimum sizes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from survey.crypto.merkle import MerkleTree
from survey.crypto.threshold import Share, make_key
from survey.crypto.tokens import generate_token_key, spki_of
from survey.domain import opening
from survey.domain.custody.boxes import boxes_digest
from survey.domain.custody.shares import PartialFile
from survey.domain.invitations import Code, code_mac, make_code
from survey.domain.manifest import build_manifest, get_manifest
from survey.domain.ports import Randomness
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.registry import Registry
from survey.domain.rounds import COLLECTED, OpeningKey, Round, State
from survey.errors import NotFound, WrongState


def get_round(registry: Registry, round_id: str) -> Round:
    """Raises NotFound."""
    round_ = registry.find_round(round_id)
    if round_ is None:
        raise NotFound(f"There is no round {round_id}.")
    return round_


def find_rehearsal(registry: Registry, round_id: str) -> Round | None:
    """The rehearsal of this draft, where there is one."""
    rehearsals = (one for one in registry.list_rounds() if one.rehearsal and one.rehearsal.of == round_id)
    return next(rehearsals, None)


def make_opening_key(
    round_: Round,
    *,
    registry: Registry,
    randomness: Randomness,
    hand_out: Callable[[Round, tuple[Share, ...]], None] | None = None,
) -> tuple[Round, tuple[Share, ...]]:
    """Run all custodians in this one process (tests and demos): returns the round with its key, and the shares.

    The shares are returned, never stored: the caller hands each to its custodian. hand_out does so before the public
    key is stored, so that a round never has a key whose shares could not be written.
    """
    round_.require(State.DRAFT)
    if round_.opening_key is not None:
        raise WrongState(f"Round {round_.id} already has its opening key.")
    keyed, shares = with_key_made_here(round_, randomness)
    if hand_out is not None:
        hand_out(keyed, shares)
    registry.save_round(keyed, expected=State.DRAFT)
    return keyed, shares


def with_key_made_here(round_: Round, randomness: Randomness) -> tuple[Round, tuple[Share, ...]]:
    """The round with a key of which this process has seen every share; nothing is stored."""
    names = [custodian.name for custodian in round_.custodians]
    made = make_key(names, round_.threshold, randomness, context=round_.id.encode("ascii"))
    custodians = tuple(
        replace(custodian, verification_key=key)
        for custodian, key in zip(round_.custodians, made.verification_keys, strict=True)
    )
    key = OpeningKey(made.public_key, made.transcript)
    return replace(round_, custodians=custodians, opening_key=key), made.shares


def freeze(
    round_: Round,
    *,
    registry: Registry,
    keys: KeyFiles,
    host: str,
    scripts: Mapping[str, str],
    spare_percent: int | None = None,
) -> Round:
    """审定: make one token key per evaluation, write all manifests, draft -> frozen. Nothing in them changes later.

    Raises WrongState while a rehearsal of the round is left: its slips must not lie beside the real ones.
    """
    round_.require(State.DRAFT)
    if rehearsal := find_rehearsal(registry, round_.id):
        raise WrongState(f"Round {round_.id} still has a rehearsal ({rehearsal.id}); clear it first.")
    if spare_percent is not None:
        round_ = replace(round_, spare_percent=spare_percent)
    manifests: dict[str, bytes] = {}
    for evaluation in round_.evaluations:
        der = _token_key(evaluation.id, keys)
        manifest = build_manifest(round_, evaluation, token_key=spki_of(der), host=host, scripts=scripts)
        manifests[evaluation.id] = manifest.raw
    frozen = round_.moved_to(State.FROZEN)
    registry.freeze(frozen, manifests)
    return frozen


def _token_key(evaluation_id: str, keys: KeyFiles) -> bytes:
    """The one that a freezing left behind when it was interrupted, or a fresh one."""
    try:
        return keys.token_key(evaluation_id)
    except NotFound:
        der = generate_token_key()
        keys.save_token_key(evaluation_id, der)
        return der


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


@dataclass(frozen=True)
class DrawnCodes:
    """Fresh codes that buy nothing yet: between draw_codes and register_codes the slips are brought onto paper."""

    slips: list[PrintedCode]  # shuffled
    used: Mapping[str, int]  # unit id -> codes used when they were drawn


def draw_codes(round_: Round, *, registry: Registry, randomness: Randomness) -> DrawnCodes:
    """Draw as many codes as the manifests announce, less those already used. Changes nothing in the store.

    Shuffled, so that neither the file nor the sheets show an order of making.
    """
    round_.require(State.FROZEN, State.PRINTED, State.OPEN)
    slips: list[PrintedCode] = []
    used: dict[str, int] = {}
    for evaluation in round_.evaluations:
        used.update((unit.unit_id, unit.used) for unit in registry.turnout(evaluation.id))
        fingerprint = get_manifest(registry, evaluation.id).fingerprint
        slips.extend(
            PrintedCode(evaluation.id, evaluation.team, unit.id, unit.name, make_code(randomness), fingerprint)
            for unit in evaluation.units
            for _ in range(unit.codes_to_print(round_.spare_percent) - used.get(unit.id, 0))
        )
    secrets.SystemRandom().shuffle(slips)
    return DrawnCodes(slips, used)


def register_codes(
    round_: Round, drawn: DrawnCodes, *, registry: Registry, keys: KeyFiles
) -> tuple[Round, list[PrintedCode]]:
    """Void every unused code and make the drawn ones valid. Returns the round and the slips that are valid now.

    Called when the slips are safely written: were it the other way round, a full disk would leave people with void
    slips and the office with none. A reprint while the round is open may meet people who used a code since drawing;
    then as many slips of their unit stay invalid and are missing from what is returned, for there must never be more
    codes than the manifest announces.
    """
    valid: list[PrintedCode] = []
    for evaluation in round_.evaluations:
        secret = keys.make_code_secret(evaluation.id)
        # Voiding first: from here nobody can use an old code, so the count of used ones below stays true.
        registry.void_unused(evaluation.id)
        surplus = {
            unit.unit_id: unit.used - drawn.used.get(unit.unit_id, 0) for unit in registry.turnout(evaluation.id)
        }
        macs: list[tuple[bytes, str]] = []
        for slip in drawn.slips:
            if slip.evaluation_id != evaluation.id:
                continue
            if surplus.get(slip.unit_id, 0) > 0:
                surplus[slip.unit_id] -= 1
                continue
            macs.append((code_mac(slip.code, secret), slip.unit_id))
            valid.append(slip)
        registry.add_invitations(evaluation.id, macs)
    if round_.state is State.FROZEN:
        round_ = _move(round_, State.PRINTED, registry)
    secrets.SystemRandom().shuffle(valid)
    return round_, valid


def print_codes(
    round_: Round, *, registry: Registry, keys: KeyFiles, randomness: Randomness
) -> tuple[Round, list[PrintedCode]]:
    """Draw and register at once: the codes of a frozen round, or a reprint (unused codes are voided and replaced)."""
    return register_codes(
        round_, draw_codes(round_, registry=registry, randomness=randomness), registry=registry, keys=keys
    )


def open_round(round_: Round, *, registry: Registry, box: BallotBox) -> Round:
    """Start collecting: printed -> open."""
    round_.require(State.PRINTED)
    for evaluation in round_.evaluations:
        box.open_box(evaluation.id)
    return _move(round_, State.OPEN, registry)


def close_round(round_: Round, *, registry: Registry, box: BallotBox, keys: KeyFiles) -> Round:
    """Stop collecting, void unused codes, rewrite the boxes in key order, publish roots and the list's digest.

    Then token keys and code secrets are destroyed, whoever closes: from here nobody can sign another token, or find a
    slip in the store. The last step erases what journals and pages still show of the order of arrival. Where that
    fails, the round is closed all the same and the failure is raised (kind order-remains): it can be made up for at any
    time.
    """
    round_.require(State.OPEN)
    roots: dict[str, bytes] = {}
    for evaluation in round_.evaluations:
        # The box first: from here no ballot gets in, so the root below is over all there will ever be.
        box.close_box(evaluation.id)
        registry.void_unused(evaluation.id)
        roots[evaluation.id] = MerkleTree(box.receipts(evaluation.id)).root
    closed = round_.moved_to(State.CLOSED)
    registry.save_roots(roots)
    registry.save_boxes_digest(round_.id, boxes_digest(closed, box))
    registry.save_round(closed, expected=State.OPEN)
    destroy_keys(closed, keys=keys)
    box.forget_order()
    return closed


def destroy_keys(round_: Round, *, keys: KeyFiles) -> None:
    """Token keys and code secrets; again, where closing was interrupted. May be repeated.

    Raises WrongState while the round could still be open.
    """
    if round_.state not in COLLECTED:
        raise WrongState(f"Round {round_.id} is {round_.state.value}; its keys are needed until it is closed.")
    for evaluation in round_.evaluations:
        keys.destroy_keys(evaluation.id)


def count_round(
    round_: Round,
    partials: Sequence[PartialFile],
    *,
    registry: Registry,
    box: BallotBox,
    randomness: Randomness,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
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
