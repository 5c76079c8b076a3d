"""The three roles of Privacy Pass with tokens of type 0x0002: issuer, client, and the origin's verifier.

Law: the issuer sees a blinded message and nothing else; the verifier sees a token and nothing else; what the client
holds between the two would tie them together and is never shown, logged or printed.
Sources: RFC 9578 sections 6.1 to 6.4; RFC 9577 section 2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from survey.crypto import arithmetic, blind_rsa
from survey.crypto.token_structures import (
    NK,
    Token,
    TokenChallenge,
    TokenRequest,
    parse_spki,
    spki_of,
    token_input,
    token_key_id,
)
from survey.errors import InvalidInput, InvalidToken

_SALT_LEN = blind_rsa.RSABSSA_SHA384_PSS_DETERMINISTIC.salt_len
# 16 bytes more than the modulus before reducing: r is then uniform up to 2^-128.
_R_SPARE_LEN = 16


class TokenIssuer:
    """Issues blind signatures under one token key (RFC 9578, section 6.2). Thread-safe, fork-safe."""

    def __init__(self, der: bytes) -> None:
        self.spki = spki_of(der)
        self.token_key_id = token_key_id(self.spki)
        self._private_key = arithmetic.rsa_private_key(der)

    def check(self, request: TokenRequest) -> None:
        """Refuse what issue() would refuse, without signing: a bad request must not use up anything.

        Raises InvalidInput for another key's id or a blinded_msg that is not below the modulus.
        """
        if request.truncated_token_key_id != self.token_key_id[-1]:
            raise InvalidInput("The token request names another token key.")
        arithmetic.require_below(request.blinded_msg, self._private_key.modulus, self._private_key.modulus_len)

    def issue(self, request: TokenRequest) -> bytes:
        """blind_sig, 256 bytes; the same request gives the same bytes. Raises as check() does."""
        self.check(request)
        return blind_rsa.blind_sign(self._private_key, request.blinded_msg)


class TokenVerifier:
    """Checks tokens against one key and one challenge (RFC 9578, section 6.4; RFC 9577, section 2.2)."""

    def __init__(self, spki: bytes, challenge: TokenChallenge) -> None:
        self._public_key = parse_spki(spki)
        self._token_key_id = token_key_id(spki)
        self._challenge_digest = challenge.digest

    def verify(self, token: Token) -> None:
        """Raises InvalidToken, naming what does not fit. Whether it was spent is the ballot box's to say."""
        if token.token_key_id != self._token_key_id:
            raise InvalidToken("The token was issued under another token key.")
        if token.challenge_digest != self._challenge_digest:
            raise InvalidToken("The token is bound to another challenge.")
        try:
            blind_rsa.verify(self._public_key, token.token_input(), token.authenticator)
        except blind_rsa.InvalidSignature:
            raise InvalidToken("The token's signature does not verify.") from None


@dataclass(frozen=True)
class PendingToken:
    """A client between request and response. request: the 259 bytes to send; the rest is secret.

    repr shows the request only: one printed inv together with the issuer's log would name the respondent.
    """

    request: bytes
    spki: bytes = field(repr=False)
    token_input: bytes = field(repr=False)
    inv: bytes = field(repr=False)

    def finish(self, response: bytes) -> Token:
        """The token (RFC 9578, section 6.3). response: exactly 256 bytes.

        Raises InvalidInput for another length or value, blind_rsa.InvalidSignature when it does not verify.
        """
        authenticator = blind_rsa.finalize(parse_spki(self.spki), self.token_input, response, self.inv)
        return Token.parse(self.token_input + authenticator)


def begin_token(challenge: TokenChallenge, spki: bytes, randomness: Callable[[int], bytes]) -> PendingToken:
    """Start a token with fresh nonce, salt and r (RFC 9578, section 6.1). Raises InvalidInput for a malformed SPKI."""
    n = parse_spki(spki).public_numbers().n
    nonce, salt = randomness(32), randomness(_SALT_LEN)
    r = int.from_bytes(randomness(NK + _R_SPARE_LEN), "big") % (n - 1) + 1
    return begin_token_with(challenge, spki, nonce=nonce, salt=salt, r=r.to_bytes(NK, "big"))


def begin_token_with(challenge: TokenChallenge, spki: bytes, *, nonce: bytes, salt: bytes, r: bytes) -> PendingToken:
    """begin_token with its randomness given: nonce 32, salt 48, r 256 bytes. For vectors."""
    key_id = token_key_id(spki)
    message = token_input(nonce, challenge.digest, key_id)
    blinded_msg, inv = blind_rsa.blind(parse_spki(spki), message, salt=salt, r=r)
    return PendingToken(TokenRequest(key_id[-1], blinded_msg).encode(), spki, message, inv)
