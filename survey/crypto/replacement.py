"""Replacing a lost custodian: the others share the same key anew, and the newcomer gets a share of it.

All n run the key making of crypto.dkg once more, with a difference: each of the others takes lambda_i * x_i as constant
term instead of a random one (x_i their old share, lambda_i its Lagrange coefficient at 0 among the others), and the
newcomer takes 1. So the sum of all constant terms is x + 1, and share j of the new polynomial less 1 is a share of x.
Everything else of the polynomials is fresh, the newcomer's too.
Law: the public key stays; nobody learns x or an old share; whoever brings in another constant term is named, for
lambda_i * x_i * G is public. Old shares fit the old verification keys only, which are no longer accepted; but t old
ones together still open, so everybody deletes theirs.
Sources: Herzberg, Jarecki, Krawczyk, Yung 1995 (proactive sharing); Desmedt, Jajodia 1997 (redistributing a secret).

    context of the key making = context of the first one || 0x00 || "replace" || I2OSP(index, 2) || SHA-256(before)
    before = public key || verification keys in order, 65 bytes each
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey.crypto.arithmetic import BASE, ORDER, p256
from survey.crypto.dkg_messages import Ceremony, Reveal, Share
from survey.crypto.dkg_transcript import KeyFacts, Transcript
from survey.crypto.scalars import encode_scalar
from survey.crypto.threshold import lagrange
from survey.errors import InvalidInput

NEWCOMERS_CONSTANT = 1


@dataclass(frozen=True)
class Replacement:
    """Who is replaced (index 1..n), and the key as it was: public_key and verification_keys, 65 bytes each.

    Raises InvalidInput when the others are fewer than the threshold.
    """

    index: int
    threshold: int
    context: bytes  # of the first key making
    public_key: bytes
    verification_keys: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.index <= len(self.verification_keys) or len(self.verification_keys) - 1 < self.threshold:
            raise InvalidInput("One custodian is replaced by at least as many others as are needed to open.")

    @property
    def ceremony_context(self) -> bytes:
        before = hashlib.sha256(self.public_key + b"".join(self.verification_keys)).digest()
        return self.context + b"\x00replace" + self.index.to_bytes(2, "big") + before

    def _weight(self, index: int) -> int:
        others = [i for i in range(1, len(self.verification_keys) + 1) if i != self.index]
        return lagrange(others)[index]

    def constant_term(self, index: int, old_secret: bytes | None) -> int:
        """What custodian `index` must take. old_secret: 32 bytes; None for the newcomer.

        Raises InvalidInput when the old share is not the one that belongs here.
        """
        if index == self.index:
            return NEWCOMERS_CONSTANT
        if old_secret is None or p256().mult_base(old_secret) != self.verification_keys[index - 1]:
            raise InvalidInput("To replace a custodian the others bring in their shares of the key as it is now.")
        return self._weight(index) * int.from_bytes(old_secret, "big") % ORDER

    def check_constant_term(self, ceremony: Ceremony, reveal: Reveal) -> None:
        """Raises KeyMakingFault unless the custodian brought in their own old share (or 1, the newcomer)."""
        if reveal.index == self.index:
            expected = BASE
        else:
            weight = encode_scalar(self._weight(reveal.index))
            expected = p256().mult(weight, self.verification_keys[reveal.index - 1])
        if reveal.coefficients[0] != expected:
            raise ceremony.fault(reveal.index, "other-share", "did not bring in the share they hold.")

    def corrected_share(self, share: Share) -> Share:
        """The share of the old key, from the share of the sum."""
        secret = encode_scalar(int.from_bytes(share.secret, "big") - NEWCOMERS_CONSTANT)
        return replace(
            share, secret=secret, public_key=self.public_key, verification_key=_less_base(share.verification_key)
        )

    def facts(self, transcript: Transcript) -> KeyFacts:
        """The key as it is after this replacement. Raises KeyMakingFault, InvalidInput."""
        made = transcript.verify()
        if (made.context, made.threshold) != (self.ceremony_context, self.threshold):
            raise InvalidInput("This transcript replaces a custodian of another key.")
        for reveal in transcript.reveals:
            self.check_constant_term(transcript.ceremony, reveal)
        if _less_base(made.public_key) != self.public_key:
            raise InvalidInput("The replacement would change the opening key.")
        keys = tuple(_less_base(key) for key in made.verification_keys)
        return KeyFacts(made.names, made.threshold, self.context, self.public_key, keys)


def verify_replacements(facts: KeyFacts, transcripts: Sequence[bytes]) -> KeyFacts:
    """The key after all replacements, one after another: each changes exactly one name.

    facts: of the first key making. Raises KeyMakingFault, InvalidInput.
    """
    for raw in transcripts:
        transcript = Transcript.parse(raw)
        index = int.from_bytes(transcript.ceremony.context[-34:-32], "big")
        replacement = Replacement(index, facts.threshold, facts.context, facts.public_key, facts.verification_keys)
        after = replacement.facts(transcript)
        others = [k for k in range(len(facts.names)) if k != index - 1]
        if len(after.names) != len(facts.names) or any(after.names[k] != facts.names[k] for k in others):
            raise InvalidInput("A replacement changes one custodian and no other.")
        facts = after
    return facts


def _less_base(point: bytes) -> bytes:
    return p256().weighted_sum((1, -NEWCOMERS_CONSTANT), 1, (point, BASE))
