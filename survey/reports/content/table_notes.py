"""What stands under and inside several tables: reasons for dashes and void ballots, grades and intervals, totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from survey.domain.results.suppression import RANGE, WHOLE_POINTS
from survey.reports.words import words

_W = words("zh")
ROUNDED = "因四舍五入，各项合计可能不等于100%。"


def grade_cell(team: Mapping[str, Any]) -> str | None:
    """ "良好", "良好（仅供参考）", or None."""
    if team["grade"] is None:
        return None
    return f"{team['grade']}（仅供参考）" if team["reference_only"] else str(team["grade"])


def score_cell(entry: Mapping[str, Any], to: str = "～") -> str | None:
    """The score of a team, a dimension or an item: "91.30", "95～100" where only a range is shown, or None."""
    if entry["score"] is not None:
        return str(entry["score"])
    range_ = entry.get("range")  # an item has none
    return None if range_ is None else to.join(end.removesuffix(".00") for end in range_)


def count_cell(line: Mapping[str, Any], code: str, to: str = "～") -> int | str | None:
    """The count of one option, its range ("0～4"), or None."""
    if line["counts"] is not None:
        return int(line["counts"][code])
    return str(line["bands"][code]).replace("-", to) if line.get("bands") else None


def rate_cell(team: Mapping[str, Any], of: str, to: str = "～") -> str | None:
    """The satisfaction rate, of: "of_valid" or "of_entitled": "97.9", "85.7～100.0" for a range, or None."""
    if team["satisfaction_range"] is not None:
        return to.join(team["satisfaction_range"][of])
    rate: str | None = team[f"satisfaction_{of}"]
    return rate


def satisfied_cell(team: Mapping[str, Any], to: str = "～") -> int | str | None:
    """How many of those who rated were satisfied: 39, "6～7" where only a range is shown, or None."""
    if team["satisfaction_range"] is not None:
        return to.join(map(str, team["satisfaction_range"]["satisfied"]))
    satisfied: int | None = team["overall"]["satisfied"]
    return satisfied


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
    """Why figures of these teams are dashes or ranges, one line per team and reason: "第三巡察组总分、等次：…"."""
    lines = []
    for team in teams:
        together: dict[tuple[str, str], list[str]] = {}
        for entry in team["suppressed"]:
            if entry["what"] in about:
                how = "“～”：{}。{}" if entry["reason"] in (RANGE, WHOLE_POINTS) else "“—”：{}没有显示。{}"
                what = entry["code"] or _FIGURES.get(entry["what"], "")
                together.setdefault((how, entry["zh"]), []).append(what)
        whose = team["team"] if named else ""
        lines += [how.format(whose + "、".join(what), reason) for (how, reason), what in together.items()]
    return lines


def why_no_items(team: Mapping[str, Any]) -> str | None:
    """Why no item of this team is shown: what stands in the table instead of them; None where one is shown."""
    if any(item["counts"] is not None for item in team["items"]):
        return None
    return "".join(line.removeprefix("“—”：") for line in reasons([team], {"all", "items"}, named=False))


def void_reasons(team: Mapping[str, Any]) -> str:
    """ "封口不成形2份，打不开1份"."""
    return "，".join(f"{_W[reason]}{count}份" for reason, count in team["void_reasons"].items())


def with_total(rows: list[list[str | int]]) -> tuple[list[list[str | int]], frozenset[int]]:
    """The rows of teams and, where there are several, a last one that adds up all but the names; which are strong."""
    if len(rows) < 2:
        return rows, frozenset()
    total = ["合计", *(sum(int(row[place]) for row in rows) for place in range(1, len(rows[0])))]
    return [*rows, total], frozenset({len(rows)})
