"""How papers call a round, number their parts, mark a draft and say a remark: the same in every paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Report = Mapping[str, Any]
NUMERALS = "一二三四五六七八九十"


def mark(report: Report) -> str:
    """Before the leading group has approved it, every paper says that it is a draft."""
    return "送审稿　内部资料　注意保存" if report.get("stage") == "draft" else "内部资料　注意保存"


def round_name(report: Report) -> str:
    """ "2026年第一轮巡察" + "巡察组" would say 巡察 twice."""
    name: str = report["name"]
    return name.removesuffix("巡察") if name.endswith("轮巡察") else name


def said(entry: Mapping[str, Any]) -> str:
    same = f"（{entry['count']}条）" if entry["count"] > 1 else ""
    return f"{entry['sentence'].rstrip('。；')}{same}"


def numeral(index: int) -> str:
    """一 to 九十九, for （一）."""
    tens, ones = divmod(index + 1, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return lead + (NUMERALS[ones - 1] if ones else "")
