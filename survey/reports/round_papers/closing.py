"""截止封存单: what was sealed when the round closed; signed at once, so that it can be compared at the opening.

Law: it says nothing but what is published at closing (audit package, custodians' page): counts per team, the digest of
the list that is opened later, the roots of the receipts. It bears the time of its printing, the only paper that does:
nothing in the store says when a round was closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.registry import Registry
from survey.domain.rounds import Round
from survey.domain.turnout import turnout
from survey.reports.blocks import Block, Column, Document, Paragraph, Sheet, Signatures, Table
from survey.reports.moments import moment
from survey.reports.words import check_number, spaced

_SHEET = Sheet(12, 20, (22, 20, 26, 22))  # one page, also for eight teams


@dataclass(frozen=True)
class Sealed:
    """counts: of domain.turnout, exact after closing; roots: evaluation id -> 32 bytes; printed_at: an aware time."""

    counts: Mapping[str, Any]
    digest: bytes
    roots: Mapping[str, bytes]
    printed_at: datetime


def find_sealed(round_: Round, registry: Registry, box: BallotBox, now: datetime) -> Sealed | None:
    """None where no list is frozen."""
    digest = registry.find_boxes_digest(round_.id)
    if digest is None:
        return None
    roots = registry.find_roots([one.id for one in round_.evaluations])
    return Sealed(turnout(round_, registry, box), digest, roots, now)


def closing_paper(round_: Round, sealed: Sealed) -> Document:
    return Document(
        title=("截止封存单",),
        number="",
        blocks=list(_blocks(round_, sealed)),
        mark="",
        subject=round_.name,
        sheet=_SHEET,
    )


def _blocks(round_: Round, sealed: Sealed) -> Iterator[Block]:
    digest = sealed.digest.hex()
    yield Paragraph(f"轮次：{round_.name}")
    yield Paragraph(f"打印时间：{moment(sealed.printed_at)[0]}（北京时间）")
    yield Paragraph(
        "本轮已经截止：不再收答卷，没有用过的答题码已经作废，票箱已经封存。开封以前，保管人和监票人拿这张单子核对：开封的是不是"
        "截止时封存的这一份。"
    )
    yield _numbers(sealed)
    yield Paragraph(f"封存清单的摘要值（前16位）：{check_number(digest)}")
    yield Paragraph(f"全文（SHA-256）：{spaced(digest)}", "note")
    yield _roots(sealed)
    yield Signatures(
        [
            "巡察办经办人：",
            "监票人（一）：　　　　　　　　　监票人（二）：",
            "日期：　　　　年　　月　　日",
        ]
    )


def _numbers(sealed: Sealed) -> Table:
    teams = sealed.counts["evaluations"]
    rows: list[list[str | int]] = [
        [team["team"], team["entitled"], team["printed"], team["used"], team["printed"] - team["used"], team["ballots"]]
        for team in teams
    ]
    if len(rows) > 1:
        rows.append(["合计", *(sum(int(row[place]) for row in rows) for place in range(1, 6))])
    return Table(
        name="表1",
        title="截止时的票数",
        columns=[
            Column("巡察组", 2.2),
            Column("应参评\n（人）", 1, "count"),
            Column("制发答题\n码（个）", 1.1, "count"),
            Column("已使用\n（个）", 1, "count"),
            Column("未使用\n作废（个）", 1.1, "count"),
            Column("密封答卷\n（份）", 1.1, "count"),
        ],
        rows=rows,
        notes=["制发答题码含备用。用过的码已经换成令牌，答卷可能没有投出，所以答卷可以少于用过的码，不能多于。"],
        strong=frozenset({len(rows) - 1}) if len(teams) > 1 else frozenset(),
    )


def _roots(sealed: Sealed) -> Table:
    return Table(
        name="表2",
        title="收录凭据总指纹",
        columns=[Column("巡察组", 1), Column("总指纹（SHA-256）", 6)],
        rows=[
            [team["team"], spaced(sealed.roots[team["id"]].hex()) if team["id"] in sealed.roots else None]
            for team in sealed.counts["evaluations"]
        ],
        notes=["每个人用自己的收录凭据，都可以算出本组的总指纹，和这里比对。"],
    )
