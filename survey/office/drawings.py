"""The drawings of survey.reports on office pages: the same bars as in the report files, from the same figures.

They are markup already (charts.py escapes names in them): templates show them with `| safe`, and nothing else so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from survey.office.language import in_language
from survey.reports import charts


def bar(value: str | None, title: str) -> str:
    """A score of 0 to 100 as a bar; nothing where the score is withheld."""
    return "" if value is None else charts.bar(value, f"{title} {value}")


def distribution(row: Mapping[str, Any], options: list[dict[str, Any]]) -> str:
    """All counted ballots of one item as a stacked bar; nothing where its counts are withheld."""
    counts = row["counts"]
    if counts is None:
        return ""
    scored = any(option["score"] is not None for option in options)
    parts = [
        charts.Part(in_language(option), counts[option["code"]], scored and option["score"] is None)
        for option in options
    ]
    parts.append(charts.Part(_("Left blank"), counts["blank"], True))
    return charts.distribution(parts, row["code"])
