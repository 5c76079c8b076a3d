"""Streams locked at rest: what is locked comes back from any place; what was changed, moved or cut is refused."""

from __future__ import annotations

import io
import secrets
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.crypto.at_rest import STREAM_START, Vault
from survey.crypto.locked_stream import PIECE, TAG_LEN
from survey.errors import InvalidInput

VAULT = Vault(bytes(range(32)), secrets.token_bytes)
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 5]


def locked(content: bytes, step: int = 10_000) -> bytes:
    chunks = (content[start : start + step] for start in range(0, len(content), step))
    return b"".join(VAULT.lock_stream(chunks, "name"))


def unlocked(data: bytes, vault: Vault = VAULT, name: str = "name") -> bytes:
    with vault.unlock_stream(io.BytesIO(data), name) as stream:
        return stream.read()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [7_001, PIECE, 10 * PIECE])
def test_what_is_locked_comes_back(size: int, step: int) -> None:
    content = secrets.token_bytes(size)
    assert unlocked(locked(content, step)) == content


@settings(max_examples=50)
@given(place=st.integers(0, 3 * PIECE + 100), length=st.integers(0, 2 * PIECE))
def test_any_part_can_be_read_by_itself(place: int, length: int) -> None:
    with VAULT.unlock_stream(io.BytesIO(LOCKED), "name") as stream:
        stream.seek(place)
        assert stream.read(length) == CONTENT[place : place + length]
        assert stream.tell() == max(place, min(place + length, len(CONTENT)))


CONTENT = secrets.token_bytes(3 * PIECE + 5)
LOCKED = locked(CONTENT)


def test_no_part_of_the_content_stands_in_it_and_no_two_are_alike() -> None:
    content = b"the same sixteen" * 20_000
    first, second = locked(content), locked(content)
    assert b"the same sixteen" not in first
    assert first[STREAM_START:] != second[STREAM_START:]


def piece(number: int) -> slice:
    return slice(STREAM_START + number * (PIECE + TAG_LEN), STREAM_START + (number + 1) * (PIECE + TAG_LEN))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: piece(2).stop],  # cut between two pieces
        lambda data: data[:-1],
        lambda data: data[: STREAM_START - 1],
        lambda data: data + b"x",
        lambda data: data[: piece(1).start] + data[piece(2)] + data[piece(1)] + data[piece(3)],  # moved
        lambda data: data[: piece(1).start] + data[piece(2).start :],  # left out
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: b"plain" + data,
        lambda data: b"",
    ],
)
def test_what_was_changed_moved_or_cut_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    with pytest.raises(InvalidInput):
        unlocked(spoil(LOCKED))


def test_another_key_and_another_name_do_not_open() -> None:
    with pytest.raises(InvalidInput, match="another key"):
        unlocked(LOCKED, Vault(bytes(32), secrets.token_bytes))
    with pytest.raises(InvalidInput, match="another key"):
        unlocked(LOCKED, name="other")


def test_memory_stays_constant() -> None:
    content = bytes(PIECE)
    tracemalloc.start()
    data = io.BytesIO()  # counted as well; what comes beside it is what matters
    for chunk in VAULT.lock_stream((content for _ in range(100)), "name"):
        data.write(chunk)
    data.seek(0)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    with VAULT.unlock_stream(data, "name") as stream:
        while stream.read(1000):
            pass
    assert tracemalloc.get_traced_memory()[1] < before + 8 * PIECE  # of 100
    tracemalloc.stop()
