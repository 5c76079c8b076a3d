"""Testing a share: its holder proves to the server that they still have it, and nothing is opened.

A proof of knowledge of the share under the day's challenge (crypto.knowledge). Law: the challenge cannot be known
before the day, so that a proof says something about that day; a proof says nothing about the share.
"""

from __future__ import annotations

import hmac
import json
from datetime import date

from survey.crypto.dleq import WrongProof
from survey.crypto.knowledge import verify_knowledge
from survey.crypto.wire import b64url_decode
from survey.domain.rounds import Round
from survey.errors import InvalidInput, WrongState

CHALLENGE_LEN = 32


def challenge(round_: Round, index: int, secret: bytes, day: date) -> bytes:
    """32 bytes, the same for one custodian all day. secret: KeyFiles.share_test_secret()."""
    subject = f"{round_.id}/{index}/{day.isoformat()}".encode()
    return hmac.digest(secret, b"survey/share-test/challenge/v1\x00" + subject, "sha256")


def statement(challenge_: bytes) -> bytes:
    """What the proof is bound to."""
    return b"survey/share-test/v1\x00" + challenge_


def check(round_: Round, index: int, challenge_: bytes, proof: bytes) -> None:
    """Raises WrongProof, or WrongState while there is no key."""
    key = round_.custodians[index - 1].verification_key
    if key is None:
        raise WrongState(f"Round {round_.id} has no opening key yet.")
    try:
        verify_knowledge(key, statement(challenge_), proof)
    except WrongProof:
        name = round_.custodians[index - 1].name
        raise WrongProof(f"The test of {name} fails: this is not the share of this place.") from None


def read_proof(raw: bytes) -> bytes:
    """The proof in {"proof": base64url}; raises InvalidInput."""
    try:
        return b64url_decode(json.loads(raw)["proof"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput('Expected {"proof": base64url of 64 bytes}.') from None
