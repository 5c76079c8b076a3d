"""The page of a round's report: all teams side by side, its files, and how far the report is.

Law: it shows what it is given, which is results() cut to what this account may read (pages.py). After a refusal it
comes once more with what was typed: a clerk who has added up counts types them once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_login import current_user

from survey.domain.results.review import remarks, undecided
from survey.domain.rounds import Round, State
from survey.domain.staff import OFFICE
from survey.office.confirming import APPROVE, RELEASE
from survey.office.needs import Services
from survey.office.reports.drawings import compared, satisfied
from survey.reports import papers

OFFICE_FORMATS = frozenset({"json", "html"})  # they hold the checklist
PAPER = "paper"


@dataclass(frozen=True)
class Typed:
    """What was not entered. form: PAPER, or the evaluation whose score was typed."""

    form: str
    values: Mapping[str, str]
    sentence: str

    def value(self, form: str, name: str, kept: object) -> object:
        """What the field holds: typed just now, or else as it is kept."""
        return self.values.get(name, "") if form == self.form else kept


NOTHING_TYPED = Typed("", {}, "")


def report_page(services: Services, round_: Round, report: dict[str, Any], typed: Typed = NOTHING_TYPED) -> str:
    return render_template(
        "office/report.html",
        round=round_,
        report=report,
        papers=_papers(),
        comparison=compared(report),
        satisfaction=satisfied(report),
        way=_way(services, round_, report) if current_user.role == OFFICE else None,
        typed=typed,
        here="reports",
    )


def _papers() -> list[tuple[str, str, list[str]]]:
    """(words, part, formats) of what this account may fetch for the whole round."""
    words = {
        "report": _("Report on the round"),
        "appraisal": _("Sentences for appraisals"),
        "trend": _("Rounds compared"),
        "checklist": _("Checklist table (restricted)"),
    }
    is_office = current_user.role == OFFICE
    return [
        (words[name], name, [f for f in papers.PARTS[name].formats if is_office or f not in OFFICE_FORMATS])
        for name in words
        if is_office or not papers.PARTS[name].restricted
    ]


def _way(services: Services, round_: Round, report: dict[str, Any]) -> dict[str, Any]:
    """How far the report is, for its page: stage, whether there are remarks, those undecided, scores to enter."""
    is_draft = round_.state is State.OPENED
    reviews = services.reports.reviews(round_.id) if is_draft else {}
    # Once every remark is decided, the report holds their digest in their place.
    has_digest = any("digest" in team for team in report["evaluations"])
    found = remarks(report) if is_draft and not has_digest else []
    rule = report["questionnaire"]["composite"]
    return {
        "stage": report["stage"] if is_draft or report["stage"] != "draft" else "approved",
        "remarks": bool(found or reviews),
        "left": undecided(found, reviews),
        "scores": [team for team in report["evaluations"] if team["composite"]["quality"] is None] if rule else [],
        "approve": APPROVE,
        "release": RELEASE,
    }
