"""Scalars of P-256: drawn at random, hashed from bytes, written as 32 bytes.

Sources: RFC 9380 sections 5.2 and 5.3.1 (expand_message_xmd), RFC 9497 section 4.3 (HashToScalar of P-256-SHA256).
Secret scalars pass through Python integers here, which are not constant time (accepted 2026-11: each is used once, on
its holder's own machine, where nobody can send chosen inputs).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from survey.crypto.arithmetic import ORDER, SCALAR_LEN
from survey.errors import InvalidInput

Randomness = Callable[[int], bytes]

_BLOCK_LEN = 64  # SHA-256's input block
_HASH_LEN = 32
HASH_TO_SCALAR_LEN = 48  # L of RFC 9380: 128 bits more than the order, so that the remainder is uniform


def encode_scalar(scalar: int) -> bytes:
    """scalar mod ORDER as 32 bytes, big-endian."""
    return (scalar % ORDER).to_bytes(SCALAR_LEN, "big")


def decode_scalar(data: bytes) -> int:
    """The value of exactly 32 bytes below ORDER (RFC 9497, DeserializeScalar), else InvalidInput."""
    scalar = int.from_bytes(data, "big")
    if len(data) != SCALAR_LEN or scalar >= ORDER:
        raise InvalidInput("A scalar of P-256 must be 32 bytes with a value below the group order.")
    return scalar


def random_scalar(randomness: Randomness) -> int:
    """Uniform in 1 .. ORDER - 1 up to 2^-128; always takes 48 random bytes."""
    return int.from_bytes(randomness(HASH_TO_SCALAR_LEN), "big") % (ORDER - 1) + 1


class ScalarHash:
    """HashToScalar under one context string; the part of the hashing that never changes is done once.

    domain_separation_tag: "HashToScalar-" || context_string, at most 255 bytes, else InvalidInput.
    """

    def __init__(self, context_string: bytes) -> None:
        self._dst_prime = dst_prime(b"HashToScalar-" + context_string)
        self._start = hashlib.sha256(bytes(_BLOCK_LEN))

    def __call__(self, msg: bytes) -> int:
        return int.from_bytes(self._expand(msg), "big") % ORDER

    def _expand(self, msg: bytes) -> bytes:
        """expand_message_xmd for 48 bytes: two blocks, written out because a million calls are made."""
        dst = self._dst_prime
        b0 = self._start.copy()
        b0.update(msg + HASH_TO_SCALAR_LEN.to_bytes(2, "big") + b"\x00" + dst)
        first = b0.digest()
        b1 = hashlib.sha256(first + b"\x01" + dst).digest()
        mixed = (int.from_bytes(first, "big") ^ int.from_bytes(b1, "big")).to_bytes(_HASH_LEN, "big")
        return b1 + hashlib.sha256(mixed + b"\x02" + dst).digest()[: HASH_TO_SCALAR_LEN - _HASH_LEN]


def dst_prime(tag: bytes) -> bytes:
    """DST || I2OSP(len(DST), 1); raises InvalidInput above 255 bytes."""
    if len(tag) > 255:
        raise InvalidInput("A domain separation tag has at most 255 bytes.")
    return tag + bytes([len(tag)])


def expand_message_xmd(msg: bytes, tag: bytes, length: int) -> bytes:
    """`length` uniform bytes from msg (RFC 9380, section 5.3.1) with SHA-256: the general form, for the vectors."""
    dst = dst_prime(tag)
    # 1. ell = ceil(len_in_bytes / b_in_bytes)
    ell = -(-length // _HASH_LEN)
    if ell > 255:
        raise InvalidInput("More bytes asked for than expand_message_xmd gives.")
    # 3. to 7. b_0 = H(Z_pad || msg || l_i_b_str || I2OSP(0, 1) || DST_prime)
    b0 = hashlib.sha256(bytes(_BLOCK_LEN) + msg + length.to_bytes(2, "big") + b"\x00" + dst).digest()
    # 8. to 10. b_i = H(strxor(b_0, b_(i - 1)) || I2OSP(i, 1) || DST_prime), b_1 without strxor
    blocks = [hashlib.sha256(b0 + b"\x01" + dst).digest()]
    for i in range(2, ell + 1):
        mixed = bytes(x ^ y for x, y in zip(b0, blocks[-1], strict=True))
        blocks.append(hashlib.sha256(mixed + bytes([i]) + dst).digest())
    # 11. 12.
    return b"".join(blocks)[:length]
