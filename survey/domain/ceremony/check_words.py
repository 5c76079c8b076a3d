"""A digest as twelve words that people can read to each other over the telephone.

64 words per language, six bits each: 72 bits of the digest. Words of one list differ in sound and first letters, and
each list has the same length, so that word k of both languages says the same six bits.
"""

from __future__ import annotations

COUNT = 12
ZH = tuple(
    "天地山水火木金土日月星云风雨雪雷"
    "江河湖海石玉竹松梅兰菊荷茶米麦豆"
    "牛马羊虎龙鱼鸟鹤犬兔鹿象门窗桥船"
    "车灯伞钟鼓琴棋书画笔纸刀春夏秋冬"
)
_EN = """
    apple anchor bridge butter candle carpet cherry copper dragon desert engine eagle falcon forest garden ginger
    hammer harbor island ivory jacket jungle kettle kitten ladder lemon magnet meadow needle nickel ocean onion
    paper pepper quartz quiver rabbit ribbon saddle silver table tiger umbrella uncle valley velvet wagon window
    yellow yogurt zebra zipper acorn basket cactus dinner elbow feather glove honey insect jewel koala lantern
    """
EN = tuple(_EN.split())


def check_words(digest: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(Chinese, English), twelve words each, from the first 72 bits of a digest."""
    bits = int.from_bytes(digest[: COUNT * 6 // 8], "big")
    places = [bits >> 6 * (COUNT - 1 - k) & 63 for k in range(COUNT)]
    return tuple(ZH[place] for place in places), tuple(EN[place] for place in places)
