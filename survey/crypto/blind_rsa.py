"""Blind RSA signatures, all four variants of RFC 9474.

The signer learns nothing about the message it signs: whatever it keeps, every message fits every blinded one.
Law: names, steps and errors are the RFC's; randomness (msg_prefix, salt, r) is handed in. The steps are numbered at the
lines that do them. Source: RFC 9474, sections 4 and 5; RFC 8017, section 9.1.1 (EMSA-PSS-ENCODE).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature as _PssMismatch
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from survey.crypto.arithmetic import RsaPrivateKey, require_below
from survey.errors import InvalidInput, SurveyError

HASH_LEN = 48  # SHA-384
MSG_PREFIX_LEN = 32
_SHA384 = hashes.SHA384()
_MGF1 = padding.MGF1(_SHA384)


class BlindingError(SurveyError):
    """r has no inverse modulo n (RFC 9474, section 4.2, step 7)."""

    status = 500
    kind = "blinding-error"


class SigningFailure(SurveyError):
    """The signer's own check of its result failed: a faulty computation, nothing was sent."""

    status = 500
    kind = "signing-failure"


class InvalidSignature(SurveyError):
    """The signature does not belong to this message and key."""

    status = 401
    kind = "invalid-signature"


@dataclass(frozen=True)
class Variant:
    """A named variant of RFC 9474, section 5: salt length in bytes, and whether Prepare adds a random prefix."""

    name: str
    salt_len: int
    randomized: bool

    @property
    def pss(self) -> padding.PSS:
        return padding.PSS(_MGF1, self.salt_len)


RSABSSA_SHA384_PSS_RANDOMIZED = Variant("RSABSSA-SHA384-PSS-Randomized", 48, True)
RSABSSA_SHA384_PSSZERO_RANDOMIZED = Variant("RSABSSA-SHA384-PSSZERO-Randomized", 0, True)
RSABSSA_SHA384_PSS_DETERMINISTIC = Variant("RSABSSA-SHA384-PSS-Deterministic", 48, False)
RSABSSA_SHA384_PSSZERO_DETERMINISTIC = Variant("RSABSSA-SHA384-PSSZERO-Deterministic", 0, False)
VARIANTS = {
    variant.name: variant
    for variant in (
        RSABSSA_SHA384_PSS_RANDOMIZED,
        RSABSSA_SHA384_PSSZERO_RANDOMIZED,
        RSABSSA_SHA384_PSS_DETERMINISTIC,
        RSABSSA_SHA384_PSSZERO_DETERMINISTIC,
    )
}


def prepare(msg: bytes, variant: Variant, msg_prefix: bytes = b"") -> bytes:
    """The message that is signed (RFC 9474, section 4.1, "Prepare").

    msg_prefix: 32 random bytes for a randomized variant, nothing for a deterministic one; else InvalidInput.
    """
    if len(msg_prefix) != (MSG_PREFIX_LEN if variant.randomized else 0):
        raise InvalidInput(f"{variant.name} takes a message prefix of another length.")
    return msg_prefix + msg


