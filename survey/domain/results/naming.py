"""How the parts of a questionnaire are named in a report, so that a page or file needs nothing but the report.

Law: all of it is public already (it stands in the manifest); nothing here looks at an answer.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from survey.domain.forms.form import Checklist, Composite, Item, Questionnaire, Scale
from survey.domain.scoring import half_up


def questionnaire_of(questionnaire: Questionnaire) -> dict[str, Any]:
    """What the documents need to name things; all of it is public already (manifest)."""
    reminder = questionnaire.reminder_line
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "title_zh": questionnaire.title_zh,
        "title_en": questionnaire.title_en,
        "scales": {scale.name: _options(scale) for scale in questionnaire.scales},
        "bands": [
            {"code": b.code, "zh": b.zh, "en": b.en, "min": as_written(b.minimum), "max": as_written(b.maximum)}
            for b in questionnaire.bands
        ],
        "composite": _rule(questionnaire.composite),
        "reminder_line": None if reminder is None else as_written(reminder),
        "checklist": named(questionnaire.checklist) if questionnaire.checklist else None,
        "open_questions": [{"code": q.code, "zh": q.zh, "en": q.en} for q in questionnaire.open_questions],
        "role_options": _options(questionnaire.role.scale) if questionnaire.role else [],
    }


def _rule(composite: Composite | None) -> dict[str, Any] | None:
    if composite is None:
        return None
    return {
        "conduct": as_written(100 * composite.conduct),
        "quality": as_written(100 * composite.quality),
        "deductions": composite.deductions,
    }


def _options(scale: Scale) -> list[dict[str, Any]]:
    return [
        {
            "code": option.code,
            "zh": option.zh,
            "en": option.en,
            "score": None if option.score is None else as_written(option.score),
            "positive": option.positive,
        }
        for option in scale.options
    ]


def named(what: Item | Checklist) -> dict[str, str]:
    return {"code": what.code, "zh": what.zh, "en": what.en, "scale": what.scale.name}


def as_share(value: Fraction) -> str:
    """A share of 1 in whole per cent, or as the fraction it is: "50%", "2/3". Rounded to 66.67% it would be another."""
    return f"{100 * value}%" if (100 * value).denominator == 1 else str(value)


def as_written(value: Fraction) -> str:
    """A weight, option score or band edge as it was written: "18", "16.5"; at most 2 decimals."""
    text = half_up(value, 2)
    return text.rstrip("0").rstrip(".")
