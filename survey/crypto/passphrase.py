"""Secrets at rest: locked under a passphrase with scrypt and AES-256-GCM.

    locked = 0x01 || log_n (1) || salt (16) || nonce (12) || AES-256-GCM(key, nonce, secret, aad)
    key    = scrypt(NFKC(passphrase) as UTF-8, salt, N = 2^log_n, r = 8, p = 1, 32 bytes)

Law: every locking takes a fresh nonce; a reader refuses a cost outside LOG_N_RANGE, so that a changed file can neither
weaken the next locking nor stop the machine. Sources: RFC 7914 (scrypt), NIST SP 800-38D (GCM); cost: OWASP Password
Storage Cheat Sheet (N = 2^17, r = 8, p = 1: 128 MiB, about half a second).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from survey.crypto.scalars import Randomness
from survey.crypto.wire import Reader
from survey.errors import InvalidInput, SurveyError

LOG_N = 17
LOG_N_RANGE = range(10, 21)
SALT_LEN = 16
NONCE_LEN = 12
TAG_LEN = 16
SHORTEST = 10  # characters of a passphrase
_VERSION = 1
_HEAD_LEN = 2 + SALT_LEN + NONCE_LEN


class WrongPassphrase(SurveyError):
    """Another passphrase, or the file was changed: the two cannot be told apart."""

    status = 422
    kind = "wrong-passphrase"


def check_passphrase(passphrase: str) -> None:
    """Raises InvalidInput when it is too short to keep anybody out."""
    if len(passphrase) < SHORTEST or len(set(passphrase)) < 4:
        raise InvalidInput(f"The passphrase needs at least {SHORTEST} characters, not all alike; a sentence is best.")


@dataclass(frozen=True)
class Lock:
    """One passphrase under one salt: derived once (slow), then locks as often as needed."""

    key: bytes
    salt: bytes
    log_n: int

    def __repr__(self) -> str:
        return "Lock(hidden)"

    @classmethod
    def of(cls, passphrase: str, salt: bytes, log_n: int = LOG_N) -> Lock:
        """salt: 16 random bytes. Raises InvalidInput for a cost outside LOG_N_RANGE."""
        if log_n not in LOG_N_RANGE or len(salt) != SALT_LEN:
            raise InvalidInput("The cost or the salt of the passphrase is not what this program writes.")
        plain = unicodedata.normalize("NFKC", passphrase).encode("utf-8")
        return cls(Scrypt(salt=salt, length=32, n=1 << log_n, r=8, p=1).derive(plain), salt, log_n)

    def lock(self, secret: bytes, aad: bytes, randomness: Randomness) -> bytes:
        """locked, 46 bytes longer than the secret."""
        nonce = randomness(NONCE_LEN)
        head = bytes([_VERSION, self.log_n]) + self.salt + nonce
        return head + AESGCM(self.key).encrypt(nonce, secret, aad)

    def unlock(self, locked: bytes, aad: bytes) -> bytes:
        """The secret; raises WrongPassphrase."""
        try:
            return AESGCM(self.key).decrypt(locked[_HEAD_LEN - NONCE_LEN : _HEAD_LEN], locked[_HEAD_LEN:], aad)
        except InvalidTag:
            raise WrongPassphrase("The passphrase is not right, or the file was changed.") from None


def lock_of(passphrase: str, locked: bytes) -> Lock:
    """The Lock that these bytes name. Raises InvalidInput when they are not in the form above."""
    reader = Reader(locked)
    version, log_n, salt = reader.u8(), reader.u8(), reader.take(SALT_LEN)
    if version != _VERSION or len(locked) < _HEAD_LEN + TAG_LEN:
        raise InvalidInput("These are not the bytes of a locked secret.")
    return Lock.of(passphrase, salt, log_n)


def unlock(locked: bytes, passphrase: str, aad: bytes) -> bytes:
    """Raises WrongPassphrase, InvalidInput."""
    return lock_of(passphrase, locked).unlock(locked, aad)