def emsa_pss_encode(msg: bytes, em_bits: int, salt: bytes) -> bytes:
    """encoded_msg, ceil(em_bits / 8) bytes (RFC 8017, section 9.1.1) with SHA-384 and MGF1-SHA-384."""
    em_len = (em_bits + 7) // 8
    # Steps 1, 2.
    m_hash = hashlib.sha384(msg).digest()
    # Step 3.
    if em_len < HASH_LEN + len(salt) + 2:
        raise InvalidInput("The modulus is too short for this encoding.")
    # Steps 5, 6.
    digest = hashlib.sha384(bytes(8) + m_hash + salt).digest()
    # Steps 7, 8.
    db = bytes(em_len - len(salt) - HASH_LEN - 2) + b"\x01" + salt
    # Steps 9 to 11.
    mask = _mgf1(digest, len(db))
    masked = int.from_bytes(db, "big") ^ int.from_bytes(mask, "big")
    masked &= (1 << (8 * len(db) - (8 * em_len - em_bits))) - 1
    # Step 12.
    return masked.to_bytes(len(db), "big") + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    """RFC 8017, section B.2.1."""
    blocks = range(-(-length // HASH_LEN))
    return b"".join(hashlib.sha384(seed + i.to_bytes(4, "big")).digest() for i in blocks)[:length]


def blind(public_key: RSAPublicKey, input_msg: bytes, *, salt: bytes, r: bytes) -> tuple[bytes, bytes]:
    """(blinded_msg, inv), each modulus_len bytes (RFC 9474, section 4.2, "Blind").

    salt: as long as the variant says. r: modulus_len bytes, value from 1 to n - 1, uniformly random and used once.
    Raises InvalidInput for an r out of range or a message that shares a factor with n, BlindingError when r has no
    inverse. Departs from the RFC: r is handed in instead of drawn in step 6.
    """
    numbers = public_key.public_numbers()
    n, modulus_len = numbers.n, _modulus_len(public_key)
    # 1. RFC 9474 writes bit_len(n) here. RFC 8017 needs modBits - 1; only that reproduces the RFC's own vectors.
    encoded_msg = emsa_pss_encode(input_msg, public_key.key_size - 1, salt)
    # 3. m = bytes_to_int(encoded_msg)
    m = int.from_bytes(encoded_msg, "big")
    # 4., 5. is_coprime(m, n)
    if math.gcd(m, n) != 1:
        raise InvalidInput("The message shares a factor with the modulus.")
    # 6. r = random_integer_uniform(1, n)
    r_int = require_below(r, n, modulus_len)
    if r_int == 0:
        raise InvalidInput("The blinding factor r must not be 0.")
    # 7. inv = inverse_mod(r, n)
    try:
        inv = pow(r_int, -1, n)
    except ValueError:
        raise BlindingError("The blinding factor has no inverse; draw another.") from None
    # 8. x = RSAVP1(pk, r); 9. z = m * x mod n
    z = m * pow(r_int, numbers.e, n) % n
    # 10. to 12.
    return z.to_bytes(modulus_len, "big"), inv.to_bytes(modulus_len, "big")


def blind_sign(private_key: RsaPrivateKey, blinded_msg: bytes) -> bytes:
    """blind_sig, modulus_len bytes: sign without seeing (RFC 9474, section 4.3, "BlindSign").

    blinded_msg: exactly modulus_len bytes with a value below n, else InvalidInput. Raises SigningFailure when the
    result does not give back the input: one faulty CRT result sent out would give the key away.
    Departs from the RFC: nowhere.
    """
    # 1. m = bytes_to_int(blinded_msg); 2. s = RSASP1(sk, m)
    s = private_key.private_op(blinded_msg)
    # 3. m' = RSAVP1(pk, s); 4. if m != m', "signing failure"
    if private_key.public_op(s) != blinded_msg:
        raise SigningFailure("The signature did not pass its own check; nothing was sent.")
    # 5. blind_sig = int_to_bytes(s, modulus_len)
    return s


def finalize(
    public_key: RSAPublicKey,
    input_msg: bytes,
    blind_sig: bytes,
    inv: bytes,
    *,
    variant: Variant = RSABSSA_SHA384_PSS_DETERMINISTIC,
) -> bytes:
    """sig, modulus_len bytes (RFC 9474, section 4.4, "Finalize").

    blind_sig: exactly modulus_len bytes with a value below n, else InvalidInput. Raises InvalidSignature when the
    unblinded signature does not verify. Departs from the RFC: a value that is not below n is refused (it says nothing).
    """
    n, modulus_len = public_key.public_numbers().n, _modulus_len(public_key)
    # 1., 2. "unexpected input size"; 3. z = bytes_to_int(blind_sig)
    z = require_below(blind_sig, n, modulus_len)
    # 4. s = z * inv mod n; 5. sig = int_to_bytes(s, modulus_len)
    s = z * require_below(inv, n, modulus_len) % n
    sig = s.to_bytes(modulus_len, "big")
    # 6. to 8. RSASSA-PSS-VERIFY
    verify(public_key, input_msg, sig, variant=variant)
    return sig


def verify(
    public_key: RSAPublicKey, msg: bytes, sig: bytes, *, variant: Variant = RSABSSA_SHA384_PSS_DETERMINISTIC
) -> None:
    """RSASSA-PSS-VERIFY of msg, as Prepare gave it (RFC 9474, section 4.5). Raises InvalidSignature."""
    try:
        public_key.verify(sig, msg, variant.pss, _SHA384)
    except _PssMismatch:
        raise InvalidSignature("The signature does not belong to this message and key.") from None


def _modulus_len(public_key: RSAPublicKey) -> int:
    return (public_key.key_size + 7) // 8
