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
4. n < unanimous_below (10): where all who rated agree, the value would be each one's answer. Of the team only the grade
   is shown; the same where the total lies so near an end of the scale that some dimension is known within PROTECTION
   points. Of an item, and of a dimension whose items all are of this kind, a range is shown: all scores of the scale
   but the lowest, or but the highest, so that it does not say whether they were satisfied. Where all, or all but one,
   were on the same side about the team as a whole, the satisfaction rate is a range that holds both cases: nobody
   learns whether somebody disagreed. The whole checklist is in ranges (pooling.py), unanimous or not.
5. More ballots than codes used: nothing is shown (this result must not be used).
6. Almost the same people were asked about this team before (overlap.py), and the two results differ by the answers of r
   people: nothing is shown that a team of r people would not show. r < k: only the grade; r < t: no tables.

Checked by a solver in tests/domain/test_solver.py: linear programming over everything published leaves every withheld
score an interval of nearly PROTECTION points, and every withheld count at least two values.

What this does not cover, and why it is accepted: docs/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from survey.domain.questionnaire import Dimension, Questionnaire, Scale
from survey.domain.results.openness import PROTECTION, Range, agree, ends, is_open, mean_range, range_around, room
from survey.domain.scoring import Counts, Scores, grade, positive_answers, scored_answers

EXCEEDS = "counted-exceeds-used"
GROUP = "fewer-than-minimum-group"
TEXTS = "fewer-than-texts-minimum"
FEW = "too-few-answers"
PROTECTS = "protects-another-figure"
AGREE = "small-and-unanimous"
UNRATED = "no-scored-answers"
RANGE = "small-shown-as-range"
OVERLAP = "overlaps-another-round"


@dataclass
class Withheld:
    """Reasons, by figure; a figure without a reason may be shown. items, dimensions, checklist: by code.

    ranges: items and dimensions of which a range is shown in place of the score; satisfied: the least and the most
    people who may have been satisfied, where a range is shown in place of the rate.
    """

    total: str | None = None
    grade: str | None = None
    satisfaction: str | None = None
    overall: str | None = None  # the counts behind the satisfaction rate
    texts: str | None = None
    items: dict[str, str] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    checklist: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, Range] = field(default_factory=dict)
    satisfied: tuple[int, int] | None = None


@dataclass(frozen=True)
class Numbers:
    """What the decision looks at; items, overall and checklist as in the tally record; apart: r of rule 6."""

    used: int
    counted: int
    void: int
    items: Mapping[str, Counts]
    overall: Counts
    checklist: Mapping[str, Counts]
    apart: int | None = None


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
        if small:
            withheld.checklist = dict.fromkeys(numbers.checklist, RANGE)
    if numbers.apart is not None and numbers.apart < t:
        _overlap(withheld, questionnaire, numbers)
    _total(withheld, questionnaire, numbers, scores, k, small)
    if numbers.apart is not None and numbers.apart < k:
        if withheld.satisfied or not withheld.satisfaction:
            withheld.satisfaction, withheld.satisfied = OVERLAP, None
        withheld.total = withheld.total or OVERLAP
    if len(questionnaire.dimensions) == 1 and withheld.total:
        withheld.dimensions.setdefault(questionnaire.dimensions[0].code, withheld.total)
    _guard_grade(withheld, questionnaire, scores)
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


def _overlap(withheld: Withheld, questionnaire: Questionnaire, numbers: Numbers) -> None:
    """Rule 6: no tables; what is withheld for a reason of its own keeps it."""
    withheld.overall = withheld.overall or OVERLAP
    withheld.items = {**dict.fromkeys(numbers.items, OVERLAP), **withheld.items}
    if len(questionnaire.dimensions) > 1:
        codes = [dimension.code for dimension in questionnaire.dimensions]
        withheld.dimensions = {**dict.fromkeys(codes, OVERLAP), **withheld.dimensions}
    withheld.checklist = {**dict.fromkeys(numbers.checklist, OVERLAP), **withheld.checklist}
    withheld.ranges.clear()


