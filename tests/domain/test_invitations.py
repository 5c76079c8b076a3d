"""Codes: what is printed, what is forgiven when typed, what is caught."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.invitations import ALPHABET, CODE_LEN, Code, check_character, code_mac, make_code, parse_code
from survey.errors import UnknownCode

codes = st.text(ALPHABET, min_size=CODE_LEN - 1, max_size=CODE_LEN - 1).map(
    lambda eleven: Code(eleven + check_character(eleven))
)


def test_a_code_has_twelve_characters_in_three_groups() -> None:
    shown = str(make_code(secrets.token_bytes))

    assert [len(group) for group in shown.split("-")] == [4, 4, 4]
    assert not set(shown) & set("0O1IL")


@given(codes)
def test_what_is_shown_is_read_back(code: Code) -> None:
    assert parse_code(str(code).lower().replace("-", " ")) == code


@given(codes, st.integers(0, CODE_LEN - 1), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_caught(code: Code, place: int, other: str) -> None:
    wrong = code.text[:place] + other + code.text[place + 1 :]
    if wrong != code.text:
        with pytest.raises(UnknownCode):
            parse_code(wrong)


@given(codes, st.integers(0, CODE_LEN - 3))
def test_any_swap_of_two_neighbours_is_caught(code: Code, place: int) -> None:
    text = code.text
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        with pytest.raises(UnknownCode):
            parse_code(swapped)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        parse_code(text)
    except UnknownCode:
        return


def test_a_code_does_not_show_itself_in_a_traceback() -> None:
    assert "hidden" in repr(make_code(secrets.token_bytes))


def test_the_stored_hash_depends_on_the_code_secret() -> None:
    code = make_code(secrets.token_bytes)

    assert code_mac(code, b"a" * 32) != code_mac(code, b"b" * 32)


def test_codes_are_drawn_evenly() -> None:
    drawn = [make_code(secrets.token_bytes).text[:11] for _ in range(2000)]
    counts = [sum(text.count(character) for text in drawn) for character in ALPHABET]

    # 22,000 characters over 31: the mean is 710, its deviation about 26.
    assert min(counts) > 710 - 6 * 26
    assert max(counts) < 710 + 6 * 26
