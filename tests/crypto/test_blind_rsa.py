"""RFC 9474: every vector with every intermediate value, the law, and what is refused."""

import os
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic, blind_rsa
from survey.crypto.blind_rsa import BlindingError, InvalidSignature, SigningFailure
from survey.crypto.tokens import parse_spki, spki_of
from survey.errors import InvalidInput
from tests.crypto.support import BACKENDS, der_of_numbers, flipped, token_key, vectors

RFC9474 = vectors("rfc9474.json")["vectors"]
IDS = [vector["variant"] for vector in RFC9474]
PUBLIC = parse_spki(spki_of(token_key()))
N = PUBLIC.public_numbers().n
ONE = (1).to_bytes(256, "big")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("vector", RFC9474, ids=IDS)
def test_rfc_9474_vector_comes_out_step_by_step(vector: dict[str, Any], backend: str) -> None:
    n, e, d, p, q = (int(vector[name], 16) for name in "nedpq")
    variant = blind_rsa.VARIANTS[vector["variant"]]
    public = RSAPublicNumbers(e, n).public_key()
    salt, inv = bytes.fromhex(vector["salt"]), bytes.fromhex(vector["inv"])
    r = pow(int.from_bytes(inv, "big"), -1, n).to_bytes(len(inv), "big")
    assert variant.salt_len == len(salt) == vector["salt_length"]

    input_msg = blind_rsa.prepare(bytes.fromhex(vector["msg"]), variant, bytes.fromhex(vector["msg_prefix"]))
    assert input_msg.hex() == vector["input_msg"]
    encoded_msg = blind_rsa.emsa_pss_encode(input_msg, n.bit_length() - 1, salt)
    assert encoded_msg.hex() == vector.get("encoded_msg", encoded_msg.hex())
    blinded_msg, own_inv = blind_rsa.blind(public, input_msg, salt=salt, r=r)
    assert (blinded_msg.hex(), own_inv.hex()) == (vector["blinded_msg"], vector["inv"])
    private = arithmetic.load(backend).rsa_private_key(der_of_numbers(n, e, d, p, q))
    blind_sig = blind_rsa.blind_sign(private, blinded_msg)
    assert blind_sig.hex() == vector["blind_sig"]
    sig = blind_rsa.finalize(public, input_msg, blind_sig, inv, variant=variant)
    assert sig.hex() == vector["sig"]
    blind_rsa.verify(public, input_msg, sig, variant=variant)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=48, max_size=48), st.integers(1, N - 1))
def test_blind_sign_finalize_verifies_for_any_message(msg: bytes, salt: bytes, r: int) -> None:
    private = arithmetic.rsa_private_key(token_key())

    blinded_msg, inv = blind_rsa.blind(PUBLIC, msg, salt=salt, r=r.to_bytes(256, "big"))
    sig = blind_rsa.finalize(PUBLIC, msg, blind_rsa.blind_sign(private, blinded_msg), inv)

    blind_rsa.verify(PUBLIC, msg, sig)


def test_one_message_under_two_blindings_is_two_requests_and_one_signature() -> None:
    private = arithmetic.rsa_private_key(token_key())
    salt = bytes(48)
    requests = [
        blind_rsa.blind(PUBLIC, b"msg", salt=salt, r=(1 + int.from_bytes(os.urandom(200), "big")).to_bytes(256, "big"))
        for _ in range(2)
    ]

    sigs = {blind_rsa.finalize(PUBLIC, b"msg", blind_rsa.blind_sign(private, z), inv) for z, inv in requests}

    assert requests[0][0] != requests[1][0]
    assert len(sigs) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 8 * 256 - 1))
def test_a_response_with_one_flipped_bit_is_refused(bit: int) -> None:
    private = arithmetic.rsa_private_key(token_key())
    z, inv = blind_rsa.blind(PUBLIC, b"msg", salt=bytes(48), r=(3).to_bytes(256, "big"))
    wrong = flipped(blind_rsa.blind_sign(private, z), bit)

    with pytest.raises((InvalidSignature, InvalidInput), match=r"does not belong|below the modulus"):
        blind_rsa.finalize(PUBLIC, b"msg", wrong, inv)


