"""The papers of a round, composed from the one disclosed report: the report on the situation and what goes with it.

Structure of the report as leading groups expect it: 一、基本情况 二、测评结果 三、主要特点和问题 四、意见建议摘编
五、下一步建议, then the tables as attachments. 附表4 (reported prohibitions) is never in it: it is a paper of its own
for its own readers. Remarks appear as digests only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey.reports import findings, restricted_tables, tables
from survey.reports.blocks import (
    Attachments,
    Block,
    Document,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Signatures,
    Table,
)
from survey.reports.charts import Part
from survey.reports.table_notes import grade_cell, interval_cell, reasons
from survey.reports.wide_charts import Answers, Row, comparison, diverging, sorted_rows
from survey.reports.words import check_number

Report = Mapping[str, Any]
Team = Mapping[str, Any]
_PER_PICTURE = 20  # rows that fit on a page beside text
UNREVIEWED = "意见建议正在由两人审看摘编，摘编完成前不列入报告。"
_UNVERIFIED = (
    "以下反映未经核实，是线索，不是结论，不计入得分，不得据此直接作出评价。请限于授权阅看的人员阅看，不得复制、"
    "摘抄、转告。"
)


def situation(report: Report) -> Document:
    """《…情况报告》 for the leading group."""
    return Document(
        title=(f"{_round_name(report)}巡察组", "作风纪律后评估情况报告"),
        number=check_number(report["record"]),
        blocks=list(_situation(report)),
        mark=_mark(report),
        subject=report["name"],
    )


def _mark(report: Report) -> str:
    """Before the leading group has approved it, every paper says that it is a draft."""
    return "送审稿　内部资料　注意保存" if report.get("stage") == "draft" else "内部资料　注意保存"


def _round_name(report: Report) -> str:
    """ "2026年第一轮巡察" + "巡察组" would say 巡察 twice."""
    name: str = report["name"]
    return name.removesuffix("巡察") if name.endswith("轮巡察") else name


def _situation(report: Report) -> Iterator[Block]:
    teams = report["evaluations"]
    yield Heading("一、基本情况")
    yield from map(Paragraph, findings.basics(report))
    yield Heading("二、测评结果")
    yield Heading("（一）总体得分", 2)
    yield from map(Paragraph, findings.results(report))
    yield from _comparison(report)
    yield Heading("（二）总体满意度", 2)
    yield Paragraph("总体满意度为对照题，不计入总分。各组满意率和区间见附表2，分布如下图，右边为满意类选项。")
    yield from _satisfaction(report)
    yield Heading("三、主要特点和问题")
    for number, team in enumerate(teams):
        yield Heading(f"（{_numeral(number)}）{team['team']}", 2)
        yield from map(Paragraph, findings.features(report, team))
    yield Heading("四、意见建议摘编")
    yield from _digest(report)
    yield Heading("五、下一步建议")
    for number, sentence in enumerate(findings.proposals(report), 1):
        yield Paragraph(f"{number}. {sentence}")
    yield Paragraph("以上由系统按规则列出，请巡察办核改补充。", "note")
    attached = [
        [tables.participation(report)],
        [tables.scores(report)],
        tables.distributions(report),
        tables.digests(report),
    ]
    attached = [group for group in attached if group]
    yield Attachments([_title(group[0]) for group in attached])
    yield Signatures(
        [
            "计票人：",
            "监票人：　　　　　　　　　　监票人：",
            "巡察办负责人：",
            "领导小组审定意见：",
            "　　　　　　　　　　　　　　　　年　　月　　日",
        ]
    )
    for number, group in enumerate(attached, 1):
        for place, table in enumerate(group):
            yield NewPage(table.is_wide, f"附件{number}" if place == 0 else "")
            yield table


def _title(table: Table) -> str:
    return table.title.partition("（")[0]


def _comparison(report: Report) -> Iterator[Picture]:
    rows = sorted_rows([Row(t["team"], t["score"], t["grade"] or "") for t in report["evaluations"]])
    for start in range(0, len(rows), _PER_PICTURE):
        part = rows[start : start + _PER_PICTURE]
        svg = comparison(part, "各组总分比较", withheld="— 不显示")
        yield Picture(svg, _title_of(svg))


def _satisfaction(report: Report) -> Iterator[Picture]:
    rows = [answers(report, team["team"], team["overall"]) for team in report["evaluations"]]
    for start in range(0, len(rows), _PER_PICTURE):
        svg = diverging(rows[start : start + _PER_PICTURE], "总体满意度分布（份）", withheld="— 不显示")
        yield Picture(svg, _title_of(svg))


def answers(report: Report, label: str, entry: Mapping[str, Any]) -> Answers:
    """One bar around the middle for an item or the overall question; empty where its counts are withheld."""
    counts = entry["counts"]
    if counts is None:
        return Answers(label, (), (), ())
    options = report["questionnaire"]["scales"][entry["scale"]]

    def parts(chosen: list[Mapping[str, Any]]) -> list[Part]:
        return [Part(option["zh"], counts[option["code"]]) for option in chosen]

    return Answers(
        label,
        parts([o for o in options if o["positive"]]),
        parts([o for o in options if o["score"] is not None and not o["positive"]]),
        [*parts([o for o in options if o["score"] is None]), Part("未填", counts["blank"])],
    )


def _title_of(svg: str) -> str:
    return svg.partition("<title>")[2].partition("</title>")[0]


def _digest(report: Report) -> Iterator[Paragraph]:
    if not report["questionnaire"]["open_questions"]:
        yield Paragraph("本轮问卷没有开放题。")
        return
    if all(team.get("digest") is None for team in report["evaluations"]):
        yield Paragraph(UNREVIEWED)
        return
    for team in report["evaluations"]:
        entries = [entry for of_question in (team.get("digest") or {}).values() for entry in of_question]
        if entries:
            listed = "；".join(_said(entry) for entry in entries)
            yield Paragraph(f"{team['team']}：{listed}。")
    yield Paragraph("意见建议由两人审看后概括，不引用原话，详见附件。")


def _said(entry: Mapping[str, Any]) -> str:
    same = f"（{entry['count']}条）" if entry["count"] > 1 else ""
    return f"{entry['sentence'].rstrip('。；')}{same}"


def _numeral(index: int) -> str:
    """一 to 九十九, for （一）."""
    tens, ones = divmod(index + 1, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else findings.NUMERALS[tens - 1] + "十"
    return lead + (findings.NUMERALS[ones - 1] if ones else "")


def feedback(report: Report, team: Team) -> Document:
    """组反馈单: one page for the team's leader; its own figures only, no unit, no other team."""
    blocks: list[Block] = [
        Paragraph(
            f"应参评{team['entitled']}人，有效答卷{team['counted']}份，参评率{team['participation_rate']}%。"
            + _overall(report, team)
        )
    ]
    shown = [d for d in team["dimensions"] if d["score"] is not None]
    if shown:
        svg = comparison([Row(d["zh"], d["score"]) for d in team["dimensions"]], "各维度得分", withheld="— 不显示")
        blocks += [Heading("各维度得分"), Picture(svg, _title_of(svg), 140)]
    blocks.append(Heading("需要注意的方面"))
    blocks += [Paragraph(sentence) for sentence in findings.features(report, team)]
    entries = [entry for of_question in (team.get("digest") or {}).values() for entry in of_question]
    if entries:
        blocks.append(Heading("意见建议（概括）"))
        blocks += [Paragraph(f"{number}. {_said(entry)}。") for number, entry in enumerate(entries[:8], 1)]
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
        mark=_mark(report),
        subject=report["name"],
        compact=True,
    )


