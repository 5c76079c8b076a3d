"""One Chaum-Pedersen proof that D_i = k * C_i for a whole list, under the k of B = k * G.

Law: a verifier who accepts has a list in which every single D_i is right; lists of any length, in constant memory: each
side goes through the list twice. A proof holds for one context only.

Source: RFC 9497, sections 2.2.1 and 2.2.2, with A = G and these departures:
- The seed also hashes the number of pairs and SHA-256(C_0 || D_0 || C_1 || D_1 ...). In the RFC each coefficient d_i
  depends on its own pair alone; in a list of thousands a prover could then choose wrong D_i whose errors cancel
  (Wagner's generalised birthday, 2002). With the seed over the whole list no D_i can be chosen after the coefficients
  are known (Henry 2014, section 3.1.4; Davidson et al. 2018), and the pair itself is left out of what gives d_i.
- i and the number of pairs take 4 bytes instead of 2: a round has more than 65535 ballots.
- Elements are serialised uncompressed (65 bytes), as they travel everywhere else here.
- The list may be empty; the pair (G, B) then stands in for it, and the proof shows only that k is known.

Bytes, for other programs; || joins, I2OSP is big-endian, SHA-256 throughout:
  contextString = "survey/dleq/v1" || 0x00 || context
  HashToScalar(m) = expand_message_xmd(m, "HashToScalar-" || contextString, 48) mod ORDER
  seedDST = "Seed-" || contextString
  seed = SHA-256(I2OSP(65, 2) || B || I2OSP(len(seedDST), 2) || seedDST || I2OSP(count, 4) || pairs_digest)
  d_i = HashToScalar(I2OSP(32, 2) || seed || I2OSP(i, 4) || "Composite"), i from 0
  M = sum of d_i * C_i, Z = sum of d_i * D_i, t2 = r * G, t3 = r * M
  c = HashToScalar(I2OSP(65, 2) || B || I2OSP(65, 2) || M || ... Z ... t2 ... I2OSP(65, 2) || t3 || "Challenge")
  s = r - c * k mod ORDER; proof = c (32 bytes) || s (32 bytes)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from survey.crypto.arithmetic import BASE, P256, POINT_LEN, p256
from survey.crypto.scalars import Randomness, ScalarHash, decode_scalar, encode_scalar, random_scalar
from survey.errors import InvalidInput, SurveyError

PROOF_LEN = 64
_POINT_LEN_FIELD = POINT_LEN.to_bytes(2, "big")


class WrongProof(SurveyError):
    """The proof does not show what it should; who gave it stands in the error of the caller."""

    status = 409
    kind = "wrong-proof"


@dataclass(frozen=True)
class PairsDigest:
    """What the seed takes from the list: number of pairs and SHA-256 over C_0 || D_0 || C_1 || D_1 ..."""

    count: int
    digest: bytes


class PairsHash:
    """Hashes pairs as they come by."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = 0

    def add(self, c: bytes, d: bytes) -> None:
        self._hash.update(c + d)
        self._count += 1

    def value(self) -> PairsDigest:
        return PairsDigest(self._count, self._hash.digest())


def generate_proof(k: bytes, cs: Iterable[bytes], pairs: PairsDigest, context: bytes, randomness: Randomness) -> bytes:
    """proof, 64 bytes (RFC 9497, section 2.2.1, "GenerateProof" with "ComputeCompositesFast").

    k: 32 bytes. cs: every C_i, the same as were hashed together with D_i = k * C_i into `pairs`. context: <= 200 bytes.
    """
    points = p256()
    b = points.mult_base(k)
    transcript = Transcript(b, pairs, context)
    total = points.accumulator()
    count = 0
    for d, c in zip(transcript.coefficients(), cs if pairs.count else [BASE], strict=False):
        total.add(d, c)
        count += 1
    if count != max(pairs.count, 1):
        raise InvalidInput(f"The list changed while it was being proved: {pairs.count} pairs, then {count}.")
    m = total.value()
    # The prover knows k and saves itself the second sum.
    z = points.mult(k, m)
    r = random_scalar(randomness)
    t2, t3 = points.mult_base(encode_scalar(r)), points.mult(encode_scalar(r), m)
    challenge = transcript.challenge(m, z, t2, t3)
    return encode_scalar(challenge) + encode_scalar(r - challenge * int.from_bytes(k, "big"))


