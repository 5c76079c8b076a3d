"""The report as one HTML file: quiet, printable, complete without network, script or second file.

Law: every figure comes from the report (domain.disclosure.disclose); this module computes none. What is null there is
a dash here, with its reason below the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from survey.reports.charts import bars as charts
from survey.reports.content import certainty
from survey.reports.content.table_notes import count_cell, rate_cell, score_cell
from survey.reports.places import DOCUMENTS
from survey.reports.words import check_number, words


def render_html(report: Mapping[str, Any], language: str = "zh") -> str:
    """The whole report as a standalone HTML document in "zh" or "en"."""
    return _environment().get_template("report.html").render(**_context(report, language), css=stylesheet())


def render_body(report: Mapping[str, Any], language: str = "zh") -> Markup:
    """The same without head and stylesheet, for a page that brings its own (no inline styles in it)."""
    template = _environment().get_template("_report.html")
    return Markup(template.render(**_context(report, language)))  # noqa: S704  # rendered with autoescape just here


def stylesheet() -> str:
    """The stylesheet of the report, for the file itself or to be served beside a page."""
    return (DOCUMENTS / "report.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(DOCUMENTS),
        autoescape=True,  # team names and remarks are other people's text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        bar=_bar,
        few_ballots=certainty.notes,
        distribution=_distribution,
        rows=_rows,
        score_cell=score_cell,
        count_cell=count_cell,
        rate_cell=rate_cell,
    )
    return environment


def _context(report: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "report": report,
        "lang": language,
        "w": words(language),
        "number": check_number(report["record"]),
        "questionnaire": report["questionnaire"],
    }


def _bar(value: str | None, title: str) -> Markup:
    return Markup("") if value is None else Markup(charts.bar(value, f"{title} {value}"))  # noqa: S704  # escaped there


def _distribution(entry: Mapping[str, Any], scales: Mapping[str, Any], language: str, blank: str) -> Markup:
    """The stacked bar of an item or checklist line, from its counts."""
    if entry["counts"] is None:
        return Markup("")
    options = scales[entry["scale"]]
    scored = any(option["score"] is not None for option in options)
    parts = [
        charts.Part(option[language], entry["counts"][option["code"]], scored and option["score"] is None)
        for option in options
    ]
    parts.append(charts.Part(blank, entry["counts"]["blank"], True))
    title = f"{entry['code']} {words(language)['distribution']}"
    return Markup(charts.distribution(parts, title, charts.PAUSES[language]))  # noqa: S704  # escaped there


def _rows(evaluation: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """(dimension, its items), in the order of the form."""
    return [(d, [i for i in evaluation["items"] if i["dimension"] == d["code"]]) for d in evaluation["dimensions"]]
