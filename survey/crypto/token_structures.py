"""The structures and keys of Privacy Pass tokens of type 0x0002.

Law: lengths stand here once; every structure is parsed exactly or refused. Sources: RFC 9577 sections 2.1, 2.2;
RFC 9578 sections 4, 6 and 8.2.2.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from survey.crypto.wire import Reader, b64url_encode
from survey.errors import InvalidInput

TOKEN_TYPE = 0x0002
NK = 256  # bytes of an RSA-2048 modulus (RFC 9578, section 8.2.2)
TOKEN_REQUEST_LEN = 2 + 1 + NK  # 259
TOKEN_RESPONSE_LEN = NK  # 256
TOKEN_INPUT_LEN = 2 + 32 + 32 + 32  # 98
TOKEN_LEN = TOKEN_INPUT_LEN + NK  # 354
SPKI_LEN = 342

REQUEST_MEDIA_TYPE = "application/private-token-request"
RESPONSE_MEDIA_TYPE = "application/private-token-response"
DIRECTORY_MEDIA_TYPE = "application/private-token-issuer-directory"

_PUBLIC_EXPONENT = 65537
# RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt length 48. The hash identifiers carry no NULL and the trailer field
# is left out: other encodings of the same facts would give another token_key_id (RFC 9578, section 6.5).
_PSS_ALGORITHM = bytes.fromhex(
    "303d06092a864886f70d01010a3030a00d300b0609608648016503040202"
    "a11a301806092a864886f70d010108300b0609608648016503040202a203020130"
)


@dataclass(frozen=True)
class TokenChallenge:
    """What a token is good for (RFC 9577, section 2.1). redemption_context: 0 or 32 bytes.

    struct { uint16_t token_type = 0x0002; opaque issuer_name<1..2^16-1>; opaque redemption_context<0..32>;
             opaque origin_info<0..2^16-1>; } TokenChallenge;
    """

    issuer_name: str
    redemption_context: bytes
    origin_info: str

    def encode(self) -> bytes:
        """The canonical bytes. Raises InvalidInput for a name that does not fit or a context not 0 or 32 bytes."""
        issuer_name, origin_info = _ascii(self.issuer_name), _ascii(self.origin_info)
        if not issuer_name or len(self.redemption_context) not in (0, 32):
            raise InvalidInput("A token challenge needs an issuer name and a redemption context of 0 or 32 bytes.")
        return (
            TOKEN_TYPE.to_bytes(2, "big")
            + len(issuer_name).to_bytes(2, "big")
            + issuer_name
            + len(self.redemption_context).to_bytes(1, "big")
            + self.redemption_context
            + len(origin_info).to_bytes(2, "big")
            + origin_info
        )

    @property
    def digest(self) -> bytes:
        """challenge_digest: SHA-256 of the encoding, 32 bytes."""
        return hashlib.sha256(self.encode()).digest()

    @classmethod
    def parse(cls, data: bytes) -> TokenChallenge:
        """Exactly one challenge of type 0x0002, else InvalidInput."""
        reader = Reader(data)
        _require_type(reader.u16())
        fields = reader.take(reader.u16()), reader.take(reader.u8()), reader.take(reader.u16())
        reader.finish()
        try:
            challenge = cls(fields[0].decode("ascii"), fields[1], fields[2].decode("ascii"))
        except UnicodeDecodeError:
            raise InvalidInput("Names in a token challenge are ASCII.") from None
        challenge.encode()
        return challenge


@dataclass(frozen=True)
class TokenRequest:
    """What the client sends to the issuer (RFC 9578, section 6.1): 259 bytes.

    struct { uint16_t token_type = 0x0002; uint8_t truncated_token_key_id; uint8_t blinded_msg[Nk]; } TokenRequest;
    """

    truncated_token_key_id: int
    blinded_msg: bytes

    def encode(self) -> bytes:
        return TOKEN_TYPE.to_bytes(2, "big") + bytes([self.truncated_token_key_id]) + self.blinded_msg

    @classmethod
    def parse(cls, data: bytes) -> TokenRequest:
        """Exactly 259 bytes of type 0x0002, else InvalidInput."""
        reader = Reader(data)
        _require_type(reader.u16())
        request = cls(reader.u8(), reader.take(NK))
        reader.finish()
        return request


@dataclass(frozen=True)
class Token:
    """nonce 32, challenge_digest 32, token_key_id 32, authenticator 256 bytes (RFC 9577, section 2.2): 354 in all.

    struct { uint16_t token_type = 0x0002; uint8_t nonce[32]; uint8_t challenge_digest[32];
             uint8_t token_key_id[Nid]; uint8_t authenticator[Nk]; } Token;
    """

    nonce: bytes
    challenge_digest: bytes
    token_key_id: bytes
    authenticator: bytes

    def encode(self) -> bytes:
        return self.token_input() + self.authenticator

    def token_input(self) -> bytes:
        """The 98 bytes that are signed (RFC 9578, section 6.1)."""
        return token_input(self.nonce, self.challenge_digest, self.token_key_id)

    @classmethod
    def parse(cls, data: bytes) -> Token:
        """Exactly 354 bytes of type 0x0002, else InvalidInput."""
        if len(data) != TOKEN_LEN:
            raise InvalidInput(f"A token is exactly {TOKEN_LEN} bytes long, not {len(data)}.")
        _require_type(int.from_bytes(data[:2], "big"))
        return cls(data[2:34], data[34:66], data[66:98], data[98:])


def token_input(nonce: bytes, challenge_digest: bytes, token_key_id: bytes) -> bytes:
    return TOKEN_TYPE.to_bytes(2, "big") + nonce + challenge_digest + token_key_id


def generate_token_key() -> bytes:
    """A fresh RSA-2048 key as PKCS #8 DER. Secret; one per evaluation."""
    key = rsa.generate_private_key(_PUBLIC_EXPONENT, 8 * NK)
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def spki_of(der: bytes) -> bytes:
    """The public half of a PKCS #8 token key: 342 bytes with the RSASSA-PSS identifier (RFC 9578, section 6.5).

    Raises InvalidInput for a key that is not RSA-2048.
    """
    try:
        # Our own key, tried out by arithmetic.rsa_private_key before it signs: no primality tests here.
        key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError) as reason:
        raise InvalidInput("The token key is not PKCS #8 DER.") from reason
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidInput("The token key is not an RSA key.")
    return _spki(key.public_key())


