"""Opening with a threshold: partial openings, their check, their combination.

A share x_i turns every enc of the frozen list into the point x_i * enc; t of these give x * enc, the Diffie-Hellman
point from which sealing.open_with_dh opens, while x itself is never computed by anybody.
Law: a partial opening is made for one frozen list (its digest is the context) and comes with a proof over the
whole of it; a wrong one is refused by naming the custodian. How shares come to be is dkg's matter; Share, KeyMaking,
make_key and verify_transcript are offered here too.
Sources: 2-protocol section 2.4; Shamir 1979 (Lagrange); dleq for the proof.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from survey.crypto import dleq
from survey.crypto.arithmetic import ORDER, p256
from survey.crypto.dkg import KeyMaking, KeyMakingFault, Share, make_key
from survey.crypto.dkg_transcript import KeyFacts, verify_transcript
from survey.crypto.scalars import Randomness
from survey.errors import InvalidInput, WrongPartial

__all__ = [
    "KeyFacts",
    "KeyMaking",
    "KeyMakingFault",
    "Partial",
    "PartialOpening",
    "Share",
    "combine",
    "is_valid_point",
    "lagrange",
    "make_key",
    "partial_opening",
    "verify_partial",
    "verify_transcript",
]


@dataclass(frozen=True)
class Partial:
    """One custodian's answer: points, 65 bytes for every enc in order (anything that can be gone through twice); proof,
    64 bytes. Never published: t of these together with the sealed bodies are the answers in plain.
    """

    points: Iterable[bytes]
    proof: bytes


class PartialOpening:
    """A partial opening in two passes over the frozen list, in constant memory.

    First exhaust points(encs), writing them out; then prove(encs) with the same list.
    """

    def __init__(self, share_secret: bytes, context: bytes) -> None:
        self._secret = share_secret
        self._context = context
        self._pairs = dleq.PairsHash()

    def points(self, encs: Iterable[bytes]) -> Iterator[bytes]:
        """x_i * enc, 65 bytes each. Raises InvalidInput at an enc that is no point of the curve."""
        # Not tee(): it would hold every enc that the chunked multiplication has read ahead, which is a batch at most.
        waiting: list[bytes] = []

        def remembered() -> Iterator[bytes]:
            for enc in encs:
                waiting.append(enc)
                yield enc

        for point in p256().mult_each(self._secret, remembered()):
            self._pairs.add(waiting.pop(0), point)
            yield point

    def prove(self, encs: Iterable[bytes], randomness: Randomness) -> bytes:
        """The proof over all points given out so far, 64 bytes."""
        return dleq.generate_proof(self._secret, encs, self._pairs.value(), self._context, randomness)


def partial_opening(
    share_secret: bytes, index: int, encs: Iterable[bytes], context: bytes, randomness: Randomness
) -> Partial:
    """All points of one custodian and the proof over them, in memory; PartialOpening streams.

    encs: 65 bytes each, re-iterable. context: digest of the frozen list, 32 bytes. index takes no part in the
    computation: the verification key tells whose share it was.
    """
    _require_repeatable(encs)
    opening = PartialOpening(share_secret, context)
    points = list(opening.points(encs))
    return Partial(points, opening.prove(encs, randomness))


def verify_partial(
    verification_key: bytes,
    encs: Iterable[bytes],
    partial: Partial,
    context: bytes,
    *,
    custodian: str = "this custodian",
) -> None:
    """Raises WrongPartial, naming the custodian, unless every point is x_i * enc for the x_i of the verification key.

    encs, partial.points: gone through twice, never held in memory here.
    """
    _require_repeatable(encs)
    _require_repeatable(partial.points)
    pairs = dleq.PairsHash()
    try:
        for enc, point in zip(encs, partial.points, strict=True):
            pairs.add(enc, point)
    except ValueError:
        raise WrongPartial(f"The partial opening of {custodian} is not as long as the list of ballots.") from None
    try:
        dleq.verify_proof(verification_key, encs, partial.points, pairs.value(), partial.proof, context)
    except dleq.WrongProof as reason:
        raise WrongPartial(f"The partial opening of {custodian} is wrong: {reason}") from None


def combine(points: Mapping[int, bytes]) -> bytes:
    """x * enc (65 bytes) from the points x_i * enc of at least t custodians, by index.

    Raises InvalidInput for an index below 1 or bytes that are no point. Fewer than t give a point that opens nothing.
    """
    indices = tuple(points)
    weights, divisor = _weights(indices)
    return p256().weighted_sum(weights, divisor, tuple(points.values()))


def lagrange(indices: Iterable[int]) -> dict[int, int]:
    """The Lagrange coefficient at 0 of every index, modulo ORDER. Raises InvalidInput for a double or bad index."""
    order = tuple(indices)
    weights, divisor = _weights(order)
    inverse = pow(divisor, -1, ORDER)
    return {index: weight * inverse % ORDER for index, weight in zip(order, weights, strict=True)}


def is_valid_point(data: bytes) -> bool:
    """65 bytes, uncompressed, on the curve, not infinity."""
    return p256().is_valid_point(data)


@lru_cache(maxsize=64)
def _weights(indices: Sequence[int]) -> tuple[tuple[int, ...], int]:
    """Lagrange coefficients at 0 as whole numbers over one divisor.

    2 of 3 has (2, -1), (3, -2) and (3, -1) / 2: a doubling or two instead of a full multiplication for each share.
    """
    if not indices or len(set(indices)) != len(indices) or min(indices) < 1:
        raise InvalidInput("Shares are combined by different indices from 1 up.")
    fractions = [math.prod((Fraction(j, j - i) for j in indices if j != i), start=Fraction(1)) for i in indices]
    divisor = math.lcm(*(fraction.denominator for fraction in fractions))
    return tuple(int(fraction * divisor) for fraction in fractions), divisor


def _require_repeatable(rows: Iterable[bytes]) -> None:
    # A generator would be empty on the second pass.
    if iter(rows) is rows:
        raise TypeError("This list is gone through twice: give something that can be iterated again.")
