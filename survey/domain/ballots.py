"""Casting: a sealed ballot against an unspent token (2-protocol, section 2.3).

Law: nothing here knows an invitation, a time, an address or an order. One token casts one ballot; a retry with the
same bytes is answered with the same receipt and changes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from survey.crypto.sealing import ENC_LEN, TAG_LEN, receipt
from survey.crypto.tokens import Token
from survey.domain.manifest import Manifest
from survey.domain.ports.ballot_box import AddOutcome, BallotBox, StoredBallot
from survey.errors import NotCollecting, TokenAlreadySpent, WrongLength


@dataclass(frozen=True)
class Accepted:
    """receipt: 32 bytes; is_new: False when exactly this ballot was in the box already."""

    receipt: bytes
    is_new: bool


def ballot_length(manifest: Manifest) -> int:
    """Bytes of every sealed ballot of the evaluation: enc, padded plaintext, tag."""
    return ENC_LEN + manifest.plaintext_length + TAG_LEN


def cast_ballot(
    evaluation_id: str, token: Token, sealed: bytes, *, manifest: Manifest, now: datetime, box: BallotBox
) -> Accepted:
    """Put the sealed ballot of a *verified* token into the box.

    now: only compared with the announced closing time, never stored. Raises WrongLength, TokenAlreadySpent,
    NotCollecting (box closed), StoreUnavailable (nothing recorded).
    """
    expected = ballot_length(manifest)
    if len(sealed) != expected:
        raise WrongLength(f"A ballot of this evaluation has exactly {expected} bytes; got {len(sealed)}.")
    if not manifest.is_within_times(now):
        raise NotCollecting("The evaluation is not open now.")
    encoded = token.encode()
    enc, ct = sealed[:ENC_LEN], sealed[ENC_LEN:]
    outcome = box.add(evaluation_id, StoredBallot(hashlib.sha256(encoded).digest(), encoded, enc, ct))
    if outcome is AddOutcome.CLOSED:
        raise NotCollecting("The ballot box is closed.")
    if outcome is AddOutcome.DIFFERENT:
        raise TokenAlreadySpent("This token has already cast another ballot.")
    return Accepted(receipt(enc, ct), outcome is AddOutcome.ADDED)
