"""Secrets of the server at rest: locked under a 256-bit key with AES-256-GCM, each bound to its name.

    locked = "survey-locked/1\\n" || nonce (12) || AES-256-GCM(key, nonce, secret, aad = name)
    keyed hash = HMAC-SHA-256(HMAC-SHA-256(key, "survey/keyed/v1"), purpose || 0x00 || text)
    locked stream = "survey-locked-stream/1\\n" || locked(key of this stream, name) || its pieces (locked_stream.py)

Law: every locking takes a fresh nonce; what was locked under one name never opens under another, so that no file can
be put in the place of another. The key is random; a passphrase would need stretching (passphrase.py).
Sources: NIST SP 800-38D (GCM; at most 2^32 random nonces a key, here a few thousand).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.crypto.locked_stream import NONCE_LEN, TAG_LEN, lock_pieces, unlock_pieces
from survey.crypto.scalars import Randomness
from survey.errors import InvalidInput

KEY_LEN = 32
HEAD = b"survey-locked/1\n"
STREAM_HEAD = b"survey-locked-stream/1\n"
STREAM_START = len(STREAM_HEAD) + len(HEAD) + NONCE_LEN + KEY_LEN + TAG_LEN


class Vault:
    """Locks and unlocks under one key (32 bytes). randomness(n) -> n bytes."""

    def __init__(self, key: bytes, randomness: Randomness) -> None:
        if len(key) != KEY_LEN:
            raise InvalidInput(f"A key for secrets at rest has {KEY_LEN} bytes.")
        self._cipher = AESGCM(key)
        self._hash_key = hmac.digest(key, b"survey/keyed/v1", "sha256")  # apart from what encrypts
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

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """32 bytes that only the holder of the key can make, the same each time; each purpose has its own."""
        return hmac.digest(self._hash_key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), "sha256")

    def lock_stream(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        """For what is too long for memory. Whoever overwrites the head destroys all of it."""
        key = self._randomness(KEY_LEN)
        yield STREAM_HEAD + self.lock(key, name)
        yield from lock_pieces(chunks, key)

    def unlock_stream(self, locked: BinaryIO, name: str) -> BufferedReader:
        """What was locked, to be read and sought in as a file; closing it closes `locked`.

        Raises InvalidInput as unlock does, and when reading comes to a piece that was changed, moved or cut.
        """
        head = locked.read(STREAM_START)
        if not head.startswith(STREAM_HEAD):
            raise InvalidInput("It is not locked.")
        return unlock_pieces(locked, STREAM_START, self.unlock(head[len(STREAM_HEAD) :], name))
