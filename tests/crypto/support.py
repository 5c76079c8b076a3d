"""What the tests of this folder share: vectors, keys, both backends."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from survey.crypto.tokens import TokenChallenge, generate_token_key

VECTORS = Path(__file__).parent.parent / "vectors"
BACKENDS = ("libcrypto", "gmp")
CHALLENGE = TokenChallenge("survey.example", bytes(range(32)), "survey.example")


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text("utf-8"))


def hpke_vector() -> dict[str, Any]:
    """Base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM (RFC 9180, A.3)."""
    wanted = {"mode": 0, "kem_id": 0x0010, "kdf_id": 0x0001, "aead_id": 0x0001}
    every = json.loads((files("cryptography_vectors") / "HPKE" / "test-vectors.json").read_text("utf-8"))
    (vector,) = [vector for vector in every if wanted.items() <= vector.items()]
    return dict(vector)


def der_of_pem(pem: bytes) -> bytes:
    key = load_pem_private_key(pem, None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def der_of_numbers(n: int, e: int, d: int, p: int, q: int) -> bytes:
    numbers = RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), RSAPublicNumbers(e, n))
    return numbers.private_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


@cache
def token_key() -> bytes:
    """One RSA-2048 key for the whole run: making one takes 35 ms and more."""
    return generate_token_key()


def flipped(data: bytes, bit: int) -> bytes:
    """data with one bit changed."""
    place, mask = bit // 8 % len(data), 1 << bit % 8
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]
