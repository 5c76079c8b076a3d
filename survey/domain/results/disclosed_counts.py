"""Counts in a report: with their rates, and the checklist in counts, or of small teams together in ranges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from survey.domain import scoring
from survey.domain.results.naming import named
from survey.domain.results.pooling import Bands, Small, pool
from survey.domain.results.reasons import reason_of
from survey.domain.results.record import EvaluationRecord, Record
from survey.domain.results.suppression import PROTECTS, Withheld


def counts_and_rates(counts: scoring.Counts | None) -> dict[str, Any]:
    """Counts, and each as per cent of all ballots counted; both null together."""
    if counts is None:
        return {"counts": None, "rates": None}
    ballots = sum(counts.values())
    return {"counts": counts, "rates": {code: rate_text(n, ballots) for code, n in counts.items()}}


def rate_text(part: int, whole: int) -> str | None:
    value = scoring.rate(part, whole)
    return None if value is None else scoring.half_up(value, 1)


def team_checklist(read: Record, evaluation: EvaluationRecord, withheld: Withheld) -> list[dict[str, Any]]:
    checklist = read.questionnaire.checklist
    if checklist is None:
        return []
    return [
        {
            **named(item),
            **counts_and_rates(None if item.code in withheld.checklist else evaluation.checklist[item.code]),
        }
        for item in checklist.items
    ]


def pooled_checklist(read: Record, reports: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The checklist of all teams too small for their own, in bands ("0-4"); None where they are too few together."""
    checklist = read.questionnaire.checklist
    small = [
        Small(evaluation.team, evaluation.counted, evaluation.checklist)
        for evaluation, report in zip(read.evaluations, reports, strict=True)
        if 0 < evaluation.counted < read.texts_minimum and evaluation.counted + report["void"] <= evaluation.used
    ]
    lines = pool(checklist, small, read.minimum_group, read.texts_minimum) if checklist else None
    if not checklist or lines is None:
        return None
    return {
        "teams": [team.team for team in small],
        "counted": sum(team.counted for team in small),
        "checklist": [
            {**named(item), "counts": None, "rates": None, "bands": _bands(lines[item.code])}
            for item in checklist.items
        ],
        "suppressed": [reason_of("checklist", code, PROTECTS) for code, line in lines.items() if line is None],
    }


def _bands(line: Bands | None) -> dict[str, str] | None:
    return None if line is None else {code: f"{band.least}-{band.most}" for code, band in line.items()}
