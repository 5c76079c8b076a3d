"""The steps of a round, from freezing to the count. Each step checks the state, does one thing, and moves on.

The key is made before (ceremony/), codes are printed between freezing and opening (slips.py).
Law: a step is done whole or not at all; nothing after freezing changes questionnaire, weights or minimum sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from survey.crypto import merkle
from survey.crypto.tokens import generate_token_key, spki_of
from survey.domain import opening
from survey.domain.custody.boxes import boxes_digest
from survey.domain.custody.shares import PartialFile
from survey.domain.manifest import build_manifest
from survey.domain.ports import Randomness
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.registry import Registry
from survey.domain.rehearsal import find_rehearsal
from survey.domain.rounds import COLLECTED, Round, State
from survey.errors import NotFound, WrongState


def get_round(registry: Registry, round_id: str) -> Round:
    """Raises NotFound."""
    round_ = registry.find_round(round_id)
    if round_ is None:
        raise NotFound(f"There is no round {round_id}.")
    return round_


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
        raise WrongState(
            f"Round {round_.id} still has a rehearsal ({rehearsal.id}); clear it first.", why="has-rehearsal"
        )
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


def open_round(round_: Round, *, registry: Registry, box: BallotBox) -> Round:
    """Start collecting: printed -> open."""
    round_.require(State.PRINTED)
    for evaluation in round_.evaluations:
        box.open_box(evaluation.id)
    opened = round_.moved_to(State.OPEN)
    registry.save_round(opened, expected=State.PRINTED)
    return opened


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
        roots[evaluation.id] = merkle.root(box.receipts(evaluation.id))
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
