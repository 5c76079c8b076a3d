"""The report on the situation (《…情况报告》), composed from the one disclosed report.

Its structure as leading groups expect it: 一、基本情况 二、测评结果 三、主要特点和问题 四、意见建议摘编
五、下一步建议, then the tables as attachments. 附表4 (reported prohibitions) is never in it: it is a paper of its own
for its own readers. Remarks appear as digests only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey.domain.results.reasons import ERASED
from survey.reports.blocks import Attachments, Block, Document, Heading, NewPage, Paragraph, Picture, Signatures, Table
from survey.reports.content import certainty, findings, tables
from survey.reports.content.report_pictures import comparison_pictures, satisfaction_pictures
from survey.reports.content.trend_tables import numbers_table, trend_of, trend_picture, trend_table
from survey.reports.phrases import mark, numeral, round_name, said
from survey.reports.words import check_number

Report = Mapping[str, Any]
_SHORT = 12  # rows of a table that may stand below another on a page
UNREVIEWED = "意见建议正在由两人审看摘编，摘编完成前不列入报告。"


def situation(report: Report) -> Document:
    """《…情况报告》 for the leading group."""
    return Document(
        title=(f"{round_name(report)}巡察组", "作风纪律后评估情况报告"),
        number=check_number(report["record"]),
        blocks=list(_situation(report)),
        mark=mark(report),
        subject=report["name"],
    )


def _situation(report: Report) -> Iterator[Block]:
    teams = report["evaluations"]
    yield Heading("一、基本情况")
    yield from map(Paragraph, findings.basics(report))
    yield Heading("二、测评结果")
    yield Heading("（一）总体得分", 2)
    yield from map(Paragraph, findings.results(report))
    yield from comparison_pictures(report)
    yield from (Paragraph(note, "note") for note in certainty.notes(report["evaluations"]))
    yield Heading("（二）总体满意度", 2)
    yield Paragraph("总体满意度为对照题，不计入总分。各组满意率和区间见附表2，分布如下图，右边为满意类选项。")
    yield from satisfaction_pictures(report)
    yield Heading("三、主要特点和问题")
    for number, team in enumerate(teams):
        yield Heading(f"（{numeral(number)}）{team['team']}", 2)
        yield from map(Paragraph, findings.features(report, team))
    yield Heading("四、意见建议摘编")
    yield from _digest(report)
    yield Heading("五、下一步建议")
    for number, sentence in enumerate(findings.proposals(report), 1):
        yield Paragraph(f"{number}. {sentence}")
    yield Paragraph("以上由系统按规则列出，请巡察办核改补充。", "note")
    shown = trend_of(report)
    attached: list[list[Table | Picture]] = [
        [tables.participation(report)],
        [tables.scores(report)],
        tables.distributions(report),
        tables.digests(report),
        [trend_picture(shown), trend_table(shown), numbers_table(shown)] if len(shown.points) > 1 else [],
    ]
    attached = [group for group in attached if group]
    yield Attachments([_title(group) for group in attached])
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
        for place, block in enumerate(group):
            if place == 0:
                yield NewPage(any(isinstance(one, Table) and one.is_wide for one in group), f"附件{number}")
            elif isinstance(block, Table) and len(block.rows) > _SHORT:
                yield NewPage(block.is_wide)
            yield block


def _title(group: list[Table | Picture]) -> str:
    return next(block.title for block in group if isinstance(block, Table)).partition("（")[0]


def _digest(report: Report) -> Iterator[Paragraph]:
    if not report["questionnaire"]["open_questions"]:
        yield Paragraph("本轮问卷没有开放题。")
        return
    teams = [team for team in report["evaluations"] if not _why_no_texts(team)]
    if any(team.get("digest") is None for team in teams):
        yield Paragraph(UNREVIEWED)
        return
    listed_any = False
    for team in teams:
        entries = [entry for of_question in (team.get("digest") or {}).values() for entry in of_question]
        if entries:
            listed_any = True
            listed = "；".join(said(entry) for entry in entries)
            yield Paragraph(f"{team['team']}：{listed}。")
    yield Paragraph("意见建议由两人审看后概括，不引用原话，详见附件。" if listed_any else "没有可以列入的意见建议。")
    without: dict[str, list[str]] = {}
    for team in report["evaluations"]:
        if why := _why_no_texts(team):
            without.setdefault(why, []).append(team["team"])
    yield from (Paragraph(f"{'、'.join(names)}的意见建议没有列入：{why}") for why, names in without.items())


def _why_no_texts(team: Mapping[str, Any]) -> str:
    """Their reason, where the remarks of this team are withheld and nobody reads them."""
    return next((e["zh"] for e in team["suppressed"] if e["what"] in ("all", "texts") and e["reason"] != ERASED), "")
