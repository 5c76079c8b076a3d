"""Randomness that comes again: everything a custodian commits to is drawn from one seed, so that a browser or program
closed in the middle draws the same polynomial when it goes on.

    call k for n bytes = first n bytes of HMAC-SHA256(seed, info || I2OSP(k, 4) || I2OSP(j, 4)) for j = 0, 1, ...

Law: only what is drawn *before* anything of others was seen may come from here. A proof's nonce that came again under
another challenge would give its secret away, so later proofs take fresh randomness.
Source: NIST SP 800-108r1, section 4.1 (counter mode), with HMAC-SHA256 as the function.
"""

from __future__ import annotations

import hmac

SEED_LEN = 32
_BLOCK_LEN = 32


class Seeded:
    """A Randomness: each call takes the next stretch. info says what it is drawn for."""

    def __init__(self, seed: bytes, info: bytes) -> None:
        self._seed = seed
        self._info = info
        self._calls = 0

    def __call__(self, length: int) -> bytes:
        start = self._info + self._calls.to_bytes(4, "big")
        self._calls += 1
        blocks = range(-(-length // _BLOCK_LEN))
        return b"".join(hmac.digest(self._seed, start + j.to_bytes(4, "big"), "sha256") for j in blocks)[:length]