def _satisfaction(withheld: Withheld, scale: Scale, counts: Counts, k: int, small: bool) -> None:
    answers = scored_answers(scale, counts)
    if answers == 0:
        withheld.satisfaction = UNRATED
    elif answers < k:
        withheld.satisfaction = withheld.overall = FEW
    elif small and (ends := _nearly_all(positive_answers(scale, counts), answers)):
        withheld.satisfaction = withheld.overall = RANGE
        withheld.satisfied = ends


def _nearly_all(positive: int, answers: int) -> tuple[int, int] | None:
    """Where at most one stands alone: the two numbers of satisfied people between which this leaves open."""
    if positive >= answers - 1:
        return answers - 1, answers
    return (0, 1) if positive <= 1 else None


def _items(withheld: Withheld, questionnaire: Questionnaire, numbers: Numbers, k: int, small: bool) -> None:
    for item in questionnaire.scored_items:
        counts = numbers.items[item.code]
        if 0 < scored_answers(item.scale, counts) < k:
            withheld.items[item.code] = FEW
        elif small and agree(item.scale, counts):
            withheld.items[item.code] = AGREE


def _protect(withheld: Withheld, dimension: Dimension, numbers: Numbers, scores: Scores, small: bool) -> None:
    """Rule 3b for one dimension: withhold further items, or else the dimension itself."""
    rated = {item.code: m for item in dimension.items if (m := scores.items[item.code]) is not None}
    hidden = [code for code in rated if code in withheld.items]
    if not hidden:
        return
    agreed = [code for code in hidden if withheld.items[code] == AGREE]
    ranges = {code: found for code in agreed if (found := range_around(dimension.scale, rated[code]))}
    if small and all(agree(dimension.scale, numbers.items[code]) for code in rated):
        withheld.dimensions[dimension.code] = AGREE
        withheld.ranges |= ranges
        if len(ranges) == len(rated):
            withheld.ranges[dimension.code] = mean_range(list(ranges.values()))
        return
    lowest, highest = ends(dimension.scale)
    others = [code for code in rated if code not in hidden]
    # Those near an end of the scale hide little; those with few answers show little.
    others.sort(
        key=lambda code: (
            not lowest + PROTECTION <= rated[code] <= highest - PROTECTION,
            scored_answers(dimension.scale, numbers.items[code]),
        )
    )
    whole = (lowest, highest)
    while room([(rated[code], whole) for code in hidden]) < PROTECTION:
        if not others:
            withheld.dimensions[dimension.code] = PROTECTS
            return
        hidden.append(others.pop(0))
        withheld.items[hidden[-1]] = PROTECTS
    # A range is shown only where it leaves the others of the dimension as open as before.
    if room([(rated[code], ranges.get(code, whole)) for code in hidden]) >= PROTECTION:
        withheld.ranges |= ranges


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
    elif {TEXTS, OVERLAP} & set(withheld.items.values()) and not is_open(questionnaire, scores):
        withheld.total = AGREE
    elif small and (AGREE in hidden or all(agree(scale, counts) for scale, counts in rated)):
        withheld.total = AGREE  # the grade remains: a band, not a value


def _guard_grade(withheld: Withheld, questionnaire: Questionnaire, scores: Scores) -> None:
    """A withheld total lies in its grade's band and in what the shown dimensions leave: together still wide."""
    if withheld.total is None or withheld.grade is not None or scores.total is None:
        return
    least = most = weights = Fraction(0)
    for dimension in questionnaire.dimensions:
        value = scores.dimensions[dimension.code]
        if value is None:
            continue
        known: Range = (value, value)
        if dimension.code in withheld.dimensions:
            known = withheld.ranges.get(dimension.code, ends(dimension.scale))
        least, most = least + dimension.weight * known[0], most + dimension.weight * known[1]
        weights += dimension.weight
    low, high = least / weights, most / weights
    band = grade(questionnaire, scores.total)
    if min(high, band.maximum) - max(low, band.minimum) < min(PROTECTION, high - low):
        withheld.grade = withheld.total
