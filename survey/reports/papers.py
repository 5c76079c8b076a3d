"""Every file that can be made of a round's results, by part and format: the one door for command line and office.

Law: a paper is a function of the disclosed report (and, for the trend, of earlier ones) alone: same record, same
bytes, whoever asks. The restricted checklist is a part of its own and is in no other part but the office's own data
formats (json, html).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.errors import InvalidInput, NotFound

Report = Mapping[str, Any]

FORMATS = ("json", "html", "xlsx", "docx", "pdf")
MEDIA = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Part:
    """title: in the file name; restricted: for the office only; per_team: needs the id of an evaluation."""

    name: str
    title: str
    formats: tuple[str, ...]
    restricted: bool = False
    per_team: bool = False


PARTS = {
    part.name: part
    for part in (
        Part("report", "情况报告", FORMATS),
        Part("feedback", "组反馈单", ("docx", "pdf"), per_team=True),
        Part("checklist", "禁止事项反映情况表（限阅）", ("docx", "xlsx", "pdf"), restricted=True),
        Part("appraisal", "鉴定参考语", ("docx", "pdf")),
        Part("trend", "历轮对比", ("xlsx", "docx", "pdf")),
    )
}


def make(report: Report, part: str, format_: str, fonts_dir: Path, team: str | None = None) -> bytes:
    """The file's bytes. Raises InvalidInput for a part, format or combination there is not, NotFound for a team."""
    chosen = find_part(part, format_)
    if chosen.per_team:
        whose = _team(report, team)
    elif team is not None:
        raise InvalidInput(f"The part {part} is about all teams; it takes no team.")
    else:
        whose = None
    return _makers()[part](report, format_, fonts_dir, whose)


def find_part(part: str, format_: str) -> Part:
    """Raises InvalidInput."""
    if part not in PARTS:
        raise InvalidInput(f"There is no part {part}; expected one of {', '.join(PARTS)}.")
    chosen = PARTS[part]
    if format_ not in chosen.formats:
        raise InvalidInput(f"The part {part} is not made as {format_}; expected {' or '.join(chosen.formats)}.")
    return chosen


def file_name(report: Report, part: str, format_: str, team: str | None = None) -> str:
    """A name for saving: round, team, what it is, the beginning of the check number."""
    chosen = find_part(part, format_)
    whose = f"_{_team(report, team)['team']}" if chosen.per_team else ""
    name = f"{report['name']}{whose}_{chosen.title}_{report['record'][:8].upper()}.{format_}"
    return "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)


def _team(report: Report, team: str | None) -> Mapping[str, Any]:
    teams: dict[str, Mapping[str, Any]] = {entry["id"]: entry for entry in report["evaluations"]}
    if team is None and len(teams) == 1:
        return next(iter(teams.values()))
    if team is None:
        raise InvalidInput(f"This part is about one team; name its evaluation: {', '.join(teams)}.")
    if team not in teams:
        raise NotFound(f"Round {report['round']} has no evaluation {team}.")
    return teams[team]


Maker = Callable[[Report, str, Path, Any], bytes]


def _makers() -> dict[str, Maker]:
    return {"report": _report, "feedback": _feedback, "checklist": _checklist, "appraisal": _appraisal, "trend": _trend}


# The libraries are imported where they are used: most commands make no paper.


def _report(report: Report, format_: str, fonts_dir: Path, _: Any) -> bytes:
    if format_ == "json":
        return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()
    if format_ == "html":
        from survey.reports.html import render_html

        return render_html(report).encode()
    if format_ == "xlsx":
        from survey.reports.excel import workbook

        return workbook.render(report)
    from survey.reports.content.situation import situation

    return _paper(situation(report), format_, fonts_dir)


def _feedback(report: Report, format_: str, fonts_dir: Path, team: Any) -> bytes:
    from survey.reports.content.short_papers import feedback

    return _paper(feedback(report, team), format_, fonts_dir)


def _checklist(report: Report, format_: str, fonts_dir: Path, _: Any) -> bytes:
    if format_ == "xlsx":
        from survey.reports.excel import workbook

        return workbook.render_checklist(report)
    from survey.reports.content.short_papers import restricted_checklist

    return _paper(restricted_checklist(report), format_, fonts_dir)


def _appraisal(report: Report, format_: str, fonts_dir: Path, _: Any) -> bytes:
    from survey.reports.content.short_papers import appraisals

    return _paper(appraisals(report), format_, fonts_dir)


def _trend(report: Report, format_: str, fonts_dir: Path, _: Any) -> bytes:
    if format_ == "xlsx":
        from survey.reports.excel import workbook

        return workbook.render_trend(report)
    from survey.reports.content.short_papers import comparison_of_rounds

    return _paper(comparison_of_rounds(report), format_, fonts_dir)


def _paper(document: Any, format_: str, fonts_dir: Path) -> bytes:
    if format_ == "pdf":
        from survey.reports import report_pdf

        return report_pdf.render(document, fonts_dir)
    from survey.reports.word import gongwen

    return gongwen.render(document, fonts_dir)