def verify_proof(
    b: bytes, cs: Iterable[bytes], ds: Iterable[bytes], pairs: PairsDigest, proof: bytes, context: bytes
) -> None:
    """Raises WrongProof unless the proof shows D_i = k * C_i for all i (RFC 9497, section 2.2.2, "VerifyProof").

    b: the point k * G. cs, ds: the list that `pairs` digests, gone through once more; points off the curve and
    lists of unequal length are refused the same way.
    """
    try:
        _verify(b, cs, ds, pairs, proof, context)
    except InvalidInput as reason:
        raise WrongProof(str(reason)) from None


def _verify(
    b: bytes, cs: Iterable[bytes], ds: Iterable[bytes], pairs: PairsDigest, proof: bytes, context: bytes
) -> None:
    points = p256()
    if len(proof) != PROOF_LEN:
        raise InvalidInput(f"A proof is exactly {PROOF_LEN} bytes long.")
    challenge, s = decode_scalar(proof[:32]), decode_scalar(proof[32:])
    transcript = Transcript(b, pairs, context)
    sum_m, sum_z = points.accumulator(), points.accumulator()
    again = PairsHash()
    for d, c, image in _with_pairs(transcript, cs, ds) if pairs.count else _lone_pair(transcript, b):
        again.add(c, image)
        sum_m.add(d, c)
        sum_z.add(d, image)
    # Hashed again on the way: a list that differs between the two passes would escape the coefficients.
    if pairs.count and again.value() != pairs:
        raise InvalidInput("The list changed while it was being checked.")
    m, z = sum_m.value(), sum_z.value()
    c_bytes, s_bytes = encode_scalar(challenge), encode_scalar(s)
    t2 = _sum(points, (s_bytes, BASE), (c_bytes, b))
    t3 = _sum(points, (s_bytes, m), (c_bytes, z))
    if transcript.challenge(m, z, t2, t3) != challenge:
        raise InvalidInput("The proof does not check.")


def _with_pairs(
    transcript: Transcript, cs: Iterable[bytes], ds: Iterable[bytes]
) -> Iterator[tuple[bytes, bytes, bytes]]:
    try:
        for d, (c, image) in zip(transcript.coefficients(), zip(cs, ds, strict=True), strict=False):
            yield d, c, image
    except ValueError:
        raise InvalidInput("The two lists are not equally long.") from None


def _lone_pair(transcript: Transcript, b: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    yield next(transcript.coefficients()), BASE, b


def _sum(points: P256, *terms: tuple[bytes, bytes]) -> bytes:
    total = points.accumulator()
    for scalar, point in terms:
        total.add(scalar, point)
    return total.value()


class Transcript:
    """The hashing of one proof: seed, coefficients, challenge."""

    def __init__(self, b: bytes, pairs: PairsDigest, context: bytes) -> None:
        context_string = b"survey/dleq/v1\x00" + context
        self._b = b
        self._hash_to_scalar = ScalarHash(context_string)
        seed_dst = b"Seed-" + context_string
        self._seed = hashlib.sha256(
            _field(b) + len(seed_dst).to_bytes(2, "big") + seed_dst + pairs.count.to_bytes(4, "big") + pairs.digest
        ).digest()

    def coefficients(self) -> Iterator[bytes]:
        """d_0, d_1, ...: 32 bytes each, for as long as somebody asks."""
        start = len(self._seed).to_bytes(2, "big") + self._seed
        hash_to_scalar = self._hash_to_scalar
        for i in range(1 << 32):
            yield hash_to_scalar(start + i.to_bytes(4, "big") + b"Composite").to_bytes(32, "big")

    def challenge(self, m: bytes, z: bytes, t2: bytes, t3: bytes) -> int:
        elements = b"".join(_field(element) for element in (self._b, m, z, t2, t3))
        return self._hash_to_scalar(elements + b"Challenge")


def _field(element: bytes) -> bytes:
    return _POINT_LEN_FIELD + element
