"""crypto.at_rest: what is locked opens under its key and name, unchanged, and under nothing else."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.crypto.at_rest import HEAD, Vault
from survey.errors import InvalidInput

VAULT = Vault(bytes(range(32)), secrets.token_bytes)


@given(secret=st.binary(max_size=300), name=st.text(max_size=20))
def test_a_locked_secret_comes_back(secret: bytes, name: str) -> None:
    locked = VAULT.lock(secret, name)
    assert VAULT.unlock(locked, name) == secret
    assert len(locked) == len(secret) + 44


@given(secret=st.binary(min_size=8, max_size=60), place=st.integers(0), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(secret: bytes, place: int, bit: int) -> None:
    locked = bytearray(VAULT.lock(secret, "name"))
    locked[place % len(locked)] ^= 1 << bit
    with pytest.raises(InvalidInput, match=r"It is not locked|changed since"):
        VAULT.unlock(bytes(locked), "name")


@given(st.binary(max_size=100))
def test_bytes_that_were_never_locked_are_refused(data: bytes) -> None:
    for found in (data, HEAD + data):
        with pytest.raises(InvalidInput, match=r"It is not locked|changed since"):
            VAULT.unlock(found, "name")


def test_another_key_and_another_name_do_not_open() -> None:
    locked = VAULT.lock(b"secret", "name")
    with pytest.raises(InvalidInput, match="another key"):
        Vault(bytes(32), secrets.token_bytes).unlock(locked, "name")
    with pytest.raises(InvalidInput, match="another key"):
        VAULT.unlock(locked, "other")


def test_locking_twice_gives_other_bytes() -> None:
    assert VAULT.lock(b"secret", "name") != VAULT.lock(b"secret", "name")


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidInput, match="32 bytes"):
        Vault(bytes(16), secrets.token_bytes)


def test_a_vault_does_not_print_its_key() -> None:
    assert repr(VAULT) == "Vault(hidden)"


def test_a_keyed_hash_is_the_same_each_time_and_another_for_every_key_purpose_and_text() -> None:
    hashes = {
        Vault(key, secrets.token_bytes).keyed_hash(purpose, text)
        for key in (b"k" * 32, b"l" * 32)
        for purpose in ("wall", "login-tries")
        for text in ("a", "b")
        for _again in range(2)
    }
    assert len(hashes) == 8
    assert {len(found) for found in hashes} == {32}