def _spki(public_key: rsa.RSAPublicKey) -> bytes:
    if public_key.key_size != 8 * NK:
        raise InvalidInput(f"A token key has {8 * NK} bits, not {public_key.key_size}.")
    # cryptography writes only the rsaEncryption identifier, whose hash would be another token_key_id.
    pkcs1 = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    bits = _der(0x03, b"\x00" + pkcs1)
    return _der(0x30, _PSS_ALGORITHM + bits)


def _der(tag: int, content: bytes) -> bytes:
    """Tag, two-byte length (256 bytes or more, as in every SPKI here), content."""
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content


def parse_spki(spki: bytes) -> rsa.RSAPublicKey:
    """The key in an SPKI as spki_of writes it; any other form or size is refused with InvalidInput."""
    try:
        key = serialization.load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as reason:
        raise InvalidInput("The token key is not an SPKI in DER.") from reason
    if not isinstance(key, rsa.RSAPublicKey) or _spki(key) != spki:
        raise InvalidInput("The token key is not RSA-2048 in the form of RFC 9578, section 6.5.")
    return key


def token_key_id(spki: bytes) -> bytes:
    """SHA-256 of the SPKI, 32 bytes; its last byte is the truncated_token_key_id."""
    return hashlib.sha256(spki).digest()


def issuer_directory(spki: bytes, issuer_request_uri: str) -> dict[str, object]:
    """The issuer directory as a JSON object (RFC 9578, section 4)."""
    key = {"token-type": TOKEN_TYPE, "token-key": b64url_encode(spki)}
    return {"issuer-request-uri": issuer_request_uri, "token-keys": [key]}


def _require_type(token_type: int) -> None:
    if token_type != TOKEN_TYPE:
        raise InvalidInput(f"Token type 0x{token_type:04x} is not known here; expected 0x{TOKEN_TYPE:04x}.")


def _ascii(name: str) -> bytes:
    if not name.isascii() or len(name) > 0xFFFF:
        raise InvalidInput("Names in a token challenge are ASCII and at most 65535 bytes long.")
    return name.encode("ascii")
