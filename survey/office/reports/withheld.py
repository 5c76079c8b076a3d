"""Reasons for dashes: a figure that disclose() withholds is shown as a dash together with one of these sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from survey.domain.results.suppression import RANGE, WHOLE_POINTS
from survey.office.language import in_language


def why(team: Mapping[str, Any], what: str, code: str | None = None) -> str:
    """The sentence for one withheld figure: its own reason, that of its table, or that of the whole team."""
    reasons = {(entry["what"], entry["code"]): entry for entry in team["suppressed"]}
    # The counts behind the satisfaction rate have no entry of their own: they go with the rate, or with all tables.
    others = [("satisfaction", None), ("items", None)] if what == "overall" else []
    for place in ((what, code), (what, None), *others, ("all", None)):
        if place in reasons:
            return in_language(reasons[place])
    return _("Not shown: too few answers.")


def whole_table(team: Mapping[str, Any], what: str) -> str | None:
    """The sentence when nothing of this table is shown, for one reason; else None (ranges are shown)."""
    covered = any(
        entry["what"] in (what, "all") and entry["code"] is None and entry["reason"] not in (RANGE, WHOLE_POINTS)
        for entry in team["suppressed"]
    )
    return why(team, what) if covered else None


def sentences(suppressed: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line per reason, naming what it withholds; figures with the same reason share a line."""
    together: dict[str, list[str]] = {}
    for entry in suppressed:
        together.setdefault(in_language(entry), []).append(_named(entry))
    return [
        (_(", ").join(name for name in names if name) + _(": ") if any(names) else "") + reason
        for reason, names in together.items()
    ]


def _named(entry: Mapping[str, Any]) -> str:
    if entry["code"]:
        return str(entry["code"])
    return {
        "all": "",
        "score": _("Score"),
        "grade": _("Grade"),
        "satisfaction": _("Satisfied"),
        "composite": _("Composite score"),
        "texts": _("Remarks"),
        "dimensions": _("Scores by dimension"),
        "items": _("Answers by item"),
        "checklist": _("Checklist"),
    }.get(entry["what"], "")
