"""The page's token client against RFC 9578's vectors, and against this server's issuer in both directions."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from survey.crypto import sealing, tokens
from survey.crypto.tokens import Token, TokenChallenge, TokenIssuer, TokenRequest, TokenVerifier
from tests.client.node import ask, ask_all, refusal

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "rfc9578_type2.json").read_text("utf-8")
)["vectors"]
DIGEST = bytes(range(32))


@pytest.fixture(scope="module")
def issuer() -> TokenIssuer:
    return TokenIssuer(tokens.generate_token_key())


def begun(vector: dict[str, Any]) -> dict[str, Any]:
    return {
        "do": "begin",
        "challenge": vector["token_challenge"],
        "spki": vector["pkS"],
        "nonce": vector["nonce"],
        "salt": vector["salt"],
        "r": vector["blind"],
    }


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_rfc_9578_vector_gives_its_request_and_its_token(number: int) -> None:
    vector = VECTORS[number]
    pending = ask_all([begun(vector)])[0]["ok"]
    assert pending["request"] == vector["token_request"]
    assert ask("finish", spki=vector["pkS"], response=vector["token_response"], **pending) == vector["token"]


def test_a_token_of_this_issuer_is_accepted_by_this_verifier(issuer: TokenIssuer) -> None:
    challenge = TokenChallenge("survey.example", DIGEST, "survey.example")
    encoded = ask("challenge", issuer="survey.example", context=DIGEST.hex(), origin="survey.example")
    assert encoded == challenge.encode().hex()
    pending = ask("begin", challenge=encoded, spki=issuer.spki.hex())
    response = issuer.issue(TokenRequest.parse(bytes.fromhex(pending["request"])))
    token = bytes.fromhex(ask("finish", spki=issuer.spki.hex(), response=response.hex(), **pending))
    TokenVerifier(issuer.spki, challenge).verify(Token.parse(token))
    assert tokens.parse_authorization(ask("authorization", token=token.hex())).encode() == token


def test_two_requests_with_the_same_challenge_differ(issuer: TokenIssuer) -> None:
    question = {"do": "begin", "challenge": DIGEST.hex(), "spki": issuer.spki.hex()}
    first, second = (reply["ok"] for reply in ask_all([question, question]))
    assert first["request"][6:] != second["request"][6:]
    assert first["tokenInput"] != second["tokenInput"]


@pytest.mark.parametrize("byte", [0, 100, 255])
def test_a_changed_signature_is_refused(byte: int) -> None:
    vector = VECTORS[0]
    response = bytearray.fromhex(vector["token_response"])
    response[byte] ^= 1
    pending = ask_all([begun(vector)])[0]["ok"]
    assert refusal("finish", spki=vector["pkS"], response=response.hex(), **pending) == "invalid signature"


def test_a_signature_of_another_length_is_refused() -> None:
    pending = ask_all([begun(VECTORS[0])])[0]["ok"]
    short = VECTORS[0]["token_response"][2:]
    assert refusal("finish", spki=VECTORS[0]["pkS"], response=short, **pending) == "unexpected input size"


def test_a_signature_not_below_the_modulus_is_refused() -> None:
    pending = ask_all([begun(VECTORS[0])])[0]["ok"]
    assert refusal("finish", spki=VECTORS[0]["pkS"], response="ff" * 256, **pending) == "invalid signature"


def test_a_blinding_factor_that_shares_a_factor_with_the_modulus_is_refused() -> None:
    question = {**begun(VECTORS[0]), "r": ask("modulus", spki=VECTORS[0]["pkS"]).rjust(512, "0")}
    assert ask_all([question])[0]["refused"] == "blinding error"


@pytest.mark.parametrize("place", [0, 3, 25, 60, 67, 80, 336, 337, 341])
def test_a_key_written_in_any_other_way_is_refused(place: int) -> None:
    spki = bytearray.fromhex(VECTORS[0]["pkS"])
    spki[place] ^= 1
    assert refusal("modulus", spki=spki.hex()).startswith("not a")


def test_a_key_with_trailing_bytes_is_refused() -> None:
    assert "expected form" in refusal("modulus", spki=VECTORS[0]["pkS"] + "00")


def test_what_the_phone_seals_is_what_the_opening_opens() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    scalar = key.private_numbers().private_value.to_bytes(32, "big")
    public = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    token = secrets.token_bytes(tokens.TOKEN_LEN)
    plaintext = sealing.pad("意见".encode(), 512)
    reply = ask("seal", publicKey=public.hex(), digest=DIGEST.hex(), token=token.hex(), plaintext=plaintext.hex())
    sealed = bytes.fromhex(reply["sealed"])
    enc, ct = sealed[: sealing.ENC_LEN], sealed[sealing.ENC_LEN :]
    assert len(sealed) == sealing.ENC_LEN + 512 + sealing.TAG_LEN
    assert sealing.open_with_key(scalar, enc, sealing.ballot_info(DIGEST, token), ct) == plaintext
    assert reply["receipt"] == sealing.receipt(enc, ct).hex()


@pytest.mark.parametrize("length", [0, 1, 255, 508])
def test_padding_is_the_same_on_both_sides(length: int) -> None:
    data = secrets.token_bytes(length)
    assert ask("pad", data=data.hex(), length=512) == sealing.pad(data, 512).hex()


def test_what_does_not_fit_is_refused_and_not_cut() -> None:
    assert refusal("pad", data="00" * 509, length=512) == "answers do not fit"
