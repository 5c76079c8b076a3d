"""One way to write a questionnaire's document: every key that has a fixed value is there, nothing empty is, one order.

Law: two documents that mean the same are equal when both went through here, whichever way they came (editor, YAML,
XLSForm). It also takes the unfinished documents of the editor: their containers are right, their values may be
anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from survey.domain.forms.form_parser import SCHEMA

Document = dict[str, Any]

LEAST = {"min_ballots_for_any_figure": 5, "min_ballots_for_unit_breakdown": 10, "min_ballots_for_comments": 10}
APPLY_BELOW = 10
PARTICIPATION = {"participation_valid_min": 0.6667, "participation_reference_only_min": 0.5}
ROLE_MINIMUM = 30


def canonical(document: Mapping[str, Any]) -> Document:
    """The same questionnaire, written in the one way."""
    is_chinese_only = document.get("language") == ["zh-CN"]

    def texts(of: Mapping[str, Any]) -> Document:
        """An English text that is there although the form is Chinese only stays: it is a fault to be told."""
        english = {} if is_chinese_only and not of.get("en") else {"en": _text(of.get("en", ""))}
        return {"zh": _text(of.get("zh", "")), **english}

    def optional(name: str) -> Document:
        return {name: texts(document[name])} if any(document.get(name, {}).values()) else {}

    def options(of: Iterable[Mapping[str, Any]], *, may_score: bool = True) -> list[Document]:
        return [
            {
                **_picked(option, "code"),
                **texts(option),
                **({"score": _number(option.get("score"))} if may_score or option.get("score") is not None else {}),
                **({"positive": option["positive"]} if option.get("positive") is not None else {}),
            }
            for option in of
        ]

    def items(of: Iterable[Mapping[str, Any]]) -> list[Document]:
        return [{**_picked(item, "code"), **texts(item)} for item in of]

    written: Document = {
        "schema": SCHEMA,
        **_picked(document, "id", "version", "language"),
        "title": texts(document.get("title", {})),
        **optional("intro"),
        "object_of_evaluation": "team",
        "scales": {
            name: {"type": "single", "required": False, "options": options(scale.get("options", ()))}
            for name, scale in document.get("scales", {}).items()
        },
        "dimensions": [
            {
                **_picked(one, "code"),
                "weight": _number(one.get("weight")),
                **texts(one),
                **_picked(one, "scale"),
                "items": items(one.get("items", ())),
            }
            for one in document.get("dimensions", ())
        ],
    }
    overall, checklist = document.get("overall", {}), document.get("checklist")
    written["overall"] = {**_picked(overall, "code", "scale"), "scored": False, **texts(overall)}
    if checklist:
        written["checklist"] = {
            **_picked(checklist, "code", "scale"),
            "scored": False,
            "visibility": "restricted",
            **texts(checklist),
            "items": items(checklist.get("items", ())),
        }
    written["open_questions"] = [
        {**_picked(one, "code"), "max_chars": _number(one.get("max_chars")), "required": False, **texts(one)}
        for one in document.get("open_questions", ())
    ]
    written |= optional("open_hint")
    if role := document.get("optional_role_question"):
        written["optional_role_question"] = {
            "enabled": role.get("enabled", False),
            "min_batch_size": _number(role.get("min_batch_size", ROLE_MINIMUM)),
            **_picked(role, "code"),
            **texts(role),
            "options": options(role.get("options", ()), may_score=False),
        }
    written["scoring"] = _scoring(document.get("scoring") or {})
    written["bands"] = [
        {**_picked(band, "code"), **texts(band), **{key: _number(band.get(key)) for key in ("min", "max")}}
        for band in document.get("bands", ())
    ]
    if document.get("reminder_line") is not None:
        written["reminder_line"] = _number(document["reminder_line"])
    given = document.get("validity") or {}
    limits = {key: _number(given.get(key, usual)) for key, usual in PARTICIPATION.items()}
    return {**written, "validity": {"void_if_counted_exceeds_issued": True, **limits}, **_disclosure(document)}


def _scoring(given: Mapping[str, Any]) -> Document:
    composite = given.get("composite") or {"enabled": False}
    weights = {part.get("name"): part.get("weight") for part in composite.get("parts", ())}
    return {
        "item_score": "mean_of_scored_options",
        "dimension_score": "unweighted_mean_of_item_scores",
        "total": "weighted_mean_of_defined_dimensions",
        "rounding": {"mode": "half_up", "score_decimals": 2, "rate_decimals": 1, "when": "display_only"},
        "headline_denominator": given.get("headline_denominator", "valid_answers"),
        "composite": {
            "enabled": composite["enabled"],
            "parts": [
                {"name": "conduct", "source": "this_questionnaire", "weight": _number(weights.get("conduct", 30))},
                {"name": "quality", "source": "entered_score", "weight": _number(weights.get("quality", 70))},
            ],
            **({"deductions": True} if composite.get("deductions") else {}),
        },
    }


def _disclosure(document: Mapping[str, Any]) -> Document:
    given = document.get("disclosure_control") or {}
    below = (given.get("unanimous_cell_rule") or {}).get("apply_below", APPLY_BELOW)
    return {
        "disclosure_control": {
            **{key: _number(given.get(key, least)) for key, least in LEAST.items()},
            "complementary_suppression": True,
            "pool_small_units_of_same_team": True,
            "unanimous_cell_rule": {"apply_below": _number(below), "show": "band_only"},
            "checklist_breakdown": "team_only",
        }
    }


def _picked(of: Mapping[str, Any], *keys: str) -> Document:
    return {key: of.get(key, "") for key in keys}


def _text(value: Any) -> Any:
    """Browsers end lines with two characters; spaces around a text mean nothing."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """18.0 is written 18."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
