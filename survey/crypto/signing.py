"""Signatures on the messages of a key making: ECDSA over P-256 with SHA-256, as browsers offer it.

Law: a signature is 64 bytes r || s (IEEE P1363, what WebCrypto writes), never DER; a key is 65 bytes uncompressed. So a
notice board that relays messages can hold them back, but cannot write one. Source: FIPS 186-5, section 6.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from survey.errors import InvalidInput, SurveyError

SIGNATURE_LEN = 64
_HALF = 32
_ECDSA = ec.ECDSA(hashes.SHA256())


class WrongSignature(SurveyError):
    """The message was not written by the holder of this key, or was changed on its way."""

    status = 422
    kind = "wrong-signature"


def sign(secret: bytes, message: bytes) -> bytes:
    """64 bytes. secret: a scalar of 32 bytes between 1 and the order."""
    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(message, _ECDSA))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """public_key: 65 bytes, else InvalidInput. Raises WrongSignature."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
    except ValueError:
        raise InvalidInput("The signing key is not a point of P-256.") from None
    if len(signature) != SIGNATURE_LEN:
        raise WrongSignature(f"A signature is exactly {SIGNATURE_LEN} bytes long.")
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, _ECDSA)
    except InvalidSignature:
        raise WrongSignature("The signature does not check.") from None
