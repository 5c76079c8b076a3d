"""Hashing to scalars, with the RFC's own values under it."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.crypto.arithmetic import ORDER
from survey.crypto.scalars import ScalarHash, decode_scalar, encode_scalar, expand_message_xmd, random_scalar
from survey.errors import InvalidInput
from tests.crypto.support import vectors

RFC9380 = vectors("rfc9380_expand.json")


@pytest.mark.parametrize("vector", RFC9380["vectors"], ids=lambda vector: vector["msg"] or "empty")
def test_rfc_9380_vector_comes_out(vector: dict[str, str]) -> None:
    assert expand_message_xmd(vector["msg"].encode(), RFC9380["DST"].encode(), 32).hex() == vector["uniform_bytes"]


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_the_fast_hash_to_scalar_is_the_general_one(msg: bytes, context_string: bytes) -> None:
    uniform = expand_message_xmd(msg, b"HashToScalar-" + context_string, 48)

    assert ScalarHash(context_string)(msg) == int.from_bytes(uniform, "big") % ORDER


@given(st.integers(0, ORDER - 1))
def test_a_scalar_encodes_to_32_bytes_and_back(scalar: int) -> None:
    assert decode_scalar(encode_scalar(scalar)) == scalar


@pytest.mark.parametrize("data", [ORDER.to_bytes(32, "big"), bytes(31), bytes(33)], ids=["order", "cut", "extended"])
def test_bytes_that_are_no_scalar_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="below the group order"):
        decode_scalar(data)


@given(st.binary(min_size=48, max_size=48))
def test_a_random_scalar_is_never_zero_and_below_the_order(drawn: bytes) -> None:
    assert 0 < random_scalar(lambda length: drawn[:length]) < ORDER


def test_two_random_scalars_differ() -> None:
    assert random_scalar(os.urandom) != random_scalar(os.urandom)


def test_a_separation_tag_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput, match="255 bytes"):
        ScalarHash(bytes(250))


def test_more_bytes_than_there_are_are_refused() -> None:
    with pytest.raises(InvalidInput, match="More bytes"):
        expand_message_xmd(b"", b"tag", 256 * 32)
