"""Secrets of the server at rest: locked under a 256-bit key with AES-256-GCM, each bound to its name.

    locked = "survey-locked/1\\n" || nonce (12) || AES-256-GCM(key, nonce, secret, aad = name)

Law: every locking takes a fresh nonce; what was locked under one name never opens under another, so that no file can
be put in the place of another. The key is random; a passphrase would need stretching (passphrase.py).
Sources: NIST SP 800-38D (GCM; at most 2^32 random nonces a key, here a few thousand).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.crypto.scalars import Randomness
from survey.errors import InvalidInput

KEY_LEN = 32
NONCE_LEN = 12
HEAD = b"survey-locked/1\n"


class Vault:
    """Locks and unlocks under one key (32 bytes). randomness(n) -> n bytes."""

    def __init__(self, key: bytes, randomness: Randomness) -> None:
        if len(key) != KEY_LEN:
            raise InvalidInput(f"A key for secrets at rest has {KEY_LEN} bytes.")
        self._cipher = AESGCM(key)
        self._randomness = randomness

    def __repr__(self) -> str:
        return "Vault(hidden)"

    def lock(self, secret: bytes, name: str) -> bytes:
        """44 bytes longer than the secret."""
        nonce = self._randomness(NONCE_LEN)
        return HEAD + nonce + self._cipher.encrypt(nonce, secret, name.encode("utf-8"))

    def unlock(self, locked: bytes, name: str) -> bytes:
        """The secret; raises InvalidInput when it was locked under another key or name, changed, or never locked."""
        if not locked.startswith(HEAD):
            raise InvalidInput("It is not locked.")
        nonce, sealed = locked[len(HEAD) :][:NONCE_LEN], locked[len(HEAD) + NONCE_LEN :]
        try:
            return self._cipher.decrypt(nonce, sealed, name.encode("utf-8"))
        except (InvalidTag, ValueError):
            raise InvalidInput("It was locked under another key, or was changed since.") from None
