"""What stands under and inside several tables: reasons for dashes, grades and intervals as cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ROUNDED = "因四舍五入，各项合计可能不等于100%。"


def grade_cell(team: Mapping[str, Any]) -> str | None:
    """ "良好", "良好（仅供参考）", or None."""
    if team["grade"] is None:
        return None
    return f"{team['grade']}（仅供参考）" if team["reference_only"] else str(team["grade"])


def interval_cell(team: Mapping[str, Any]) -> str | None:
    """ "91.5～99.0", or None."""
    interval = team["satisfaction_interval"]
    return None if interval is None else f"{interval[0]}～{interval[1]}"


_FIGURES = {
    "all": "全部数字",
    "score": "总分",
    "grade": "等次",
    "satisfaction": "满意率",
    "composite": "综合得分",
    "dimensions": "各维度得分",
    "items": "各题选项分布",
    "checklist": "禁止事项",
    "texts": "意见建议",
}


def reasons(teams: Iterable[Mapping[str, Any]], about: set[str], *, named: bool = True) -> list[str]:
    """Why figures of these teams are dashes, one line per team and reason: "第三巡察组总分、等次：…"."""
    lines = []
    for team in teams:
        together: dict[str, list[str]] = {}
        for entry in team["suppressed"]:
            if entry["what"] in about:
                together.setdefault(entry["zh"], []).append(entry["code"] or _FIGURES.get(entry["what"], ""))
        whose = team["team"] if named else ""
        lines += [f"“—”：{whose}{'、'.join(what)}没有显示。{reason}" for reason, what in together.items()]
    return lines
