"""The public record of a key making, which anybody can check without a secret.

Law: the transcript holds everything needed to be sure that the opening key is the sum of everybody's part, that each
custodian committed before revealing, and that each holds the share their verification key says. Nothing in it is
sealed, so there is nothing in it to break later. One transcript has one byte string (canonical JSON).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.crypto.dkg_messages import (
    Ceremony,
    Commit,
    Confirmation,
    Reveal,
    canonical_json,
    check_confirmation,
    check_reveals,
    public_key_of,
    verification_key_of,
)
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.errors import InvalidInput

SCHEMA = "survey-key-making/1"


@dataclass(frozen=True)
class KeyFacts:
    """What a checked transcript proves; public_key and verification_keys: 65 bytes each, in the order of names."""

    names: tuple[str, ...]
    threshold: int
    context: bytes
    public_key: bytes
    verification_keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Transcript:
    ceremony: Ceremony
    commits: tuple[Commit, ...]
    reveals: tuple[Reveal, ...]
    confirmations: tuple[Confirmation, ...]

    def verify(self) -> KeyFacts:
        """Raises KeyMakingFault, naming the custodian whose messages do not check."""
        ceremony = self.ceremony
        check_reveals(ceremony, self.commits, self.reveals)
        ceremony.require_everybody((confirmation.index for confirmation in self.confirmations), "confirmation")
        for confirmation in self.confirmations:
            check_confirmation(ceremony, self.reveals, confirmation)
        keys = tuple(verification_key_of(self.reveals, index) for index in ceremony.indices)
        return KeyFacts(ceremony.names, ceremony.threshold, ceremony.context, public_key_of(self.reveals), keys)

    def encode(self) -> bytes:
        return canonical_json(
            {
                "schema": SCHEMA,
                "names": list(self.ceremony.names),
                "threshold": self.ceremony.threshold,
                "context": b64url_encode(self.ceremony.context),
                "commits": [{"index": c.index, "digest": b64url_encode(c.digest)} for c in self.commits],
                "reveals": [
                    {
                        "index": r.index,
                        "coefficients": [b64url_encode(point) for point in r.coefficients],
                        "proof": b64url_encode(r.proof),
                        "sealing_key": b64url_encode(r.sealing_key),
                        "nonce": b64url_encode(r.nonce),
                    }
                    for r in self.reveals
                ],
                "confirmations": [{"index": c.index, "proof": b64url_encode(c.proof)} for c in self.confirmations],
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Transcript:
        """Exactly the bytes that encode() writes, else InvalidInput."""
        try:
            document = json.loads(data)
            transcript = cls._from(document)
            canonical = transcript.encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidInput("This is not the transcript of a key making.") from None
        if canonical != data:
            raise InvalidInput("The transcript is not in its canonical form.")
        return transcript

    @classmethod
    def _from(cls, document: Mapping[str, Any]) -> Transcript:
        return cls(
            Ceremony(tuple(document["names"]), document["threshold"], b64url_decode(document["context"])),
            tuple(Commit(_index(c), b64url_decode(c["digest"])) for c in document["commits"]),
            tuple(
                Reveal(
                    _index(r),
                    tuple(b64url_decode(point) for point in r["coefficients"]),
                    b64url_decode(r["proof"]),
                    b64url_decode(r["sealing_key"]),
                    b64url_decode(r["nonce"]),
                )
                for r in document["reveals"]
            ),
            tuple(Confirmation(_index(c), b64url_decode(c["proof"])) for c in document["confirmations"]),
        )


def _index(message: Mapping[str, Any]) -> int:
    index = message["index"]
    if type(index) is not int:  # true and 1.0 would pass for 1
        raise TypeError("an index is a whole number")
    return index


def verify_transcript(data: bytes) -> KeyFacts:
    """Check a transcript: form, commitments, proofs, confirmations. Raises InvalidInput or KeyMakingFault."""
    return Transcript.parse(data).verify()
