"""Passwords that a guesser tries first: favourites, rows of keys, counting, repetition, dates, the account's own name.

Law: what is easy to name counts once, however long it is; a password needs MIN_UNITS things that have to be guessed. So
a sentence passes and `woaini1314` does not (NIST SP 800-63B, section 5.1.1.2: compare with a list, ask for no mixture).
"""

from __future__ import annotations

import re
import unicodedata

MIN_UNITS = 6
_RUN = 3  # characters of a row or a count that are one thing

# Rows and columns of a keyboard, the alphabet, the digits; each is read in both directions.
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9",
    "147258369",
    "qazwsxedcrfvtgbyhnujmikolp",
)

# What people like to type; the longest that fits counts.
_FAVOURITES = """
administrator superadmin password passwort passwd passw0rd p@ssw0rd pa55word letmein welcome iloveyou ilove monkey
dragon master sunshine princess football baseball shadow superman batman trustno whatever starwars freedom hello login
admin root user guest test secret default changeme computer internet windows system server oracle huawei xiaomi
tencent weixin wechat alibaba taobao baidu china beijing shanghai survey office
woaini woaiwo woai aini nihao mima wodemima zhongguo zhonghua renmin xuncha xunchazu xunchaban jiwei jijian zuzhibu
lingdao dangwei pinggu diaocha woshishei laopo laogong baobao baobei mama baba shengri kuaile xingfu pingan facai
5201314 520 1314 521 5211314 168 1688 518 911 110 120 119 12306
我爱你 我爱 密码 巡察组 巡察 巡视 纪委 管理员 办公室 中国 北京 你好 测试
"""
_WORDS = sorted(_FAVOURITES.split(), key=len, reverse=True)

# 20240131, 2024-01-31, 240131, 2024: a day or a year counts once.
_DATE = re.compile(
    r"(?:19|20)\d\d(?:[-./年]?(?:0?[1-9]|1[0-2])[-./月]?(?:[0-2]?\d|3[01])日?)?|\d\d(?:0[1-9]|1[0-2])[0-3]\d"
)
_PLAIN = str.maketrans("@4301$5!|7", "aaeolssiit")


def is_guessable(password: str, name: str = "") -> bool:
    """Whether a guesser who knows the account's name tries this early."""
    text = _plain(password)
    own = _plain(name)
    spoken = text.translate(_PLAIN)
    return min(_units(text, own), _units(spoken, own)) < MIN_UNITS


def _plain(text: str) -> str:
    """Width and case make no difference, neither do spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _units(text: str, name: str) -> int:
    """How many things one has to guess: a repeated piece counts as that piece and one more."""
    period = _period(text)
    if period < len(text):
        return 1 + _units(text[:period], name)
    units, at = 0, 0
    while at < len(text):
        taken = max(_known(text, at, name), 1)
        # One Chinese character is drawn from thousands, not from dozens.
        units += 2 if taken == 1 and ord(text[at]) > 0x2E80 else 1
        at += taken
    return units


def _period(text: str) -> int:
    """The length of the piece whose repetition, at least one and a half times, is the text; else the whole length."""
    for period in range(1, len(text) * 2 // 3 + 1):
        if all(text[at] == text[at - period] for at in range(period, len(text))):
            return period
    return len(text)


def _known(text: str, at: int, name: str) -> int:
    """How many characters from here are one easily named thing; 0 if none."""
    rest = text[at:]
    found = [len(word) for word in (*_WORDS, name) if len(word) > 1 and rest.startswith(word)]
    if date := _DATE.match(rest):
        found.append(len(date.group()))
    same = len(rest) - len(rest.lstrip(rest[0]))
    found += [length for length in (same, _row(rest)) if length >= _RUN]
    return max(found, default=0)


def _row(text: str) -> int:
    """How far the text follows a row of keys, the alphabet or the digits."""
    best = 0
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        start = row.find(text[:2])
        if start >= 0:
            length = 2
            while length < len(text) and row[start + length : start + length + 1] == text[length]:
                length += 1
            best = max(best, length)
    return best
