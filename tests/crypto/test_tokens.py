"""RFC 9577 and RFC 9578, token type 0x0002: vectors, laws, refusals, both backends."""

import hashlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic, tokens
from survey.crypto.blind_rsa import InvalidSignature
from survey.crypto.tokens import Token, TokenChallenge, TokenIssuer, TokenRequest, TokenVerifier
from survey.crypto.wire import b64url_decode
from survey.errors import InvalidInput, InvalidToken
from tests.crypto.support import BACKENDS, CHALLENGE, der_of_numbers, der_of_pem, flipped, token_key, vectors

RFC9578 = vectors("rfc9578_type2.json")["vectors"]
ISSUER = TokenIssuer(token_key())
PENDING = tokens.begin_token(CHALLENGE, ISSUER.spki, os.urandom)
RESPONSE = ISSUER.issue(TokenRequest.parse(PENDING.request))
TOKEN = PENDING.finish(RESPONSE)
VERIFIER = TokenVerifier(ISSUER.spki, CHALLENGE)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    with arithmetic.using(request.param) as chosen:
        yield chosen.name


@pytest.mark.parametrize("vector", RFC9578, ids=range(len(RFC9578)))
def test_rfc_9578_vector_comes_out_step_by_step(vector: dict[str, Any], backend: str) -> None:
    del backend
    value = {name: bytes.fromhex(text) for name, text in vector.items() if isinstance(text, str)}
    issuer = TokenIssuer(der_of_pem(value["skS"]))
    assert issuer.spki == value["pkS"]
    challenge = TokenChallenge.parse(value["token_challenge"])
    assert challenge.encode() == value["token_challenge"]

    pending = tokens.begin_token_with(
        challenge, issuer.spki, nonce=value["nonce"], salt=value["salt"], r=value["blind"]
    )
    assert pending.request == value["token_request"]
    response = issuer.issue(TokenRequest.parse(pending.request))
    assert response == value["token_response"]
    token = pending.finish(response)
    assert token.encode() == value["token"]
    assert (token.nonce, token.challenge_digest) == (value["nonce"], hashlib.sha256(value["token_challenge"]).digest())
    assert token.token_key_id == hashlib.sha256(value["pkS"]).digest()
    TokenVerifier(issuer.spki, challenge).verify(token)


def test_a_token_goes_from_challenge_to_check_on_either_backend(backend: str) -> None:
    del backend
    issuer = TokenIssuer(token_key())

    pending = tokens.begin_token(CHALLENGE, issuer.spki, os.urandom)
    token = pending.finish(issuer.issue(TokenRequest.parse(pending.request)))

    TokenVerifier(issuer.spki, CHALLENGE).verify(token)
    assert (len(issuer.spki), len(pending.request), len(token.encode())) == (342, 259, 354)


def test_the_same_request_gets_the_same_response() -> None:
    assert ISSUER.issue(TokenRequest.parse(PENDING.request)) == RESPONSE


def test_two_tokens_of_one_challenge_share_no_request_nonce_or_authenticator() -> None:
    other = tokens.begin_token(CHALLENGE, ISSUER.spki, os.urandom)
    token = other.finish(ISSUER.issue(TokenRequest.parse(other.request)))

    assert other.request != PENDING.request
    assert (token.nonce, token.authenticator) != (TOKEN.nonce, TOKEN.authenticator)


def test_what_ties_request_and_token_together_is_not_printed() -> None:
    for secret in (PENDING.inv, PENDING.token_input):
        assert repr(secret) not in repr(PENDING)
        assert secret.hex() not in repr(PENDING)


PARSERS = [
    pytest.param(lambda data: TokenRequest.parse(data).encode(), PENDING.request, id="request"),
    pytest.param(lambda data: Token.parse(data).encode(), TOKEN.encode(), id="token"),
    pytest.param(lambda data: TokenChallenge.parse(data).encode(), CHALLENGE.encode(), id="challenge"),
]


@pytest.mark.parametrize(("again", "data"), PARSERS)
def test_what_is_parsed_encodes_to_the_same_bytes(again: Any, data: bytes) -> None:
    assert again(data) == data


@pytest.mark.parametrize(("again", "data"), PARSERS)
def test_every_cut_is_refused(again: Any, data: bytes) -> None:
    for length in range(len(data)):
        with pytest.raises(InvalidInput, match=r"cut|exactly"):
            again(data[:length])


@pytest.mark.parametrize(("again", "data"), PARSERS)
def test_an_extra_byte_is_refused(again: Any, data: bytes) -> None:
    with pytest.raises(InvalidInput, match="exactly"):
        again(data + b"\x00")


@pytest.mark.parametrize(("again", "data"), PARSERS)
def test_another_token_type_is_refused(again: Any, data: bytes) -> None:
    with pytest.raises(InvalidInput, match="Token type 0x0001 is not known"):
        again(b"\x00\x01" + data[2:])


@pytest.mark.parametrize("parse", [TokenRequest.parse, Token.parse, TokenChallenge.parse])
@given(data=st.binary(max_size=400))
def test_any_bytes_are_parsed_to_themselves_or_refused(parse: Any, data: bytes) -> None:
    try:
        parsed = parse(data)
    except InvalidInput:
        return
    assert parsed.encode() == data


