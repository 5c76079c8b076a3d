"""The test vector of the scoring rule (40 ballots) as what 40 people answer."""

from __future__ import annotations

import json
import random
from pathlib import Path

# Counts of 好/较好/一般/差/不了解 per item, in the order of the form, and the score of the dimension.
COUNTS = {
    "D1": ("30/8/2/0/0; 28/9/2/1/0; 25/10/3/0/2; 20/5/0/0/15", "93.14"),
    "D2": ("33/5/0/0/2; 22/12/5/1/0; 30/6/1/0/3; 15/12/9/4/0", "88.64"),
    "D3": ("31/7/1/1/0; 24/11/4/0/1; 27/8/2/0/3; 20/12/6/2/0", "89.94"),
    "D4": ("32/4/0/0/4; 33/3/0/0/4; 33/3/0/0/4; 29/8/2/0/1", "97.07"),
    "D5": ("26/9/2/1/2; 25/8/2/0/5; 22/11/4/1/2", "90.35"),
    "D6": ("21/14/4/1/0; 20/12/4/1/3; 19/14/5/1/1", "86.04"),
}
BALLOTS = 40
TOTAL, GRADE = "91.30", "优秀"
REMARK = "谈话时态度诚恳，能听进不同意见。"


def counts_of(text: str) -> dict[str, int]:
    return dict(zip("ABCDX", map(int, text.strip().split("/")), strict=True))


def answers() -> list[dict[str, dict[str, str]]]:
    """What each person answers; every item is shuffled by itself, so that no ballot looks like the next."""
    people: list[dict[str, dict[str, str]]] = [{"answers": {}, "texts": {}} for _ in range(BALLOTS)]
    generator = random.Random(24)
    for dimension, (items, _) in COUNTS.items():
        for number, text in enumerate(items.split(";"), 1):
            options = [option for option, count in counts_of(text).items() for _ in range(count)]
            assert len(options) == BALLOTS
            generator.shuffle(options)
            for person, option in zip(people, options, strict=True):
                person["answers"][f"{dimension}-{number}"] = option
    for place, person in enumerate(people):
        person["answers"]["O-1"] = "A" if place < 37 else "B"
        if place < 3:
            person["texts"]["C-1"] = REMARK
    generator.shuffle(people)
    return people


def write_answers(file: Path) -> Path:
    file.write_text("".join(json.dumps(person, ensure_ascii=False) + "\n" for person in answers()), "utf-8")
    return file
