"""开封计票记录单: who opened the boxes, when, what, and the numbers that must fit; signed by everybody who was there.

Made from the opening record (domain/custody/opening_record.py) and the disclosed report: no figure comes from
anywhere else.
Place, witnesses and anything unusual are written by hand: the program knows nothing of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from survey.domain.rounds import Round
from survey.reports.blocks import Block, Column, Document, Heading, NewPage, Paragraph, Sheet, Signatures, Table
from survey.reports.content.table_notes import void_reasons, with_total
from survey.reports.moments import moment
from survey.reports.words import check_number, spaced

RECORD = Sheet(14, 23)
BY_HAND = "________________"


def opening_paper(round_: Round, opening: bytes, report: Mapping[str, Any]) -> Document:
    """opening: the opening record as stored; report: what disclose() made of the tally record."""
    return Document(
        title=("开封计票记录单",),
        number=check_number(report["record"]),
        blocks=list(_blocks(round_, json.loads(opening), report)),
        mark="",
        subject=round_.name,
        sheet=RECORD,
    )


def _blocks(round_: Round, opening: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("一、时间、地点、在场人员")
    yield Paragraph(f"轮次：{round_.name}")
    yield Paragraph(f"计票完成：{moment(datetime.fromisoformat(opening['counted_at']))[0]}")
    yield Paragraph(f"地点：{BY_HAND * 2}")
    yield Paragraph(f"在场人员：{BY_HAND * 2}")
    yield Heading("二、票数")
    yield _numbers(report)
    yield Paragraph("其中纸质票由两人补录的：______份　　已与交来的纸质票张数核对　□")
    yield Paragraph(_fits(report))
    yield Heading("三、开封的对象")
    yield Paragraph(f"封存清单的摘要值（SHA-256）：{spaced(opening['boxes_digest'])}")
    yield Paragraph("与截止时公布的摘要值一致　□")
    yield Paragraph(f"计票记录（SHA-256）：{spaced(opening['record'])}")
    yield NewPage()
    yield Heading("四、保管人")
    yield from _custodians(round_, opening)
    yield Heading("五、异常情况")
    yield Paragraph("无　□　　有　□，情况如下：")
    yield Paragraph("　", "plain")
    yield Paragraph("　", "plain")
    yield Signatures(
        [
            "计票人：　　　　　　　　　　　　巡察办负责人：",
            "监票人（一）：　　　　　　　　　监票人（二）：",
            "日期：　　　　年　　月　　日",
        ]
    )


def _numbers(report: Mapping[str, Any]) -> Table:
    teams = report["evaluations"]
    keys = ("entitled", "printed", "used", "unused", "collected", "counted", "void")
    rows: list[list[str | int]] = []
    for team in teams:
        figures = {**team, "unused": team["printed"] - team["used"]}
        rows.append([team["team"], *(figures[key] for key in keys)])
    rows, strong = with_total(rows)
    return Table(
        name="表1",
        title="各巡察组票数",
        columns=[
            Column("巡察组", 2.2),
            Column("应参评\n（人）", 1, "count"),
            Column("制发答题\n码（个）", 1.1, "count"),
            Column("已使用\n（个）", 1, "count"),
            Column("未使用\n作废（个）", 1.1, "count"),
            Column("收回\n（份）", 1, "count"),
            Column("有效\n（份）", 1, "count"),
            Column("无效\n（份）", 1, "count"),
        ],
        rows=rows,
        notes=["制发答题码含备用。未使用的在截止时作废。", *_void_reasons(teams)],
        strong=strong,
    )


def _void_reasons(teams: list[Mapping[str, Any]]) -> Iterator[str]:
    for team in teams:
        if team["void_reasons"]:
            yield f"{team['team']}无效票：{void_reasons(team)}。"


def _fits(report: Mapping[str, Any]) -> str:
    wrong = [
        team["team"]
        for team in report["evaluations"]
        if not team["counted"] + team["void"] == team["collected"] <= team["used"] <= team["printed"]
    ]
    if wrong:
        return f"程序核对：{'、'.join(wrong)}的票数对不上，结果不能使用，请查明原因。"
    return "程序核对：有效＋无效＝收回，收回≤已使用≤制发，各组都成立。监票人核对　□"


def _custodians(round_: Round, opening: Mapping[str, Any]) -> Iterator[Block]:
    yield Paragraph(
        f"密钥份额：共{len(round_.custodians)}份，够{opening['threshold']}份可以开封，"
        f"这次由下列{len(opening['opened_by'])}方开封。"
    )
    yield Table(
        name="表2",
        title="交来的部分开封文件",
        columns=[Column("保管人", 1.2), Column("部分开封文件的摘要值（SHA-256）", 3.2), Column("签名", 1.2)],
        rows=[[one["name"], spaced(one["partial"]), "　\n　"] for one in opening["opened_by"]],
    )
    if opening["destroyed"]:
        names = "、".join(one["name"] for one in opening["destroyed"])
        yield Paragraph(f"计票以后，服务器已销毁这里存放的部分开封文件：{names}。摘要值同表2。")
    else:
        yield Paragraph("部分开封以文件交来，服务器没有存放；由经手人销毁，已销毁　□")
