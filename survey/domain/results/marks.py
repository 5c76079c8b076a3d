"""What in a remark could name somebody: telephone numbers, addresses, names of units and of persons.

Law: marks are for the reviewer's eye. They find too much rather than too little, decide nothing, are stored nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

PHONE, ADDRESS, NUMBER, UNIT, PERSON = "phone", "address", "number", "unit", "person"

_PATTERNS = (
    (PHONE, re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8}|[2-9]\d{6,7})(?!\d)")),
    (ADDRESS, re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:微信|QQ|qq)号?[:：]?\s*[\w-]{5,20}")),
    (NUMBER, re.compile(r"(?<!\d)\d{15}(?:\d{2}[\dXx])?(?!\d)|[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}")),
)
# The hundred commonest surnames cover some 85 in 100 people; two-letter ones are rare and listed apart.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_DOUBLE = "欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|东方|夏侯"
_TITLES = (
    "书记|主任|组长|副组长|处长|副处长|科长|副科长|院长|副院长|校长|副校长|局长|副局长|部长|所长|馆长|主席|经理|会计|"
    "老师|教授|辅导员|同志|科员|干事|秘书|师傅|某某|某"
)
_PERSON = re.compile(
    rf"(?:{_DOUBLE}|[{_SURNAMES}])(?:[\u4e00-\u9fff]{{0,2}}?)(?:{_TITLES})|老[{_SURNAMES}]|小[{_SURNAMES}]"
)


@dataclass(frozen=True)
class Mark:
    """text[start:end] may be of this kind."""

    start: int
    end: int
    kind: str


def marks(text: str, names: Iterable[str]) -> list[Mark]:
    """All marks in the order of the text; names: of units, teams and leaders of the round. Overlapping ones: the first
    and longest."""
    found = [Mark(*match.span(), kind) for kind, pattern in _PATTERNS for match in pattern.finditer(text)]
    for name in names:
        for short in {name, _short(name)} - {""}:
            found += [Mark(m.start(), m.end(), UNIT) for m in re.finditer(re.escape(short), text)]
    found += [Mark(*match.span(), PERSON) for match in _PERSON.finditer(text)]
    found.sort(key=lambda mark: (mark.start, -mark.end))
    kept: list[Mark] = []
    for mark in found:
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
    return kept


def _short(name: str) -> str:
    """The name as people say it: 信息工程学院 is 信息工程, 后勤处 is 后勤; not shorter than two letters."""
    shorter = re.sub(r"(?:学院|学校|大学|中心|办公室|公司|委员会|局|处|部|科|院|馆|所|组)$", "", name)
    return shorter if len(shorter) >= 2 else ""


def pieces(text: str, names: Iterable[str]) -> list[tuple[str, str | None]]:
    """The text cut into (piece, kind or None), for showing marks."""
    cut: list[tuple[str, str | None]] = []
    end = 0
    for mark in marks(text, names):
        if mark.start > end:
            cut.append((text[end : mark.start], None))
        cut.append((text[mark.start : mark.end], mark.kind))
        end = mark.end
    if end < len(text):
        cut.append((text[end:], None))
    return cut
