"""RFC 9180 with every intermediate value, padding, receipts, and what does not open."""

import hashlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto import arithmetic, sealing
from survey.crypto.sealing import ENC_LEN, TAG_LEN, UnsealFailed
from survey.errors import InvalidInput
from tests.crypto.support import BACKENDS, flipped, hpke_vector

SECRET = bytes(range(1, 33))
PUBLIC = arithmetic.load("gmp").p256.mult_base(SECRET)
INFO = sealing.ballot_info(bytes(32), b"token")
SEALED = sealing.seal(PUBLIC, INFO, b"answers")


@pytest.mark.parametrize("backend", BACKENDS)
def test_rfc_9180_vector_comes_out_step_by_step(backend: str) -> None:
    vector = hpke_vector()
    points = arithmetic.load(backend).p256
    value = {name: bytes.fromhex(text) for name, text in vector.items() if isinstance(text, str)}
    enc, public_key = value["enc"], value["pkRm"]
    assert points.mult_base(value["skRm"]) == public_key
    assert points.mult_base(value["skEm"]) == value["pkEm"] == enc

    dh = points.mult(value["skRm"], enc)
    assert dh == points.mult(value["skEm"], public_key)
    shared_secret = sealing.extract_and_expand(dh, enc + public_key)
    assert shared_secret == value["shared_secret"]
    schedule = sealing.key_schedule(shared_secret, value["info"])
    assert schedule.key_schedule_context == value["key_schedule_context"]
    assert schedule.secret == value["secret"]
    assert schedule.key == value["key"]
    assert schedule.base_nonce == value["base_nonce"]
    assert schedule.exporter_secret == value["exporter_secret"]
    first = {name: bytes.fromhex(text) for name, text in vector["encryptions"][0].items()}
    assert first["nonce"] == schedule.base_nonce
    opened = sealing.open_with_dh(dh, enc, public_key, value["info"], first["ct"], aad=first["aad"])
    assert opened == first["pt"]


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=3000), st.binary(max_size=100))
def test_what_the_library_seals_opens_from_the_shared_point(plaintext: bytes, info: bytes) -> None:
    sealed = sealing.seal(PUBLIC, info, plaintext)

    assert len(sealed) == ENC_LEN + len(plaintext) + TAG_LEN
    assert sealing.open_with_key(SECRET, sealed[:ENC_LEN], info, sealed[ENC_LEN:]) == plaintext


@settings(max_examples=30, deadline=None)
@given(st.integers(8 * ENC_LEN, 8 * len(SEALED) - 1))
def test_a_sealed_body_with_one_flipped_bit_does_not_open(bit: int) -> None:
    changed = flipped(SEALED, bit)

    with pytest.raises(UnsealFailed, match="do not open"):
        sealing.open_with_key(SECRET, changed[:ENC_LEN], INFO, changed[ENC_LEN:])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 8 * ENC_LEN - 1))
def test_an_enc_with_one_flipped_bit_is_no_point_of_the_curve(bit: int) -> None:
    with pytest.raises(InvalidInput, match="not a point"):
        sealing.open_with_key(SECRET, flipped(SEALED[:ENC_LEN], bit), INFO, SEALED[ENC_LEN:])


@pytest.mark.parametrize("ct", [b"", SEALED[ENC_LEN:-1], SEALED[ENC_LEN:] + b"\x00"], ids=["empty", "cut", "extended"])
def test_a_sealed_body_of_another_length_does_not_open(ct: bytes) -> None:
    with pytest.raises(UnsealFailed, match="do not open"):
        sealing.open_with_key(SECRET, SEALED[:ENC_LEN], INFO, ct)


def test_answers_sealed_for_another_token_do_not_open() -> None:
    other = sealing.ballot_info(bytes(32), b"another token")

    with pytest.raises(UnsealFailed, match="do not open"):
        sealing.open_with_key(SECRET, SEALED[:ENC_LEN], other, SEALED[ENC_LEN:])


def test_answers_sealed_for_another_key_do_not_open() -> None:
    with pytest.raises(UnsealFailed, match="do not open"):
        sealing.open_with_key(os.urandom(32), SEALED[:ENC_LEN], INFO, SEALED[ENC_LEN:])


def test_sealing_to_bytes_that_are_no_point_is_refused() -> None:
    with pytest.raises(InvalidInput, match="opening key is not a point"):
        sealing.seal(bytes(65), INFO, b"")


def test_the_info_of_a_ballot_is_written_as_published() -> None:
    info = sealing.ballot_info(b"\x07" * 32, b"t")

    assert info == b"survey/ballot/v1\x00" + b"\x07" * 32 + hashlib.sha256(b"t").digest()


@given(st.binary(max_size=96))
def test_padding_makes_one_length_and_comes_off_again(data: bytes) -> None:
    padded = sealing.pad(data, 100)

    assert len(padded) == 100
    assert sealing.unpad(padded) == data


def test_data_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="97 bytes; at most 96 fit"):
        sealing.pad(bytes(97), 100)


@given(st.binary(max_size=60))
def test_any_bytes_unpad_to_what_pads_to_them_or_are_refused(padded: bytes) -> None:
    try:
        data = sealing.unpad(padded)
    except InvalidInput:
        return
    assert sealing.pad(data, len(padded)) == padded


@pytest.mark.parametrize(
    "padded",
    [
        pytest.param(b"\x00\x00\x00", id="shorter than a length"),
        pytest.param(b"\x00\x00\x00\x05abcd", id="length beyond the end"),
        pytest.param(b"\xff\xff\xff\xffabcd", id="very large length"),
        pytest.param(b"\x00\x00\x00\x01a\x00\x01", id="something behind the data"),
    ],
)
def test_padding_that_is_not_zeros_behind_the_data_is_refused(padded: bytes) -> None:
    with pytest.raises(InvalidInput, match="not padded"):
        sealing.unpad(padded)


def test_a_receipt_can_be_made_from_the_digest_of_the_body_alone() -> None:
    enc, ct = SEALED[:ENC_LEN], SEALED[ENC_LEN:]

    assert sealing.receipt(enc, ct) == sealing.receipt_of_digest(enc, hashlib.sha256(ct).digest())
    assert sealing.receipt(enc, ct) == hashlib.sha256(enc + hashlib.sha256(ct).digest()).digest()
