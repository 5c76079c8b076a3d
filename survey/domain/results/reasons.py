"""The reasons in a report: one entry per withheld figure, and the notes of the participation rules.

Law: no figure is missing without an entry here, and an entry says no more than the rule that withheld it.
"""

from __future__ import annotations

from fractions import Fraction

from survey.domain.questionnaire import Questionnaire
from survey.domain.results.naming import as_share
from survey.domain.results.record import EvaluationRecord, Record
from survey.domain.results.suppression import EXCEEDS, GROUP, OVERLAP, TEXTS, UNRATED, Withheld
from survey.domain.results.wording import explain
from survey.domain.scoring import Scores

UNGRADED = "participation-too-low"
NOT_ENTERED = "quality-not-entered"
ERASED = "texts-erased"
_WHOLE = frozenset({TEXTS, OVERLAP})  # reasons that cover a whole table: one entry instead of one per line
Reason = dict[str, str | None]  # what, code, reason, zh, en


def participation_notes(questionnaire: Questionnaire, evaluation: EvaluationRecord, withheld: Withheld) -> list[Reason]:
    """Too few of those entitled took part: no grade, or for reference only. Enters the grade's reason in `withheld`."""
    notes: list[Reason] = []
    if withheld.grade in (GROUP, EXCEEDS):
        return notes  # there is nothing that could be for reference
    participation = Fraction(evaluation.counted, evaluation.entitled)
    if participation < questionnaire.grade_from:
        withheld.grade = withheld.grade or UNGRADED
    elif participation < questionnaire.full_from:
        notes.append(reason_of("grade", None, "participation-low", least=as_share(questionnaire.full_from)))
    if evaluation.counted > evaluation.entitled:
        notes.append(reason_of("participation", None, "counted-exceeds-entitled"))
    return notes


def reasons_of(read: Record, evaluation: EvaluationRecord, scores: Scores, withheld: Withheld) -> list[Reason]:
    """One entry per withheld figure; one for a whole table where one reason covers it."""
    if withheld.total is not None and withheld.total == withheld.satisfaction == withheld.texts:
        return [reason_of("all", None, withheld.total, least=read.minimum_group)]
    least: dict[str, object] = {
        GROUP: read.minimum_group,
        TEXTS: read.texts_minimum,
        UNGRADED: as_share(read.questionnaire.grade_from),
    }
    if evaluation.overlap:
        least[OVERLAP] = evaluation.overlap.round_name
    single = {
        "score": withheld.total,
        "grade": withheld.grade,
        "satisfaction": withheld.satisfaction,
        "texts": withheld.texts or (ERASED if evaluation.texts is None else None),
    }
    reasons = [
        reason_of(what, None, reason, least.get(reason, read.minimum_group))
        for what, reason in single.items()
        if reason
    ]
    unrated = {code: UNRATED for code, value in scores.items.items() if value is None}
    for what, table, size in (
        ("dimensions", withheld.dimensions, len(scores.dimensions)),
        ("items", {**unrated, **withheld.items}, len(scores.items)),
        ("checklist", withheld.checklist, len(evaluation.checklist)),
    ):
        said: dict[str | None, str] = dict(sorted(table.items()))
        if len(said) == size and len(set(said.values())) == 1 and (whole := next(iter(said.values()))) in _WHOLE:
            said = {None: whole}
        reasons += [
            reason_of(what, code, reason, least.get(reason, read.minimum_group)) for code, reason in said.items()
        ]
    return reasons


def reason_of(what: str, code: str | None, reason: str, least: object = "") -> Reason:
    return {"what": what, "code": code, "reason": reason, **explain(reason, least)}
