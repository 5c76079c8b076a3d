"""Invented respondents for rehearsals and demonstrations: what they answer, and which slip each draws.

Law: drawn from a seeded generator, so that a rehearsal can be repeated; never used for anything secret.
"""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from survey.cli.client import Answered, Slip
from survey.domain.questionnaire import Item, Questionnaire
from survey.errors import InvalidSpec

CODES_HEADER = ["evaluation", "unit", "code", "url"]
MAX_CODES_BYTES = 100 * 1024 * 1024

# What people really leave behind is short, and few of them leave anything.
REMARKS = (
    "进驻期间安排紧凑，没有影响正常工作。",
    "希望反馈意见时多举一些具体例子。",
    "谈话时态度诚恳，能听进不同意见。",
    "调阅资料的清单可以提前一天给我们。",
    "个别谈话时间偏长，占用了授课时间。",
    "工作作风扎实，值得学习。",
    "建议离开前再开一次座谈会，当面听听意见。",
    "食宿都按标准自理，没有给单位添麻烦。",
)
_REMARK_SHARE, _BLANK_SHARE, _UNKNOWN_SHARE, _TICK_SHARE = 0.12, 0.02, 0.07, 0.01


def read_slips(path: Path) -> list[Slip]:
    """The slips in codes.csv, in the order of the file. Raises InvalidSpec, naming the line."""
    if path.stat().st_size > MAX_CODES_BYTES:
        raise InvalidSpec(f"{path} is larger than any list of codes.")
    slips = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            if next(reader, None) != CODES_HEADER:
                raise InvalidSpec(f"{path}, line 1: expected the columns {','.join(CODES_HEADER)}.")
            for row in reader:
                try:
                    evaluation_id, unit, code, url = row
                    slip = Slip.of_url(url, unit)
                except (ValueError, InvalidSpec):
                    slip = None
                if slip is None or (slip.evaluation_id, slip.code) != (evaluation_id, code):
                    raise InvalidSpec(f"{path}, line {reader.line_num}: expected evaluation, unit, code and their url.")
                slips.append(slip)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidSpec(f"{path} is not a CSV file in UTF-8 ({type(error).__name__}).") from None
    return slips


def draw_slips(slips: Sequence[Slip], count: int, skip: int = 0) -> list[Slip]:
    """`count` slips after the first `skip`, every unit in its share, so that no small unit answers more than it has
    people. The same file gives the same order: a second rehearsal skips what the first one used.
    """
    by_unit: dict[tuple[str, str], list[Slip]] = defaultdict(list)
    for slip in slips:
        by_unit[slip.evaluation_id, slip.unit].append(slip)
    placed = [((place + 0.5) / len(unit), slip) for unit in by_unit.values() for place, slip in enumerate(unit)]
    placed.sort(key=lambda entry: entry[0])
    return [slip for _, slip in placed[skip : skip + count]]


def read_answers(path: Path) -> list[Answered]:
    """One respondent per line: {"answers": {...}, "texts": {...}}. Raises InvalidSpec, naming the line."""
    answered = []
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                document = json.loads(line)
                answers, texts = document["answers"], document.get("texts", {})
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                answers = texts = None
            if not _is_text_map(answers) or not _is_text_map(texts):
                raise InvalidSpec(
                    f'{path}, line {number}: expected {{"answers": {{...}}, "texts": {{...}}}} with texts.'
                )
            answered.append(Answered(answers, texts))
    return answered


def _is_text_map(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def invent_answers(questionnaire: Questionnaire, mood: float, generator: random.Random) -> Answered:
    """One person's answers. mood: about 0 (content) to 1 (bitter), shared by those who met the same team."""
    own = min(1.0, max(0.0, generator.gauss(mood, 0.22)))
    answers: dict[str, str] = {}
    for item in (*questionnaire.scored_items, questionnaire.overall):
        if (option := _scored_option(item, own, generator)) is not None:
            answers[item.code] = option
    if questionnaire.checklist is not None:
        for item in questionnaire.checklist.items:
            if generator.random() >= _BLANK_SHARE:
                answers[item.code] = _checklist_option(item, own, generator)
    texts = {
        question.code: generator.choice(REMARKS)[: question.max_chars]
        for question in questionnaire.open_questions
        if generator.random() < _REMARK_SHARE
    }
    return Answered(answers, texts)


def _scored_option(item: Item, own: float, generator: random.Random) -> str | None:
    if generator.random() < _BLANK_SHARE:
        return None
    unscored = [option.code for option in item.scale.options if option.score is None]
    if unscored and generator.random() < _UNKNOWN_SHARE:
        return generator.choice(unscored)
    best_first = sorted(item.scale.scored, key=lambda option: -(option.score or 0))
    place = round(max(0.0, generator.gauss(own * (len(best_first) - 1), 0.45)))
    return best_first[min(place, len(best_first) - 1)].code


def _checklist_option(item: Item, own: float, generator: random.Random) -> str:
    """Mostly the first option ("no"), now and then the last ("don't know"), rarely the one between."""
    codes = item.scale.codes
    if generator.random() < _TICK_SHARE * (1 + 4 * own) and len(codes) > 1:
        return codes[1]
    return codes[-1] if generator.random() < 2 * _UNKNOWN_SHARE else codes[0]
