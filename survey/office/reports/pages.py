"""The report of a round: all teams side by side, and one page per team with every item.

Law: every figure comes out of survey.domain.results.release.results, which is disclose() and what two people wrote
about the remarks; this module reads no record itself. Readers see approved reports only. The
checklist (十不准) is for the office only: what it holds is unverified and names a team.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.results import release
from survey.domain.results.trend import trend
from survey.domain.rounds import APPROVED, COUNTED, Round, State
from survey.domain.staff import OFFICE, READER
from survey.errors import NotFound, NotYet
from survey.office.language import in_language
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.reports.drawings import bar, distributed, distribution, lines
from survey.office.reports.round_page import OFFICE_FORMATS, report_page
from survey.office.reports.withheld import sentences, whole_table, why
from survey.office.rounds.own_rounds import own_rounds
from survey.reports import papers
from survey.reports.content import certainty
from survey.reports.content.table_notes import count_cell, rate_cell, satisfied_cell, score_cell
from survey.reports.places import fonts_folder
from survey.reports.words import check_number, words


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/reports", endpoint="list-reports")
    @serves(OFFICE, READER)
    def list_reports() -> ResponseReturnValue:
        rounds = [round_ for round_ in own_rounds(services) if round_.state in _visible()]
        return render_template("office/reports.html", rounds=rounds, here="reports")

    @blueprint.get("/rounds/<round_id>/report", endpoint="show-report")
    @serves(OFFICE, READER)
    def show_report(round_id: str) -> ResponseReturnValue:
        round_, report = _read(services, round_id)
        return report_page(services, round_, report)

    @blueprint.get("/rounds/<round_id>/report/<evaluation_id>", endpoint="show-team-report")
    @serves(OFFICE, READER)
    def show_team_report(round_id: str, evaluation_id: str) -> ResponseReturnValue:
        round_, report = _read(services, round_id)
        team = next((team for team in report["evaluations"] if team["id"] == evaluation_id), None)
        if team is None:
            raise NotFound(f"Round {round_id} has no evaluation {evaluation_id}.")
        return render_template(
            "office/team.html", round=round_, report=report, team=team, distributed=distributed, here="reports"
        )

    @blueprint.get("/rounds/<round_id>/checklist", endpoint="show-checklist")
    @serves(OFFICE)
    def show_checklist(round_id: str) -> ResponseReturnValue:
        round_, report = _read_whole(services, round_id)
        return render_template("office/checklist.html", round=round_, report=report, here="reports")

    @blueprint.get("/reports/trend", endpoint="show-trend")
    @serves(OFFICE, READER)
    def show_trend() -> ResponseReturnValue:
        """Approved reports only, for the office too: a draft may still change what it says."""
        own = {round_.id: round_.questionnaire for round_ in own_rounds(services)}
        made = trend(point for point in release.approved_points(services.reports) if point.round_id in own)
        return render_template("office/trend.html", here="reports", forms=own, **lines(made))

    @blueprint.get("/rounds/<round_id>/report/files/<part>.<format_>", endpoint="download-report")
    @serves(OFFICE, READER)
    def download_report(round_id: str, part: str, format_: str) -> ResponseReturnValue:
        """The bytes that `survey round report` writes. `json` and `html` hold the checklist: for the office only."""
        round_, report = _read_whole(services, round_id)
        if current_user.role != OFFICE and (papers.find_part(part, format_).restricted or format_ in OFFICE_FORMATS):
            abort(403)
        team = request.args.get("team")
        response = Response(papers.make(report, part, format_, fonts_folder(), team), mimetype=papers.MEDIA[format_])
        name = quote(papers.file_name(report, part, format_, team))
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"  # RFC 6266, section 4.3
        trail.note(object=f"{round_.id}/{part}.{format_}")
        return response

    @blueprint.context_processor
    def helpers() -> dict[str, Any]:
        return {
            "why": why,
            "whole_table": whole_table,
            "sentences": sentences,
            "grade_words": grade_words,
            "by_dimension": by_dimension,
            "bar": bar,
            "distribution": distribution,
            "check_number": check_number,
            "few_ballots": certainty.notes,
            "few_words": in_language({language: words(language)["few_ballots"] for language in ("zh", "en")}),
            "shown_score": lambda entry: score_cell(entry, "–"),
            "shown_rate": lambda team, of: rate_cell(team, of, "–"),
            "shown_satisfied": lambda team: satisfied_cell(team, "–"),
            "shown_count": lambda row, code: count_cell(row, code, "–"),
            "void_words": lambda reason: in_language({language: words(language)[reason] for language in ("zh", "en")}),
            "why_texts": lambda team: any(entry["what"] in ("texts", "all") for entry in team["suppressed"]),
            "format_words": {
                "docx": _("Word"),
                "xlsx": _("Excel"),
                "pdf": "PDF",
                "html": _("Web page"),
                "json": "JSON",
            },
        }


def grade_words(team: Mapping[str, Any]) -> str | None:
    return None if team["grade"] is None else in_language({"zh": team["grade"], "en": team["grade_en"]})


def by_dimension(team: Mapping[str, Any]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The items of the form under their dimensions, in the order of the form."""
    return [
        (dimension, [item for item in team["items"] if item["dimension"] == dimension["code"]])
        for dimension in team["dimensions"]
    ]


def _read(services: Services, round_id: str) -> tuple[Round, dict[str, Any]]:
    round_, report = _read_whole(services, round_id)
    return round_, report if current_user.role == OFFICE else _without_checklist(report)


def _visible() -> frozenset[State]:
    """Readers see a report when the leading group has approved it, the office from the count on."""
    return COUNTED if current_user.role == OFFICE else APPROVED


def _read_whole(services: Services, round_id: str) -> tuple[Round, dict[str, Any]]:
    round_ = get_round(services.registry, round_id)
    if round_.state not in COUNTED or services.registry.find_tally_record(round_id) is None:
        raise NotYet("The boxes of this round are not opened yet.", why="not-counted")
    if round_.state not in _visible():
        raise NotYet("The report of this round is a draft.", why="still-draft")
    return round_, release.results(services.registry, services.reports, round_)


def _without_checklist(report: dict[str, Any]) -> dict[str, Any]:
    """What others than the office read: taken out here, so that no page can show it by mistake."""
    evaluations = [
        {**team, "checklist": [], "suppressed": [entry for entry in team["suppressed"] if entry["what"] != "checklist"]}
        for team in report["evaluations"]
    ]
    return {**report, "evaluations": evaluations, "pooled_checklist": None}