@settings(max_examples=40, deadline=None)
@given(st.integers(16, 8 * 354 - 1))
def test_a_token_with_one_flipped_bit_is_invalid(bit: int) -> None:
    with pytest.raises(InvalidToken, match=r"another token key|another challenge|does not verify"):
        VERIFIER.verify(Token.parse(flipped(TOKEN.encode(), bit)))


@settings(max_examples=20, deadline=None)
@given(st.integers(24, 8 * 259 - 1))
def test_a_request_with_one_flipped_bit_never_gives_a_token(bit: int) -> None:
    try:
        response = ISSUER.issue(TokenRequest.parse(flipped(PENDING.request, bit)))
    except InvalidInput:
        return
    with pytest.raises(InvalidSignature, match="does not belong"):
        PENDING.finish(response)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 8 * 256 - 1))
def test_a_response_with_one_flipped_bit_gives_no_token(bit: int) -> None:
    with pytest.raises((InvalidSignature, InvalidInput), match=r"does not belong|below the modulus"):
        PENDING.finish(flipped(RESPONSE, bit))


@pytest.mark.parametrize("response", [RESPONSE[:-1], RESPONSE + b"\x00", b""], ids=["cut", "extended", "empty"])
def test_a_response_of_another_length_is_refused(response: bytes) -> None:
    with pytest.raises(InvalidInput, match="exactly 256 bytes"):
        PENDING.finish(response)


def test_a_request_for_another_key_is_refused() -> None:
    request = TokenRequest.parse(PENDING.request)
    other = TokenRequest(request.truncated_token_key_id ^ 1, request.blinded_msg)

    with pytest.raises(InvalidInput, match="another token key"):
        ISSUER.issue(other)


def test_a_blinded_message_not_below_the_modulus_is_refused() -> None:
    request = TokenRequest(ISSUER.token_key_id[-1], b"\xff" * 256)

    with pytest.raises(InvalidInput, match="below the modulus"):
        ISSUER.issue(request)


def test_a_token_for_another_challenge_is_invalid() -> None:
    other = TokenChallenge(CHALLENGE.issuer_name, bytes(32), CHALLENGE.origin_info)

    with pytest.raises(InvalidToken, match="another challenge"):
        TokenVerifier(ISSUER.spki, other).verify(TOKEN)


def test_a_token_under_another_key_is_invalid() -> None:
    other = tokens.spki_of(der_of_pem(bytes.fromhex(RFC9578[0]["skS"])))

    with pytest.raises(InvalidToken, match="another token key"):
        TokenVerifier(other, CHALLENGE).verify(TOKEN)


def test_a_directory_offers_the_key_that_signs() -> None:
    directory: Any = tokens.issuer_directory(ISSUER.spki, "/e/abc/token-request")

    assert directory["issuer-request-uri"] == "/e/abc/token-request"
    (key,) = directory["token-keys"]
    assert (key["token-type"], b64url_decode(key["token-key"])) == (2, ISSUER.spki)


@pytest.mark.parametrize(
    ("challenge", "reason"),
    [
        pytest.param(TokenChallenge("", b"", "o"), "issuer name", id="no issuer"),
        pytest.param(TokenChallenge("i", bytes(31), "o"), "0 or 32 bytes", id="short context"),
        pytest.param(TokenChallenge("i", b"", "巡察"), "ASCII", id="not ASCII"),
        pytest.param(TokenChallenge("i" * 65536, b"", "o"), "65535", id="too long"),
    ],
)
def test_a_challenge_that_cannot_be_written_is_refused(challenge: TokenChallenge, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        challenge.encode()


def test_a_challenge_with_bytes_that_are_no_ascii_is_refused() -> None:
    with pytest.raises(InvalidInput, match="ASCII"):
        TokenChallenge.parse(bytes.fromhex("0002 0001 ff 00 0000"))


EC_KEY = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
LONGER_KEY = der_of_numbers(*(int(vectors("rfc9474.json")["vectors"][0][name], 16) for name in "nedpq"))


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        pytest.param(b"no key", "not PKCS #8", id="noise"),
        pytest.param(EC_KEY, "not an RSA key", id="another kind"),
        pytest.param(LONGER_KEY, "2048 bits, not 4096", id="another size"),
    ],
)
def test_a_private_key_that_is_no_token_key_is_refused(der: bytes, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        TokenIssuer(der)


def test_a_key_under_the_plain_rsa_identifier_is_refused() -> None:
    # The same key, but another encoding: its token_key_id would be another one.
    plain = tokens.parse_spki(ISSUER.spki).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(InvalidInput, match="in the form of RFC 9578"):
        tokens.parse_spki(plain)


@pytest.mark.parametrize("spki", [ISSUER.spki[:-1], ISSUER.spki + b"\x00", b""], ids=["cut", "extended", "empty"])
def test_an_spki_of_another_length_is_refused(spki: bytes) -> None:
    with pytest.raises(InvalidInput, match="not an SPKI"):
        tokens.parse_spki(spki)
