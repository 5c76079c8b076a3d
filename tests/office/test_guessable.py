"""What a guesser tries first is no password; what nobody can name easily is one."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.office.people.guessable import is_guessable
from survey.office.people.passwords import GuessablePassword, WeakPassword, check_new, new_start_code

EASY = """
1234567890 0987654321 1111122222 147258369a qwertyuiop asdfghjkl123 1qaz2wsx3edc qazwsxedcrfv 1q2w3e4r5t q1w2e3r4t5
aaaaaaaaaa abcabcabcabc abc123456789 Password123! p@ssw0rd2024 admin123456 qwerty123456 iloveyou123 woaini1314
woaini5201314 5201314520 13141314ab Aa123456789 beijing2024 xuncha2026! 19850612aaaa 我爱你1314520
"""
HARD = (
    "correct horse battery",
    "雨后山路上有三只小羊",
    "tulip-orbit-47-quill",
    "wenzhang-shanhe-42-chuan",
    "xK3!vq9Lm2z",
    "mountain river 1987 tea",
)


@pytest.mark.parametrize("password", EASY.split())
def test_what_is_tried_first_is_refused(password):
    with pytest.raises(GuessablePassword):
        check_new(password, "office")


@pytest.mark.parametrize("password", HARD)
def test_words_that_have_nothing_to_do_with_each_other_are_taken(password):
    check_new(password, "office")


@pytest.mark.parametrize("password", ["zhangsanzhangsan", "zhangsan123456", "ZHANGSAN-2026", "my zhangsan horse"])
def test_the_own_name_makes_no_password(password):
    with pytest.raises(WeakPassword):
        check_new(password, "zhangsan")


def test_width_case_and_spaces_hide_nothing():
    assert is_guessable("ＱＷＥＲＴＹＵＩＯＰ")
    assert is_guessable("w o a i n i 1 3 1 4")
    assert is_guessable("PassWord 2024")


def test_drawn_passwords_and_start_codes_are_never_taken_for_easy_ones():
    draw = random.Random(7)
    for _ in range(500):
        assert not is_guessable("".join(draw.choices(string.ascii_letters + string.digits, k=12)))
        assert not is_guessable(new_start_code(draw.randbytes))


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_is_judged(password, name):
    assert is_guessable(password, name) in (True, False)
