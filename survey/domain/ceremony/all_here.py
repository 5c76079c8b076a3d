"""The opening key made by all custodians in one process: rehearsals, demonstrations, `survey round keys --all-here`.

Law: here the shares do meet in one place, and whoever asks for it is told so. They are returned, never stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from survey.crypto.threshold import Share, make_key
from survey.domain.ports import Randomness
from survey.domain.ports.registry import Registry
from survey.domain.rounds import OpeningKey, Round, State
from survey.errors import WrongState


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
        raise WrongState(f"Round {round_.id} already has its opening key.", why="has-key")
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
