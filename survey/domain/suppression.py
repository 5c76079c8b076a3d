"""Which figures of one team are withheld, and why: the small-number rules as one pure decision.

n = ballots counted, k = minimum_group, t = texts_minimum of the round.

1. n < k: no figure at all.
2. k <= n < t: total score, grade and satisfaction; no dimension, item, checklist or text.
   The two satisfaction rates tell how many were satisfied, and how many gave a rating: those two numbers are shown as
   well; how they divide among the options is withheld.
3. n >= t: all, except
   a. an item with 1..k-1 scored answers is withheld;
   b. a dimension is the mean of its items: whoever knows it and the other items finds the withheld one. So further
      items of it are withheld, until each withheld one may lie anywhere in PROTECTION points or more; first those with
      few answers whose score is not near an end of the scale. Where all together do not suffice, the dimension is
      withheld, and with it total and grade, from which it could be found.
4. n < unanimous_below (10): where all who rated agree, the value would be each one's answer: only the grade is shown.
   The same where the total lies so near an end of the scale that some dimension is known within PROTECTION points.
5. More ballots than codes used: nothing is shown (this result must not be used).

Checked by a solver in tests/domain/test_solver.py: linear programming over everything published leaves every withheld
score an interval of nearly PROTECTION points, and every withheld count at least two values.

What this does not cover, and why it is accepted: a score withheld under rule 3 is bounded (if the mean is high, it is
not low); that a value is withheld under rule 4 tells a reader of this text that a small group nearly agreed, but not
in which way; who answered alone in one way knows how all the others answered; and whoever also uses that counts are
whole numbers may exclude single values inside an interval.
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
PROTECTION = Fraction(5)  # points of 100 that must remain open about a withheld score


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
        if len(questionnaire.dimensions) > 1:  # a single one is the total under another name
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
    """Rule 3b for one dimension: withhold further items, or else the dimension itself."""
    rated = {item.code: m for item in dimension.items if (m := scores.items[item.code]) is not None}
    hidden = [code for code in rated if code in withheld.items]
    if not hidden:
        return
    if small and all(_agree_scored(dimension.scale, numbers.items[code]) for code in rated):
        withheld.dimensions[dimension.code] = AGREE
        return
    lowest, highest = _range(dimension.scale)
    others = [code for code in rated if code not in hidden]
    # Those near an end of the scale hide little; those with few answers show little.
    others.sort(
        key=lambda code: (
            not lowest + PROTECTION <= rated[code] <= highest - PROTECTION,
            scored_answers(dimension.scale, numbers.items[code]),
        )
    )
    while _room([rated[code] for code in hidden], lowest, highest) < PROTECTION:
        if not others:
            withheld.dimensions[dimension.code] = PROTECTS
            return
        hidden.append(others.pop(0))
        withheld.items[hidden[-1]] = PROTECTS


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
    elif TEXTS in withheld.items.values() and not _is_open(questionnaire, scores):
        withheld.total = AGREE
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


def _room(values: list[Fraction], lowest: Fraction, highest: Fraction) -> Fraction:
    """How far apart the ends are between which each value may lie for somebody who knows only their sum."""
    total, others = sum(values, Fraction(0)), len(values) - 1
    return min(highest, total - others * lowest) - max(lowest, total - others * highest)


def _is_open(questionnaire: Questionnaire, scores: Scores) -> bool:
    """Whether the total alone leaves PROTECTION points about the score of every dimension (or item of the only one)."""
    if len(questionnaire.dimensions) == 1:
        (only,) = questionnaire.dimensions
        rated = [m for item in only.items if (m := scores.items[item.code]) is not None]
        return _room(rated, *_range(only.scale)) >= PROTECTION
    defined = [(d.weight, *_range(d.scale)) for d in questionnaire.dimensions if scores.dimensions[d.code] is not None]
    weights = sum((weight for weight, _, _ in defined), Fraction(0))
    known = weights * (scores.total or Fraction(0))
    least = sum((weight * low for weight, low, _ in defined), Fraction(0))
    most = sum((weight * high for weight, _, high in defined), Fraction(0))
    return all(
        min(high, (known - least + weight * low) / weight) - max(low, (known - most + weight * high) / weight)
        >= min(PROTECTION, high - low)
        for weight, low, high in defined
    )
