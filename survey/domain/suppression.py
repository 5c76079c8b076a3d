"""Which figures of one team are withheld, and why: the small-number rules as one pure decision.

n = ballots counted, k = minimum_group, t = texts_minimum of the round.

1. n < k: no figure at all.
2. k <= n < t: total score, grade and satisfaction; no dimension, item, checklist or text.
3. n >= t: all, except
   a. an item with 1..k-1 scored answers is withheld;
   b. a dimension is a mean of items: one withheld item could be found by subtraction. So a second item of it is
      withheld, the one with the fewest answers whose score is neither best nor worst. Where there is none, or where
      all withheld items of a dimension are best or all worst (then their mean names each), the dimension is
      withheld, and with it total and grade, from which it could be found.
4. n < unanimous_below (10): where all who rated agree, the value would be each one's answer: only the grade is shown.
5. More ballots than codes used: nothing is shown (this result must not be used).

What this does not cover, and why it is accepted: the mean of two withheld items is known, so each is bounded (if the
mean is high, neither is low); a value withheld under rule 4 tells a reader of this text that a small group agreed in
some way, but not in which; and who answered alone in one way knows how all the others answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from survey.domain.questionnaire import Dimension, Questionnaire, Scale
from survey.domain.scoring import Counts, Scores, positive_answers, scored_answers

EXCEEDS = "counted-exceeds-used"
GROUP = "fewer-than-minimum-group"
TEXTS = "fewer-than-texts-minimum"
FEW = "too-few-answers"
PROTECTS = "protects-another-figure"
AGREE = "small-and-unanimous"
UNRATED = "no-scored-answers"


@dataclass
class Withheld:
    """Reasons, by figure; a figure without a reason may be shown. items, dimensions, checklist: by code."""

    total: str | None = None
    grade: str | None = None
    satisfaction: str | None = None
    overall: str | None = None  # the counts behind the satisfaction rate
    texts: str | None = None
    items: dict[str, str] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    checklist: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbers:
    """What the decision looks at; items, overall and checklist as in the tally record."""

    used: int
    counted: int
    void: int
    items: Mapping[str, Counts]
    overall: Counts
    checklist: Mapping[str, Counts]


def decide(questionnaire: Questionnaire, numbers: Numbers, scores: Scores, k: int, t: int) -> Withheld:
    """Apply the rules above to one team."""
    withheld = Withheld()
    if numbers.counted + numbers.void > numbers.used:
        return _everything(questionnaire, EXCEEDS)
    if numbers.counted < k:
        return _everything(questionnaire, GROUP)
    small = numbers.counted < questionnaire.unanimous_below
    _satisfaction(withheld, questionnaire.overall.scale, numbers.overall, k, small)
    if numbers.counted < t:
        withheld.overall = withheld.texts = TEXTS
        withheld.items = dict.fromkeys(numbers.items, TEXTS)
        withheld.dimensions = {dimension.code: TEXTS for dimension in questionnaire.dimensions}
        withheld.checklist = dict.fromkeys(numbers.checklist, TEXTS)
    else:
        _items(withheld, questionnaire, numbers, k, small)
        for dimension in questionnaire.dimensions:
            if scores.dimensions[dimension.code] is None:
                withheld.dimensions[dimension.code] = UNRATED
            _protect(withheld, dimension, numbers, scores, small)
        if small and questionnaire.checklist:
            scale = questionnaire.checklist.scale
            agreed = [code for code, counts in numbers.checklist.items() if _agree(scale, counts)]
            withheld.checklist = dict.fromkeys(agreed, AGREE)
    _total(withheld, questionnaire, numbers, scores, k, small)
    return withheld


def _everything(questionnaire: Questionnaire, reason: str) -> Withheld:
    checklist = questionnaire.checklist.items if questionnaire.checklist else ()
    return Withheld(
        total=reason,
        grade=reason,
        satisfaction=reason,
        overall=reason,
        texts=reason,
        items={item.code: reason for item in questionnaire.scored_items},
        dimensions={dimension.code: reason for dimension in questionnaire.dimensions},
        checklist={item.code: reason for item in checklist},
    )


def _satisfaction(withheld: Withheld, scale: Scale, counts: Counts, k: int, small: bool) -> None:
    answers = scored_answers(scale, counts)
    if answers == 0:
        withheld.satisfaction = UNRATED
    elif answers < k:
        withheld.satisfaction = withheld.overall = FEW
    elif small and (_agree_scored(scale, counts) or positive_answers(scale, counts) in (0, answers)):
        withheld.satisfaction = withheld.overall = AGREE


def _items(withheld: Withheld, questionnaire: Questionnaire, numbers: Numbers, k: int, small: bool) -> None:
    for item in questionnaire.scored_items:
        counts = numbers.items[item.code]
        if 0 < scored_answers(item.scale, counts) < k:
            withheld.items[item.code] = FEW
        elif small and _agree_scored(item.scale, counts):
            withheld.items[item.code] = AGREE


def _protect(withheld: Withheld, dimension: Dimension, numbers: Numbers, scores: Scores, small: bool) -> None:
    """Rule 3b for one dimension: withhold a second item, or else the dimension itself."""
    rated = {item.code: m for item in dimension.items if (m := scores.items[item.code]) is not None}
    hidden = [code for code in rated if code in withheld.items]
    if not hidden:
        return
    if small and all(_agree_scored(dimension.scale, numbers.items[code]) for code in rated):
        withheld.dimensions[dimension.code] = AGREE
        return
    lowest, highest = _range(dimension.scale)
    if len(hidden) > 1 and not _all_at_an_end([rated[code] for code in hidden], lowest, highest):
        return
    others = [code for code, m in rated.items() if code not in hidden and lowest < m < highest]
    if others:
        fewest = min(others, key=lambda code: scored_answers(dimension.scale, numbers.items[code]))
        withheld.items[fewest] = PROTECTS
    else:
        withheld.dimensions[dimension.code] = PROTECTS


def _total(
    withheld: Withheld, questionnaire: Questionnaire, numbers: Numbers, scores: Scores, k: int, small: bool
) -> None:
    if scores.total is None:
        withheld.total = withheld.grade = UNRATED
        return
    rated = [
        (item.scale, numbers.items[item.code])
        for item in questionnaire.scored_items
        if scores.items[item.code] is not None
    ]
    hidden = set(withheld.dimensions.values())
    if all(scored_answers(scale, counts) < k for scale, counts in rated):
        withheld.total = withheld.grade = FEW
    elif PROTECTS in hidden:
        withheld.total = withheld.grade = PROTECTS
    elif small and (AGREE in hidden or all(_agree_scored(scale, counts) for scale, counts in rated)):
        withheld.total = AGREE  # the grade remains: a band, not a value


def _agree_scored(scale: Scale, counts: Counts) -> bool:
    """All who rated gave the same score."""
    return len({option.score for option in scale.scored if counts.get(option.code, 0)}) == 1


def _agree(scale: Scale, counts: Counts) -> bool:
    """All who answered chose the same option."""
    return sum(counts.get(code, 0) > 0 for code in scale.codes) == 1


def _range(scale: Scale) -> tuple[Fraction, Fraction]:
    points = [option.score for option in scale.scored if option.score is not None]
    return min(points), max(points)


def _all_at_an_end(values: list[Fraction], lowest: Fraction, highest: Fraction) -> bool:
    return all(value == lowest for value in values) or all(value == highest for value in values)
