"""The short papers of a round: one page of feedback per team, the restricted checklist, sentences for appraisals.

Law: a feedback page holds its own team only; 附表4 is in no paper but its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.reports.blocks import COMPACT, Block, Document, Heading, NewPage, Paragraph, Picture, Signatures
from survey.reports.charts.wide import comparison
from survey.reports.content import certainty, findings, restricted_tables
from survey.reports.content.report_pictures import score_row, title_of
from survey.reports.content.table_notes import grade_cell, interval_cell, rate_cell, reasons, score_cell
from survey.reports.content.trend_tables import numbers_table, trend_of, trend_picture, trend_table
from survey.reports.phrases import mark, numeral, round_name, said
from survey.reports.words import check_number

Report = Mapping[str, Any]
Team = Mapping[str, Any]
_UNVERIFIED = (
    "以下反映未经核实，是线索，不是结论，不计入得分，不得据此直接作出评价。请限于授权阅看的人员阅看，不得复制、"
    "摘抄、转告。"
)


def feedback(report: Report, team: Team) -> Document:
    """组反馈单: one page for the team's leader; its own figures only, no unit, no other team."""
    blocks: list[Block] = [
        Paragraph(
            f"应参评{team['entitled']}人，有效答卷{team['counted']}份，参评率{team['participation_rate']}%。"
            + _overall(report, team)
        )
    ]
    shown = [d for d in team["dimensions"] if score_cell(d) is not None]
    if shown:
        rows = [score_row(d["zh"], d) for d in team["dimensions"]]
        svg = comparison(rows, "各维度得分（满分100分）", withheld="— 不显示")
        blocks += [Heading(f"各维度得分（n={team['counted']}）"), Picture(svg, title_of(svg), 140)]
        blocks += [Paragraph(note, "note") for note in certainty.notes([team])]
    blocks.append(Heading("需要注意的方面"))
    blocks += [Paragraph(sentence) for sentence in findings.features(report, team)]
    entries = [entry for of_question in (team.get("digest") or {}).values() for entry in of_question]
    if entries:
        blocks.append(Heading("意见建议（概括）"))
        blocks += [Paragraph(f"{number}. {said(entry)}。") for number, entry in enumerate(entries[:8], 1)]
    blocks += [Paragraph(note["zh"], "note") for note in team["notes"]]
    blocks += [
        Paragraph(sentence.removeprefix("“—”："), "note")
        for sentence in reasons([team], {"all", "score", "grade", "satisfaction", "dimensions", "items"}, named=False)
    ]
    blocks.append(Signatures(["反馈人：　　　　　　　组长签收：　　　　　　　　　年　月　日"]))
    return Document(
        title=(f"{team['team']}作风纪律后评估反馈单",),
        number=check_number(report["record"]),
        blocks=blocks,
        mark=mark(report),
        subject=report["name"],
        sheet=COMPACT,
    )


def _overall(report: Report, team: Team) -> str:
    if score_cell(team) is None and team["grade"] is None and rate_cell(team, "of_valid") is None:
        return "人数较少或者数据不能使用，不显示结果。"
    said = [f"总分{score_cell(team)}分" if score_cell(team) is not None else "总分不显示"]
    said.append(f"等次为“{grade_cell(team)}”" if team["grade"] else "不评等次")
    if rate_cell(team, "of_valid") is not None:
        said.append(
            f"评价者的满意率{rate_cell(team, 'of_valid')}%（95%区间{interval_cell(team)}%），"
            f"占应参评者{rate_cell(team, 'of_entitled')}%"
        )
    return "，".join(said) + f"。问卷：{report['questionnaire']['title_zh']}{report['questionnaire']['version']}版。"


def restricted_checklist(report: Report) -> Document:
    """附表4 as a paper of its own, restricted to its readers."""
    blocks: list[Block] = [Paragraph(_UNVERIFIED), *restricted_tables.checklists(report)]
    blocks.append(Signatures(["阅看人：　　　　　　　　　　　年　　月　　日"]))
    return Document(
        title=(f"{round_name(report)}巡察组后评估", "禁止事项反映情况表"),
        number=check_number(report["record"]),
        blocks=blocks,
        mark="限阅",
        subject=report["name"],
    )


def appraisals(report: Report) -> Document:
    """鉴定参考语: for the 组织部, one per team."""
    blocks: list[Block] = [Paragraph("供填写抽调人员鉴定表时参考。评价对象是巡察组，不是个人。")]
    for number, team in enumerate(report["evaluations"]):
        blocks += [Heading(f"（{numeral(number)}）{team['team']}", 2), Paragraph(findings.appraisal(report, team))]
    blocks.append(Signatures(["巡察办负责人：　　　　　　　　年　　月　　日"]))
    return Document(
        title=(f"{round_name(report)}巡察组", "作风纪律后评估鉴定参考语"),
        number=check_number(report["record"]),
        blocks=blocks,
        mark=mark(report),
        subject=report["name"],
    )


def comparison_of_rounds(report: Report) -> Document:
    """附表6 as a paper of its own."""
    shown = trend_of(report)
    table = trend_table(shown)
    return Document(
        title=("历轮作风纪律后评估对比",),
        number=check_number(report["record"]),
        blocks=[trend_picture(shown), NewPage(table.is_wide), table, numbers_table(shown)],
        mark=mark(report),
        subject=report["name"],
    )
