"""The only door from the tally record to figures: every page and every file shows what disclose() lets through.

Law: a figure that suppression.py withholds is null here, with its reason, and cannot be computed from the others.
The report is a function of the record's bytes alone, so page, Word, Excel, PDF and JSON cannot differ.

Scores are decimal strings with 2 decimals, rates per cent with 1, both rounded half up from exact fractions. Grades
are decided on the exact score. Shape: section 2.5 of the protocol; keys beyond it serve the documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from survey.domain import scoring
from survey.domain.forms.form import Composite
from survey.domain.questionnaire import Item, Questionnaire
from survey.domain.results.composite import Entered, composite_score
from survey.domain.results.disclosed_counts import counts_and_rates, pooled_checklist, rate_text, team_checklist
from survey.domain.results.disclosed_satisfaction import satisfaction
from survey.domain.results.naming import as_written, named, questionnaire_of
from survey.domain.results.openness import Range
from survey.domain.results.reasons import NOT_ENTERED, participation_notes, reason_of, reasons_of
from survey.domain.results.record import EvaluationRecord, Record, read_record
from survey.domain.results.suppression import Numbers, Withheld, decide
from survey.domain.results.tally import record_hash

SCHEMA = "survey-report/1"


def disclose(
    record: bytes, entered: Mapping[str, Entered] | None = None, paper: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The report on a round; raises InvalidInput when the bytes are not a counted record.

    entered: evaluation id -> what the office entered for the composite score, where the form has one; paper: evaluation
    id -> how many ballots clerks typed from paper, by their own lists (no ballot says so).
    """
    read = read_record(record)
    questionnaire = read.questionnaire
    evaluations = [
        {
            **_evaluation(read, evaluation, (entered or {}).get(evaluation.id)),
            "paper": (paper or {}).get(evaluation.id),
        }
        for evaluation in read.evaluations
    ]
    return {
        "schema": SCHEMA,
        "round": read.round_id,
        "name": read.name,
        "record": record_hash(record),
        "minimum_group": read.minimum_group,
        "texts_minimum": read.texts_minimum,
        "boxes_digest": read.boxes_digest,
        "custodians_opened": read.custodians_opened,
        "headline_denominator": questionnaire.headline_denominator,
        "questionnaire": questionnaire_of(questionnaire),
        "evaluations": evaluations,
        "pooled_checklist": pooled_checklist(read, evaluations),
    }


def _evaluation(read: Record, evaluation: EvaluationRecord, entered: Entered | None) -> dict[str, Any]:
    questionnaire = read.questionnaire
    numbers = Numbers(
        used=evaluation.used,
        counted=evaluation.counted,
        void=sum(evaluation.void.values()),
        items=evaluation.items,
        overall=evaluation.overall,
        checklist=evaluation.checklist,
        apart=evaluation.overlap.apart if evaluation.overlap else None,
        apart_below=evaluation.overlap.below if evaluation.overlap else 0,
    )
    scores = scoring.score(questionnaire, evaluation.items)
    withheld = decide(questionnaire, numbers, scores, read.minimum_group, read.texts_minimum)
    notes = participation_notes(questionnaire, evaluation, withheld)
    report: dict[str, Any] = {
        "id": evaluation.id,
        "team": evaluation.team,
        "entitled": evaluation.entitled,
        "printed": evaluation.printed,
        "used": evaluation.used,
        "counted": evaluation.counted,
        "collected": evaluation.counted + numbers.void,
        "void": numbers.void,
        "void_reasons": dict(sorted(evaluation.void.items())),
        "return_rate": rate_text(evaluation.counted, evaluation.printed),
        "participation_rate": rate_text(evaluation.counted, evaluation.entitled),
        "score": _score(scores.total, withheld.total),
        "range": _range(withheld.range),
        **_grade(questionnaire, scores.total, withheld),
        "reference_only": any(note["reason"] == "participation-low" for note in notes),
        **satisfaction(questionnaire, evaluation, withheld),
        "dimensions": [
            {
                "code": dimension.code,
                "zh": dimension.zh,
                "en": dimension.en,
                "weight": as_written(dimension.weight),
                "score": _score(scores.dimensions[dimension.code], withheld.dimensions.get(dimension.code)),
                "range": _range(withheld.ranges.get(dimension.code)),
            }
            for dimension in questionnaire.dimensions
        ],
        "items": [
            _item(item, dimension.code, evaluation, scores, withheld)
            for dimension in questionnaire.dimensions
            for item in dimension.items
        ],
        "checklist": team_checklist(read, evaluation, withheld),
        "texts": {
            question.code: None if withheld.texts or evaluation.texts is None else evaluation.texts[question.code]
            for question in questionnaire.open_questions
        },
        "units": evaluation.units,
        "suppressed": reasons_of(read, evaluation, scores, withheld),
        "notes": notes,
    }
    if questionnaire.role and evaluation.role is not None:
        report["role"] = {**named(questionnaire.role), "counts": _role_counts(read, evaluation, withheld)}
    if questionnaire.composite:
        report["composite"] = _composite(questionnaire, questionnaire.composite, scores.total, entered, withheld)
        reason = NOT_ENTERED if entered is None else withheld.total
        if reason and not any(entry["what"] == "all" for entry in report["suppressed"]):
            report["suppressed"].append(reason_of("composite", None, reason, least=read.minimum_group))
    return report