def _overall(report: Report, team: Team) -> str:
    if team["score"] is None and team["grade"] is None and team["satisfaction"] is None:
        return "人数较少或者数据不能使用，不显示结果。"
    said = [f"总分{team['score']}分" if team["score"] is not None else "总分不显示"]
    said.append(f"等次为“{grade_cell(team)}”" if team["grade"] else "不评等次")
    if team["satisfaction_of_valid"] is not None:
        said.append(
            f"评价者的满意率{team['satisfaction_of_valid']}%（95%区间{interval_cell(team)}%），"
            f"占应参评者{team['satisfaction_of_entitled']}%"
        )
    return "，".join(said) + f"。问卷：{report['questionnaire']['title_zh']}{report['questionnaire']['version']}版。"


def restricted_checklist(report: Report) -> Document:
    """附表4 as a paper of its own, restricted to its readers."""
    blocks: list[Block] = [Paragraph(_UNVERIFIED), *restricted_tables.checklists(report)]
    blocks.append(Signatures(["阅看人：　　　　　　　　　　　年　　月　　日"]))
    return Document(
        title=(f"{_round_name(report)}巡察组后评估", "禁止事项反映情况表"),
        number=check_number(report["record"]),
        blocks=blocks,
        mark="限阅",
        subject=report["name"],
    )


def appraisals(report: Report) -> Document:
    """鉴定参考语: for the 组织部, one per team."""
    blocks: list[Block] = [Paragraph("供填写抽调人员鉴定表时参考。评价对象是巡察组，不是个人。")]
    for number, team in enumerate(report["evaluations"]):
        blocks += [Heading(f"（{_numeral(number)}）{team['team']}", 2), Paragraph(findings.appraisal(team))]
    blocks.append(Signatures(["巡察办负责人：　　　　　　　　年　　月　　日"]))
    return Document(
        title=(f"{_round_name(report)}巡察组", "作风纪律后评估鉴定参考语"),
        number=check_number(report["record"]),
        blocks=blocks,
        mark=_mark(report),
        subject=report["name"],
    )
