"""The tables of a report (附表1, 2, 3 and 5) as plain rows: one source for Word, PDF and Excel.

Law: every figure comes from the report (domain.disclosure.disclose); nothing is computed here. What is null there is
None here, a dash on paper, and the reason stands in the notes below the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from survey.reports.blocks import Cell, Column, Table
from survey.reports.content import certainty
from survey.reports.content.table_notes import (
    ROUNDED,
    grade_cell,
    interval_cell,
    rate_cell,
    reasons,
    score_cell,
    void_reasons,
    why_no_items,
)
from survey.reports.words import words

Report = Mapping[str, Any]
_W = words("zh")


def participation(report: Report) -> Table:
    """附表1: per team and unit; units have figures about codes only."""
    rows: list[list[Cell]] = []
    strong = set()
    for team in report["evaluations"]:
        strong.add(len(rows))
        rows.append(
            [
                team["team"],
                team["entitled"],
                team["printed"],
                team["used"],
                team["collected"],
                team["counted"],
                team["void"],
                team["return_rate"],
                team["participation_rate"],
            ]
        )
        rows += [
            [f"　{unit['name']}", unit["entitled"], unit["printed"], unit["used"], None, None, None, None, None]
            for unit in team["units"]
        ]
    paper = any(team["paper"] is not None for team in report["evaluations"])
    if paper:
        counts = {team["team"]: team["paper"] for team in report["evaluations"]}
        for place, row in enumerate(rows):
            row.insert(5, counts[str(row[0])] if place in strong else None)
    notes = [
        "回收率＝有效答卷÷制发答题码（含备用码）；参评率＝有效答卷÷应参评人数。",
        "“—”：答卷上没有单位，只能按全组统计；各单位只统计答题码。",
    ]
    if paper:
        notes.append("纸质补录由巡察办按录入登记填写；答卷上没有标记，不能从计票记录核对，也不据此统计任何结果。")
    for team in report["evaluations"]:
        if team["void"]:
            notes.append(f"{team['team']}作废答卷的原因：{void_reasons(team)}。")
        notes += [f"{team['team']}：{note['zh']}" for note in team["notes"]]
    return Table(
        "附表1",
        "测评基本情况表",
        [
            Column("巡察组及单位", 2.6),
            Column("应参评", 1, "count"),
            Column("制发\n答题码", 1, "count"),
            Column("已用\n答题码", 1, "count"),
            Column("收回\n答卷", 1, "count"),
            *([Column("其中纸\n质补录", 1, "count")] if paper else []),
            Column("有效", 1, "count"),
            Column("作废", 1, "count"),
            Column("回收率", 1, "rate"),
            Column("参评率", 1, "rate"),
        ],
        rows,
        unit="单位：人、个、份、%",
        notes=notes,
        strong=frozenset(strong),
    )


def scores(report: Report) -> Table:
    """附表2: all teams by dimension, total, grade and satisfaction, in the order of the round."""
    dimensions = report["evaluations"][0]["dimensions"] if report["evaluations"] else []
    rows: list[list[Cell]] = [
        [
            team["team"],
            team["counted"],
            *(score_cell(dimension) for dimension in team["dimensions"]),
            score_cell(team),
            (grade_cell(team) or "").replace("（", "\n（") or None,
            rate_cell(team, "of_valid"),
            interval_cell(team),
            rate_cell(team, "of_entitled"),
        ]
        for team in report["evaluations"]
    ]
    headline = "评价者" if report["headline_denominator"] == "valid_answers" else "应参评者"
    named = "；".join(f"{d['code']} {d['zh']}（权重{d['weight']}）" for d in dimensions)
    bands = "，".join(
        f"{band['zh']}{band['min']}分起" if band["min"] != "0" else f"{band['zh']}{band['max']}分以下"
        for band in report["questionnaire"]["bands"]
    )
    rule = report["questionnaire"]["composite"]
    extra: list[Column] = []
    notes: list[str] = []
    if rule:
        for row, team in zip(rows, report["evaluations"], strict=True):
            made = team["composite"]
            row += [made["quality"], made["deductions"], made["score"], made["grade"]]
        extra = [
            Column("质量\n得分", 1, "score"),
            Column("扣分", 1, "score"),
            Column("综合\n得分", 1, "score"),
            Column("综合\n等次", 1.1, "mixed"),
        ]
        taken = "－扣分" if rule["deductions"] else ""
        notes = [f"综合得分＝总分×{rule['conduct']}%＋质量得分×{rule['quality']}%{taken}，权重在审定问卷时固定。"]
        notes += [
            f"{team['team']}扣分原因：{team['composite']['deductions_reason']}。"
            for team in report["evaluations"]
            if team["composite"]["deductions_reason"]
        ]
    return Table(
        "附表2",
        "各组得分及等次表",
        [
            Column("巡察组", 2),
            Column("有效\n答卷", 0.8, "count"),
            *(Column(d["code"], 1, "score") for d in dimensions),
            Column("总分", 1, "score"),
            Column("等次", 1.1, "mixed"),
            Column("满意率\n（评价者）", 1.6, "rate"),
            Column("95%区间", 1.5, "mixed"),
            Column("满意率\n（应参评者）", 1.8, "rate"),
            *extra,
        ],
        rows,
        unit="单位：份、分、%",
        notes=[
            *certainty.notes(report["evaluations"]),
            f"{named}。",
            f"{_W['score_definition']}等次：{bands}，按未取整的总分评定。",
            f"{_W['satisfaction_definition']}本轮以占{headline}的满意率为准。",
            f"{_W['interval_definition']}{_of_range(report)}两组的区间有重叠时，不宜说一组好于另一组。",
            *notes,
            *reasons(report["evaluations"], {"all", "score", "grade", "satisfaction", "dimensions", "composite"}),
        ],
    )


def _of_range(report: Report) -> str:
    is_any = any(team["satisfaction_range"] is not None for team in report["evaluations"])
    return _W["interval_of_range"] if is_any else ""


def distributions(report: Report) -> list[Table]:
    """附表3: one table per team whose items may be shown, and per scale of the form; then the others, a row each."""
    found, without = [], list[list[Cell]]()
    for team in report["evaluations"]:
        why = why_no_items(team)
        if why is None:
            scales = dict.fromkeys(item["scale"] for item in team["items"])
            found += [_distribution(report, team, scale) for scale in scales]
        else:
            without.append([team["team"], team["counted"], why])
    return [*found, _not_shown(without)] if without else found


def _not_shown(rows: Sequence[Sequence[Cell]]) -> Table:
    return Table(
        "附表3",
        "各题选项分布表（没有显示的组）",
        [Column("巡察组", 1.8), Column("有效答卷", 0.9, "count"), Column("没有显示的原因", 4)],
        rows,
        unit="单位：份",
    )


def _distribution(report: Report, team: Mapping[str, Any], scale: str) -> Table:
    options = report["questionnaire"]["scales"][scale]
    rows: list[list[Cell]] = []
    strong = set()
    for dimension in team["dimensions"]:
        items = [i for i in team["items"] if i["dimension"] == dimension["code"] and i["scale"] == scale]
        if items:
            strong.add(len(rows))
            empty = [""] * (len(options) + 1)
            rows.append([f"{dimension['code']} {dimension['zh']}", *empty, score_cell(dimension), ""])
            rows += [_item_row(item, options) for item in items]
    return Table(
        "附表3",
        f"各题选项分布表（{team['team']}）",
        [
            Column("题目", 4.4),
            *(Column(option["zh"], 1, "mixed") for option in options),
            Column("未填", 1, "mixed"),
            Column("得分", 1.1, "score"),
            Column("满意率", 1.1, "mixed"),
        ],
        rows,
        unit="单位：份、分、%",
        notes=[
            f"有效答卷{team['counted']}份，应参评{team['entitled']}人。选项栏：上行为份数，下行为占有效答卷的比例；“不了解”"
            "和未填不计分。",
            f"满意率：选满意类选项的份数，上行除以作出评价的份数，下行除以应参评人数。{ROUNDED}",
            *reasons([team], {"all", "items", "dimensions"}, named=False),
        ],
        strong=frozenset(strong),
    )


def _item_row(item: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> list[Cell]:
    codes = [option["code"] for option in options] + ["blank"]
    cells: list[Cell] = [None] * len(codes)
    if item["counts"] is not None:
        cells = [f"{item['counts'][code]}\n{item['rates'][code]}%" for code in codes]
    rates = (item["satisfaction_of_valid"], item["satisfaction_of_entitled"])
    both = "\n".join(f"{rate}%" for rate in rates if rate is not None) or None
    return [f"{item['code']} {item['zh']}", *cells, score_cell(item), both]


def digests(report: Report) -> list[Table]:
    """附表5: what two people wrote down instead of the remarks; empty where no digest is released yet."""
    found = []
    for team in report["evaluations"]:
        rows: list[list[Cell]] = [
            [question["zh"], entry["topic"], entry["sentence"], entry["count"]]
            for question in report["questionnaire"]["open_questions"]
            for entry in (team.get("digest") or {}).get(question["code"], [])
        ]
        if rows:
            found.append(
                Table(
                    "附表5",
                    f"意见建议摘编（{team['team']}）",
                    [
                        Column("问题", 1.6),
                        Column("主题", 1.1),
                        Column("意见建议（概括）", 4),
                        Column("同类\n条数", 0.7, "count"),
                    ],
                    rows,
                    unit="单位：条",
                    notes=["由两人分别审看后概括，不引用原话。"],
                )
            )
    return found
