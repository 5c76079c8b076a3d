"""附表4, for its own readers: what was reported against the prohibitions, team by team, small teams together.

Law: in no table of the report; counts where a team is large enough, ranges for small teams together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from survey.reports.blocks import Cell, Column, Table
from survey.reports.content.table_notes import count_cell, reasons

Report = Mapping[str, Any]


def checklists(report: Report) -> list[Table]:
    """附表4, restricted: one table per team, then one for the small teams together."""
    found = []
    named = report["questionnaire"]["checklist"]
    if named is None:
        return []
    options = report["questionnaire"]["scales"][named["scale"]]
    for team in report["evaluations"]:
        shown = any(line["counts"] is not None for line in team["checklist"])
        found.append(_checklist(options, team, [] if shown else _why(team)))
    pooled = report["pooled_checklist"]
    if pooled:
        found.append(_pooled(options, pooled))
    return found


def _pooled(options: Sequence[Mapping[str, Any]], pooled: Mapping[str, Any]) -> Table:
    """Bands, not counts: nobody reported it in the pool would be nobody in each of its teams."""
    codes = [option["code"] for option in options] + ["blank"]
    heads = [option["zh"] for option in options] + ["未填"]
    return Table(
        "附表4",
        f"禁止事项反映情况表（合并统计，有效答卷{pooled['counted']}份）",
        [Column("事项", 4.4), *(Column(head, 1, "mixed") for head in heads)],
        [
            [
                f"{line['code']} {line['zh']}",
                *(count_cell(line, code) for code in codes),
            ]
            for line in pooled["checklist"]
        ],
        unit="单位：份（只显示范围）",
        notes=[
            "未经核实。反映是线索，不是结论，不计入得分。",
            f"以下各组人数较少，合并统计，只显示范围：{'、'.join(pooled['teams'])}。",
            *reasons([{"team": "", "suppressed": pooled["suppressed"]}], {"checklist"}, named=False),
        ],
    )


def _why(team: Mapping[str, Any]) -> list[str]:
    """Why nothing of this table is shown; they stand in the table, where a reader looks for the figures."""
    return list(dict.fromkeys(e["zh"] for e in team["suppressed"] if e["what"] in ("all", "checklist")))


def _checklist(options: Sequence[Mapping[str, Any]], team: Mapping[str, Any], instead: Sequence[str]) -> Table:
    """instead: the reasons that stand where nothing is shown."""
    codes = [option["code"] for option in options] + ["blank"]
    rows: list[list[Cell]] = [[f"没有显示。{why}", *("" for _ in codes)] for why in instead] or [
        [f"{line['code']} {line['zh']}", *(count_cell(line, code) for code in codes)] for line in team["checklist"]
    ]
    notes = [] if instead else reasons([team], {"all", "checklist"}, named=False)
    return Table(
        "附表4",
        f"禁止事项反映情况表（{team['team']}，有效答卷{team['counted']}份）",
        [Column("事项", 4.4), *(Column(option["zh"], 1, "count") for option in options), Column("未填", 1, "count")],
        rows,
        unit="单位：份",
        notes=["未经核实。反映是线索，不是结论，不计入得分。", *notes],
    )
