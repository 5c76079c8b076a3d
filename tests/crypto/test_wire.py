"""Strict base64url and exact-length reading."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.crypto.wire import Reader, b64url_decode, b64url_encode
from survey.errors import InvalidInput


@given(st.binary(max_size=100))
def test_what_is_encoded_decodes_to_the_same_with_and_without_padding(data: bytes) -> None:
    text = b64url_encode(data)

    assert text == base64.urlsafe_b64encode(data).decode()
    assert b64url_decode(text) == b64url_decode(text.rstrip("=")) == data


@given(st.text(max_size=40))
def test_any_text_decodes_to_bytes_with_this_one_encoding_or_is_refused(text: str) -> None:
    try:
        data = b64url_decode(text)
    except InvalidInput:
        return
    assert b64url_encode(data).rstrip("=") == text.rstrip("=")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("ab+/", "not base64url", id="the other alphabet"),
        pytest.param("YQ=", "wrongly padded", id="half of the padding"),
        pytest.param("YQ===", "not base64url", id="too much padding"),
        pytest.param("YWJj=", "wrongly padded", id="padding where none belongs"),
        pytest.param("==", "wrongly padded", id="padding alone"),
        pytest.param("YWJjZ", "cut", id="a length no bytes have"),
        pytest.param("YR==", "not canonical", id="spare bits set"),
        pytest.param("YWJj\n", "not base64url", id="a line end"),
        pytest.param("YW Jj", "not base64url", id="a space inside"),
        pytest.param("ＹＱ", "not base64url", id="full-width letters"),
    ],
)
def test_text_that_is_not_strict_base64url_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        b64url_decode(text)


def test_reader_takes_fields_in_order() -> None:
    reader = Reader(bytes.fromhex("01 0203 04050607 0809"))

    assert (reader.u8(), reader.u16(), reader.u32(), reader.take(2)) == (1, 0x0203, 0x04050607, b"\x08\x09")
    reader.finish()


def test_reader_refuses_a_cut_message() -> None:
    with pytest.raises(InvalidInput, match="3 bytes, at least 4"):
        Reader(b"abc").u32()


def test_reader_refuses_bytes_left_over() -> None:
    reader = Reader(b"abc")
    reader.u16()

    with pytest.raises(InvalidInput, match="exactly 2 expected"):
        reader.finish()
