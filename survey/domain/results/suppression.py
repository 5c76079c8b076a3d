"""Which figures of one team are withheld, and why: the small-number rules as one pure decision.

n = ballots counted, k = minimum_group, t = texts_minimum of the round, but never below the form's unanimous_below.

1. n < k: no figure at all.
2. k <= n < t: total score, grade and satisfaction; no dimension, item, checklist or text.
   The two satisfaction rates tell how many were satisfied, and how many gave a rating: those two numbers are shown as
   well; how they divide among the options is withheld.
   a. A total in the outermost PROTECTION points of the scale would be nearly each one's answer to everything: these
      points are shown as a range. Where in every item all, or all but one, gave the same answer, the range is that of
      the grade.
   b. Where all, or all but one, were on the same side about the team as a whole, the satisfaction rate is a range that
      holds both cases: nobody learns whether somebody disagreed.
3. n >= t: all, except
   a. an item with 1..k-1 scored answers is withheld;
   b. a dimension is the mean of its items: whoever knows it and the other items finds the withheld one. So further
      items of it are withheld, until each withheld one may lie anywhere in PROTECTION points or more and half of the
      values in there remain possible (attainable.py); first those with few answers whose score is not near an end of
      the scale. Where all together do not suffice, the dimension is withheld, and with it total and grade, from which
      it could be found;
   c. of a dimension with withheld items only the whole points are shown between which it lies, because its decimals
      would leave few answers that fit; of the total too, where its decimals tell that much of the dimension.
4. More ballots than codes used: nothing is shown (this result must not be used).
5. Almost the same people were asked about this team before (overlap.py), and the results differ by the answers of r < t
   people: of the figures only the grade is shown. Remarks are words: nothing can be subtracted from them.

Checked in tests/domain by a solver (linear programming over everything published leaves every withheld score an
interval of nearly PROTECTION points, and every withheld count at least two values) and by trying all answers that may
have been given.

What this does not cover, and why it is accepted: docs/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from survey.domain.questionnaire import Dimension, Questionnaire, Scale
from survey.domain.results import attainable
from survey.domain.results.openness import PROTECTION, Range, ends, nearly_agree, room, total_ends, whole_points
from survey.domain.scoring import Counts, Scores, grade, positive_answers, scored_answers

EXCEEDS = "counted-exceeds-used"
GROUP = "fewer-than-minimum-group"
TEXTS = "fewer-than-texts-minimum"
FEW = "too-few-answers"
PROTECTS = "protects-another-figure"
UNRATED = "no-scored-answers"
RANGE = "small-shown-as-range"
OVERLAP = "overlaps-another-round"
WHOLE_POINTS = "shown-in-whole-points"


@dataclass
class Withheld:
    """Reasons, by figure; a figure without a reason may be shown. items, dimensions, checklist: by code.

    range, ranges: shown in place of the total, and of dimensions; satisfied: the least and the most people who may have
    been satisfied, where a range is shown in place of the rate.
    """

    total: str | None = None
    grade: str | None = None
    satisfaction: str | None = None
    overall: str | None = None  # the counts behind the satisfaction rate
    texts: str | None = None
    items: dict[str, str] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    checklist: dict[str, str] = field(default_factory=dict)
    range: Range | None = None
    ranges: dict[str, Range] = field(default_factory=dict)
    satisfied: tuple[int, int] | None = None


@dataclass(frozen=True)
class Numbers:
    """What the decision looks at; items, overall and checklist as in the tally record.

    apart: r of rule 5; apart_below: a greater t that one of those rounds promised.
    """

    used: int
    counted: int
    void: int
    items: Mapping[str, Counts]
    overall: Counts
    checklist: Mapping[str, Counts]
    apart: int | None = None
    apart_below: int = 0


def decide(questionnaire: Questionnaire, numbers: Numbers, scores: Scores, k: int, t: int) -> Withheld:
    """Apply the rules above to one team."""
    if numbers.counted + numbers.void > numbers.used:
        return _everything(questionnaire, EXCEEDS)
    if numbers.counted < k:
        return _everything(questionnaire, GROUP)
    withheld = Withheld()
    is_small = numbers.counted < t
    _satisfaction(withheld, questionnaire.overall.scale, numbers.overall, k, is_small)
    if is_small:
        _no_tables(withheld, questionnaire, numbers, TEXTS)
        withheld.texts = TEXTS
    else:
        rated = [d for d in questionnaire.dimensions if scores.dimensions[d.code] is not None]
        weights = sum((dimension.weight for dimension in rated), Fraction(0))
        for dimension in questionnaire.dimensions:
            _dimension(withheld, dimension, dimension.weight / (weights or 1), numbers, scores, k)
    _total(withheld, questionnaire, numbers, scores, k, is_small)
    if numbers.apart is not None and numbers.apart < max(t, numbers.apart_below):
        withheld.dimensions = {c: r for c, r in withheld.dimensions.items() if r != WHOLE_POINTS}
        withheld.ranges.clear()
        _no_tables(withheld, questionnaire, numbers, OVERLAP)
        withheld.satisfaction, withheld.satisfied = OVERLAP, None
        withheld.total, withheld.range = withheld.total if withheld.total in (FEW, UNRATED) else OVERLAP, None
    if len(questionnaire.dimensions) == 1 and withheld.total:  # the total under another name
        withheld.dimensions.setdefault(questionnaire.dimensions[0].code, withheld.total)
        if withheld.range:
            withheld.ranges[questionnaire.dimensions[0].code] = withheld.range
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


def _no_tables(withheld: Withheld, questionnaire: Questionnaire, numbers: Numbers, reason: str) -> None:
    """What is withheld for a reason of its own keeps it."""
    withheld.overall = withheld.overall or reason
    withheld.items = {**dict.fromkeys(numbers.items, reason), **withheld.items}
    if len(questionnaire.dimensions) > 1:
        codes = [dimension.code for dimension in questionnaire.dimensions]
        withheld.dimensions = {**dict.fromkeys(codes, reason), **withheld.dimensions}
    withheld.checklist = {**dict.fromkeys(numbers.checklist, reason), **withheld.checklist}


def _satisfaction(withheld: Withheld, scale: Scale, counts: Counts, k: int, is_small: bool) -> None:
    answers = scored_answers(scale, counts)
    if answers == 0:
        withheld.satisfaction = UNRATED
    elif answers < k:
        withheld.satisfaction = withheld.overall = FEW
    elif is_small and (both := _nearly_all(positive_answers(scale, counts), answers)):
        withheld.satisfaction = withheld.overall = RANGE
        withheld.satisfied = both


def _nearly_all(positive: int, answers: int) -> tuple[int, int] | None:
    """Where at most one stands alone: the two numbers of satisfied people between which this leaves open."""
    if positive >= answers - 1:
        return answers - 1, answers
    return (0, 1) if positive <= 1 else None


def _dimension(
    withheld: Withheld, dimension: Dimension, share: Fraction, numbers: Numbers, scores: Scores, k: int
) -> None:
    """Rule 3 for one dimension: withhold items that few rated, and further ones, or else the dimension itself.

    share: its part of the total.
    """
    value = scores.dimensions[dimension.code]
    if value is None:
        withheld.dimensions[dimension.code] = UNRATED
        return
    answers = {item.code: scored_answers(item.scale, numbers.items[item.code]) for item in dimension.items}
    rated = {code: m for code in answers if (m := scores.items[code]) is not None}
    hidden = [code for code in rated if answers[code] < k]
    withheld.items |= dict.fromkeys(hidden, FEW)
    lowest, highest = ends(dimension.scale)
    others = [code for code in rated if code not in hidden]
    # Those near an end of the scale hide little; those with few answers show little.
    others.sort(
        key=lambda code: (not lowest + PROTECTION <= rated[code] <= highest - PROTECTION, answers[code]),
    )
    if not hidden:
        return
    # Of the total two decimals are shown, so its dimension is known that exactly, and the sum of its items with it;
    # the items that are shown are known from their counts.
    tolerance = Fraction(len(rated), 2) if withheld.total else len(rated) / share / 200
    while not _hide_each_other(dimension.scale, hidden, rated, answers, (numbers.counted, k), tolerance):
        if others:
            hidden.append(others.pop(0))
            withheld.items[hidden[-1]] = PROTECTS
        elif withheld.total is None:
            withheld.total = WHOLE_POINTS
            tolerance = Fraction(len(rated), 2)
        else:
            withheld.dimensions[dimension.code] = PROTECTS
            return
    withheld.dimensions[dimension.code] = WHOLE_POINTS
    withheld.ranges[dimension.code] = whole_points(value, ends(dimension.scale))


def _hide_each_other(
    scale: Scale,
    hidden: list[str],
    rated: Mapping[str, Fraction],
    answers: Mapping[str, int],
    n_and_k: tuple[int, int],
    tolerance: Fraction,
) -> bool:
    """Whether the sum of these items, which follows from what is shown, leaves each of them open."""
    if room([rated[code] for code in hidden], ends(scale)) < PROTECTION:
        return False
    n, k = n_and_k
    items = [attainable.Withheld(rated[code], *((1, k - 1) if answers[code] < k else (k, n))) for code in hidden]
    points = frozenset(option.score for option in scale.scored if option.score is not None)
    return attainable.enough_remain(points, items, tolerance)


def _total(
    withheld: Withheld, questionnaire: Questionnaire, numbers: Numbers, scores: Scores, k: int, is_small: bool
) -> None:
    if scores.total is None:
        withheld.total = withheld.grade = UNRATED
        return
    rated = [
        (item.scale, numbers.items[item.code])
        for item in questionnaire.scored_items
        if scores.items[item.code] is not None
    ]
    if all(scored_answers(scale, counts) < k for scale, counts in rated):
        withheld.total = withheld.grade = FEW
    elif PROTECTS in withheld.dimensions.values():
        withheld.total = withheld.grade = PROTECTS
    elif withheld.total == WHOLE_POINTS:
        withheld.range = whole_points(scores.total, total_ends(questionnaire, scores))
    elif is_small:
        least, most = total_ends(questionnaire, scores)
        if scores.total >= most - PROTECTION:
            withheld.total, withheld.range = RANGE, (most - PROTECTION, most)
        elif scores.total <= least + PROTECTION:
            withheld.total, withheld.range = RANGE, (least, least + PROTECTION)
        elif all(nearly_agree(scale, counts) for scale, counts in rated):
            band = grade(questionnaire, scores.total)
            withheld.total, withheld.range = RANGE, (max(least, band.minimum), min(most, band.maximum))


def _guard_grade(withheld: Withheld, questionnaire: Questionnaire, scores: Scores) -> None:
    """A withheld total lies in its grade's band and in the range or between the ends of the scale: still wide."""
    if withheld.total is None or withheld.grade is not None or scores.total is None:
        return
    low, high = withheld.range or total_ends(questionnaire, scores)
    band = grade(questionnaire, scores.total)
    if min(high, band.maximum) - max(low, band.minimum) < min(PROTECTION, high - low):
        withheld.grade = withheld.total