@pytest.mark.parametrize(
    "blinded_msg",
    [
        pytest.param(N.to_bytes(256, "big"), id="z = n"),
        pytest.param((N + 1).to_bytes(256, "big"), id="z = n + 1"),
        pytest.param(b"\xff" * 256, id="all ones"),
        pytest.param(bytes(255), id="cut"),
        pytest.param(bytes(257), id="extended"),
    ],
)
def test_a_blinded_message_out_of_range_is_not_signed(blinded_msg: bytes) -> None:
    with pytest.raises(InvalidInput, match="exactly 256 bytes with a value below the modulus"):
        blind_rsa.blind_sign(arithmetic.rsa_private_key(token_key()), blinded_msg)


@pytest.mark.parametrize("blind_sig", [N.to_bytes(256, "big"), bytes(255), bytes(257)], ids=["n", "cut", "extended"])
def test_a_blind_signature_out_of_range_is_refused(blind_sig: bytes) -> None:
    with pytest.raises(InvalidInput, match="below the modulus"):
        blind_rsa.finalize(PUBLIC, b"msg", blind_sig, ONE)


@pytest.mark.parametrize("r", [N.to_bytes(256, "big"), bytes(255)], ids=["n", "cut"])
def test_a_blinding_factor_out_of_range_is_refused(r: bytes) -> None:
    with pytest.raises(InvalidInput, match="below the modulus"):
        blind_rsa.blind(PUBLIC, b"msg", salt=bytes(48), r=r)


def test_zero_is_no_blinding_factor() -> None:
    with pytest.raises(InvalidInput, match="must not be 0"):
        blind_rsa.blind(PUBLIC, b"msg", salt=bytes(48), r=bytes(256))


def test_a_blinding_factor_without_inverse_is_a_blinding_error() -> None:
    vector = RFC9474[2]
    n, e, p = int(vector["n"], 16), int(vector["e"], 16), int(vector["p"], 16)

    with pytest.raises(BlindingError, match="no inverse"):
        blind_rsa.blind(RSAPublicNumbers(e, n).public_key(), b"msg", salt=bytes(48), r=p.to_bytes(512, "big"))


class _Faulty:
    """A key whose private operation goes wrong once, as a flipped bit in a CRT half would make it."""

    def __init__(self) -> None:
        self._right = arithmetic.rsa_private_key(token_key())
        self.modulus, self.public_exponent, self.modulus_len = N, 65537, 256

    def private_op(self, m: bytes) -> bytes:
        return flipped(self._right.private_op(m), 2047)

    def public_op(self, s: bytes) -> bytes:
        return self._right.public_op(s)


def test_a_faulty_signature_never_leaves_the_signer() -> None:
    with pytest.raises(SigningFailure, match="own check"):
        blind_rsa.blind_sign(_Faulty(), (7).to_bytes(256, "big"))


def test_a_signature_of_another_message_is_refused() -> None:
    private = arithmetic.rsa_private_key(token_key())
    z, inv = blind_rsa.blind(PUBLIC, b"msg", salt=bytes(48), r=ONE)
    sig = blind_rsa.finalize(PUBLIC, b"msg", blind_rsa.blind_sign(private, z), inv)

    with pytest.raises(InvalidSignature, match="does not belong"):
        blind_rsa.verify(PUBLIC, b"other", sig)


def test_a_deterministic_variant_takes_no_prefix() -> None:
    with pytest.raises(InvalidInput, match="prefix of another length"):
        blind_rsa.prepare(b"msg", blind_rsa.RSABSSA_SHA384_PSS_DETERMINISTIC, bytes(32))


def test_a_modulus_too_short_for_the_encoding_is_refused() -> None:
    with pytest.raises(InvalidInput, match="too short"):
        blind_rsa.emsa_pss_encode(b"msg", 512, bytes(48))
