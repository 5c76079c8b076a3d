"""Schnorr's proof that somebody knows the secret scalar of a public point.

Law: a proof is bound to a statement (round, index, everything published beside the point), so that nobody can copy
another custodian's proof and pass for a holder of that secret. Source: RFC 8235, section 3, with the challenge
and the equation written as in RFC 9497.

Bytes, for other programs: R = r * G; c = HashToScalar(point || R || statement) under the context string
"survey/knowledge/v1" (see dleq for HashToScalar); s = r - c * secret mod ORDER; proof = c || s, 64 bytes.
"""

from __future__ import annotations

from survey.crypto.arithmetic import BASE, p256
from survey.crypto.dleq import PROOF_LEN, WrongProof
from survey.crypto.scalars import Randomness, ScalarHash, decode_scalar, encode_scalar, random_scalar
from survey.errors import InvalidInput

_hash_to_scalar = ScalarHash(b"survey/knowledge/v1")


def prove_knowledge(secret: int, statement: bytes, randomness: Randomness) -> bytes:
    """proof, 64 bytes, that secret * G has a holder who knows the secret and means this statement."""
    points = p256()
    r = random_scalar(randomness)
    point, commitment = points.mult_base(encode_scalar(secret)), points.mult_base(encode_scalar(r))
    c = _hash_to_scalar(point + commitment + statement)
    return encode_scalar(c) + encode_scalar(r - c * secret)


def verify_knowledge(point: bytes, statement: bytes, proof: bytes) -> None:
    """point: 65 bytes. Raises WrongProof."""
    try:
        if len(proof) != PROOF_LEN:
            raise InvalidInput(f"A proof is exactly {PROOF_LEN} bytes long.")
        c = decode_scalar(proof[:32])
        decode_scalar(proof[32:])
        total = p256().accumulator()
        total.add(proof[32:], BASE)
        total.add(proof[:32], point)
        if _hash_to_scalar(point + total.value() + statement) != c:
            raise InvalidInput("The proof of knowledge does not check.")
    except InvalidInput as reason:
        raise WrongProof(str(reason)) from None
