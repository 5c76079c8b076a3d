"""Sealing answers: HPKE base mode, single shot, and the padding that makes all ballots equally long.

Suite: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. Sealing is cryptography's. Opening starts from a
Diffie-Hellman point that t custodians made together, so ExtractAndExpand and the key schedule are done here: the
private key exists in no place where a library could be given it.
Law: aad is empty; everything a ballot is bound to stands in info; an unsealing that fails says only that it failed.
Source: RFC 9180, sections 4, 4.1, 5.1, 5.2, 7.1.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from survey.crypto import arithmetic
from survey.errors import InvalidInput, SurveyError

ENC_LEN = 65
TAG_LEN = 16
LENGTH_LEN = 4
_NH = 32  # SHA-256
_NK = 16  # AES-128-GCM key
_NN = 12  # AES-128-GCM nonce
_BALLOT = b"survey/ballot/v1\x00"

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_VERSION = b"HPKE-v1"
_KEM_SUITE_ID = b"KEM" + (0x0010).to_bytes(2, "big")
_HPKE_SUITE_ID = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0010, 0x0001, 0x0001))
_MODE_BASE = b"\x00"


class UnsealFailed(SurveyError):
    """The sealed bytes do not open: changed, cut, or sealed for another key or another info."""

    status = 422
    kind = "unseal-failed"


def ballot_info(manifest_digest: bytes, token: bytes) -> bytes:
    """info of a ballot, 81 bytes: binds the answers to the published facts (32 bytes) and to one token (354 bytes)."""
    return _BALLOT + manifest_digest + hashlib.sha256(token).digest()


def pad(data: bytes, plaintext_length: int) -> bytes:
    """Length (4 bytes), data, zeros: plaintext_length bytes in all. Raises InvalidInput when data is too long.

    All ballots of a round are equally long: otherwise the length would tell who wrote much.
    """
    if len(data) + LENGTH_LEN > plaintext_length:
        raise InvalidInput(f"The answers take {len(data)} bytes; at most {plaintext_length - LENGTH_LEN} fit.")
    return (len(data).to_bytes(LENGTH_LEN, "big") + data).ljust(plaintext_length, b"\x00")


def unpad(padded: bytes) -> bytes:
    """The data inside; raises InvalidInput for a wrong length or anything but zeros behind it."""
    length = int.from_bytes(padded[:LENGTH_LEN], "big")
    end = LENGTH_LEN + length
    if len(padded) < LENGTH_LEN or end > len(padded) or padded.count(0, end) != len(padded) - end:
        raise InvalidInput("The sealed answers are not padded as they should be.")
    return padded[LENGTH_LEN:end]


def seal(public_key: bytes, info: bytes, plaintext: bytes) -> bytes:
    """enc (65 bytes) || ct (plaintext + 16 bytes). public_key: 65 bytes, else InvalidInput."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError:
        raise InvalidInput("The opening key is not a point of P-256.") from None
    return _SUITE.encrypt(plaintext, key, info)


def open_with_key(private_scalar: bytes, enc: bytes, info: bytes, ct: bytes) -> bytes:
    """Open with the whole private key (32 bytes): for tests and sub-shares; a round's key is never in one place."""
    points = arithmetic.p256()
    return open_with_dh(points.mult(private_scalar, enc), enc, points.mult_base(private_scalar), info, ct)


def open_with_dh(dh_point: bytes, enc: bytes, public_key: bytes, info: bytes, ct: bytes, *, aad: bytes = b"") -> bytes:
    """The plaintext, from the point x * enc (65 bytes) that the holders of the key made.

    enc, public_key: 65 bytes. Raises UnsealFailed. The points are not checked here: enc was checked before it went
    to the custodians, dh_point comes out of the combination.
    """
    shared_secret = extract_and_expand(dh_point, enc + public_key)
    schedule = key_schedule(shared_secret, info)
    try:
        return AESGCM(schedule.key).decrypt(schedule.base_nonce, ct, aad)
    except (InvalidTag, ValueError):
        raise UnsealFailed("The sealed answers do not open.") from None


def _labeled_extract(suite_id: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    """LabeledExtract (RFC 9180, section 4)."""
    return hmac.digest(salt or bytes(_NH), _VERSION + suite_id + label + ikm, "sha256")


def _labeled_expand(suite_id: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand (RFC 9180, section 4) for at most one block: length <= 32."""
    labeled_info = length.to_bytes(2, "big") + _VERSION + suite_id + label + info
    return hmac.digest(prk, labeled_info + b"\x01", "sha256")[:length]


def extract_and_expand(dh_point: bytes, kem_context: bytes) -> bytes:
    """shared_secret, 32 bytes (RFC 9180, section 4.1). The dh of P-256 is the x coordinate alone."""
    eae_prk = _labeled_extract(_KEM_SUITE_ID, b"", b"eae_prk", dh_point[1:33])
    return _labeled_expand(_KEM_SUITE_ID, eae_prk, b"shared_secret", kem_context, _NH)


@dataclass(frozen=True)
class KeySchedule:
    """What RFC 9180, section 5.1, derives; key 16, base_nonce 12, the others 32 bytes and more."""

    key_schedule_context: bytes
    secret: bytes
    key: bytes
    base_nonce: bytes

    @property
    def exporter_secret(self) -> bytes:
        """Not used for ballots; computed only when asked for, to be compared with the vectors."""
        return _labeled_expand(_HPKE_SUITE_ID, self.secret, b"exp", self.key_schedule_context, _NH)


# No pre-shared key in base mode, so its hash is the same for everyone.
_PSK_ID_HASH = _labeled_extract(_HPKE_SUITE_ID, b"", b"psk_id_hash", b"")


def key_schedule(shared_secret: bytes, info: bytes) -> KeySchedule:
    """KeySchedule in base mode (RFC 9180, section 5.1)."""
    info_hash = _labeled_extract(_HPKE_SUITE_ID, b"", b"info_hash", info)
    context = _MODE_BASE + _PSK_ID_HASH + info_hash
    secret = _labeled_extract(_HPKE_SUITE_ID, shared_secret, b"secret", b"")
    return KeySchedule(
        context,
        secret,
        _labeled_expand(_HPKE_SUITE_ID, secret, b"key", context, _NK),
        _labeled_expand(_HPKE_SUITE_ID, secret, b"base_nonce", context, _NN),
    )


def receipt(enc: bytes, ct: bytes) -> bytes:
    """SHA-256(enc || SHA-256(ct)), 32 bytes: proves inclusion, tells nothing of the content."""
    return receipt_of_digest(enc, hashlib.sha256(ct).digest())


def receipt_of_digest(enc: bytes, ct_digest: bytes) -> bytes:
    """The same receipt for whoever was given only the digest of ct: the auditors."""
    return hashlib.sha256(enc + ct_digest).digest()
