"""销毁记录单: what was destroyed, with digests; what people destroy by hand; what stays. For signature.

Made from the record of the destruction (domain/destruction.py). What lies outside this program's reach is listed with
an empty box: it claims nothing that it cannot have done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from survey.domain.rounds import Round
from survey.reports.blocks import Block, Column, Document, Heading, NewPage, Paragraph, Signatures, Table
from survey.reports.content.table_notes import with_total
from survey.reports.moments import moment
from survey.reports.round_papers.opening import BY_HAND, RECORD
from survey.reports.words import check_number, spaced


def destruction_paper(round_: Round, record: bytes) -> Document:
    """record: as stored when the destruction began."""
    read: Mapping[str, Any] = json.loads(record)
    return Document(
        title=("销毁记录单",),
        number=check_number(read["record"]) if read["record"] else "",
        blocks=list(_blocks(round_, read)),
        mark="",
        subject=round_.name,
        sheet=RECORD,
    )


def _blocks(round_: Round, record: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("一、时间、地点、在场人员")
    yield Paragraph(f"轮次：{round_.name}")
    yield Paragraph(f"销毁时间：{moment(datetime.fromisoformat(record['begun_at']))[0]}")
    yield Paragraph(f"地点：{BY_HAND * 2}")
    yield Paragraph(f"在场人员：{BY_HAND * 2}")
    yield Heading("二、服务器上已销毁的")
    yield from _by_program(record)
    yield Heading("三、由人销毁的（逐项打勾）")
    yield from (Paragraph(f"□　{what}") for what in _by_hand(record))
    yield Heading("四、留下的")
    yield from (Paragraph(what) for what in _stays(record))
    yield Heading("五、签名")
    yield Signatures(
        [
            "经办人：　　　　　　　　　　　　巡察办负责人：",
            "监销人（一）：　　　　　　　　　监销人（二）：",
            "日期：　　　　年　　月　　日",
        ]
    )
    yield NewPage(label="附表")
    yield _digests(record)


def _by_program(record: Mapping[str, Any]) -> Iterator[Block]:
    teams = record["evaluations"]
    rows, strong = with_total(
        [[team["team"], team["ballots"], team["codes_used"], team["codes_void"]] for team in teams]
    )
    yield Table(
        name="表1",
        title="密封答卷和答题码",
        columns=[
            Column("巡察组", 2.4),
            Column("密封答卷\n（份）", 1.2, "count"),
            Column("用过的\n答题码（个）", 1.2, "count"),
            Column("作废的\n答题码（个）", 1.2, "count"),
        ],
        rows=rows,
        notes=["每份密封答卷只留下它的摘要值；作废的含截止时未使用的和重印时作废的。"],
        strong=strong,
    )
    yield Paragraph("答题码的查验密钥、令牌密钥：截止时已销毁，从那时起不能再发令牌，也不能从数据里认出哪张纸条。")
    at_opening = "、".join(one["name"] for one in record["partials_at_opening"])
    left = "、".join(one["name"] for one in record["partials_left"])
    yield Paragraph(
        "保管人的部分开封文件："
        + (f"{at_opening}交来的，开封时已销毁。" if at_opening else "开封时以文件交来，没有存放在服务器上。")
        + (f"这次另销毁{left}交来的。" if left else "")
    )
    yield Paragraph("意见建议的原文：报告反馈时已销毁。")
    yield Paragraph("制作密钥时各方往来的信件和邀请：这次销毁。")


def _by_hand(record: Mapping[str, Any]) -> Iterator[str]:
    names = "、".join(one["name"] for one in record["custodians"])
    yield f"{names}各自的钥匙文件（密钥份额）、备份和打印的备份纸"
    yield "以文件交来的部分开封文件"
    yield "销毁以前做的服务器备份、数据库归档和快照"
    yield "打印纸条用的文件，打印机的存储"
    yield "剩余的纸条和纸质票"


def _stays(record: Mapping[str, Any]) -> Iterator[str]:
    yield f"计票记录（不含意见原文），SHA-256：{spaced(record['record']) if record['record'] else '无'}"
    yield "核验包：公示清单、令牌、收录凭据和各组总指纹，谁都可以继续核对。"
    yield "开封记录、本记录、报告和工作人员日志。"


def _digests(record: Mapping[str, Any]) -> Table:
    rows: list[list[str]] = [["封存清单", spaced(record["boxes_digest"])]]
    if record["opening_record"]:
        rows.append(["开封记录", spaced(record["opening_record"])])
    for team in record["evaluations"]:
        rows.append([team["team"], ""])
        rows.append(["全部密封答卷", spaced(team["bodies"])])
        rows.append(["收录凭据总指纹", spaced(team["root"])])
        rows.append(["令牌公钥", spaced(team["token_key"])])
        if team["texts_digest"]:
            rows.append(["意见原文", spaced(team["texts_digest"])])
    rows += [[f"{one['name']}的部分开封文件", spaced(one["partial"])] for one in record["partials_at_opening"]]
    return Table(
        name="",
        title="摘要值（SHA-256）",
        columns=[Column("对象", 1), Column("摘要值", 3)],
        rows=rows,
        notes=[
            "全部密封答卷的摘要值，是对各份摘要值按编号次序连起来再求的摘要值；意见原文的另加了随原文销毁的随机数。"
        ],
    )