def _item(
    item: Item, dimension: str, evaluation: EvaluationRecord, scores: scoring.Scores, withheld: Withheld
) -> dict[str, Any]:
    counts, reason = evaluation.items[item.code], withheld.items.get(item.code)
    answers, positive = scoring.scored_answers(item.scale, counts), scoring.positive_answers(item.scale, counts)
    return {
        **named(item),
        "dimension": dimension,
        **counts_and_rates(None if reason else counts),
        "score": _score(scores.items[item.code], reason),
        "answered": None if reason else answers,
        "satisfaction_of_valid": None if reason else rate_text(positive, answers),
        "satisfaction_of_entitled": None if reason else rate_text(positive, evaluation.entitled),
    }


def _grade(questionnaire: Questionnaire, total: Fraction | None, withheld: Withheld) -> dict[str, str | None]:
    if withheld.grade or total is None:
        return {"grade": None, "grade_en": None, "grade_code": None}
    band = scoring.grade(questionnaire, total)
    return {"grade": band.zh, "grade_en": band.en, "grade_code": band.code}


def _composite(
    questionnaire: Questionnaire, rule: Composite, total: Fraction | None, entered: Entered | None, withheld: Withheld
) -> dict[str, Any]:
    """What was entered is shown as it is; the score only where the total is, for one gives away the other."""
    score = None if entered is None or total is None or withheld.total else composite_score(rule, total, entered)
    band = None if score is None or withheld.grade else scoring.grade(questionnaire, score)
    return {
        "quality": None if entered is None else scoring.half_up(entered.quality, 2),
        "deductions": None if entered is None else scoring.half_up(entered.deductions, 2),
        "deductions_reason": "" if entered is None else entered.reason,
        "score": None if score is None else scoring.half_up(score, 2),
        "grade": band and band.zh,
        "grade_en": band and band.en,
    }


def _role_counts(read: Record, evaluation: EvaluationRecord, withheld: Withheld) -> Mapping[str, int] | None:
    """Counts per role, only where the pool is large and nobody stands alone in a role."""
    counts = evaluation.role or {}
    large = (
        withheld.texts is None and evaluation.overlap is None and evaluation.entitled >= read.questionnaire.role_minimum
    )
    return counts if large and all(n == 0 or n >= read.minimum_group for n in counts.values()) else None


def _range(ends: Range | None) -> list[str] | None:
    return None if ends is None else [scoring.half_up(end, 2) for end in ends]


def _score(value: Fraction | None, reason: str | None) -> str | None:
    return None if reason or value is None else scoring.half_up(value, 2)
