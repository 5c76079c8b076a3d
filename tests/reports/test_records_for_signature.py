"""The records of opening and destruction: every number and digest they must hold, and room to sign."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from survey.domain.custody.opening_record import opening_record
from survey.domain.rounds import Round, State
from survey.errors import NotYet
from survey.reports.blocks import Document, Signatures, Table
from survey.reports.places import fonts_folder
from survey.reports.round_papers.closing import Sealed, closing_paper
from survey.reports.round_papers.destruction import destruction_paper
from survey.reports.round_papers.opening import opening_paper
from survey.reports.round_papers.papers import Sources, make
from survey.reports.words import check_number, spaced
from tests.reports.papers_support import report, text_of_word
from tests.reports.test_notice_and_script import Installation, frozen, said

PARTS = {1: "1a" * 32, 3: "3c" * 32}


def opening(destroyed: tuple[int, ...] = (1, 3)) -> bytes:
    return opening_record(
        frozen(),
        boxes_digest=b"\xb0" * 32,
        record=report(12, 7)["record"],
        given=PARTS,
        destroyed=[(index, PARTS[index]) for index in destroyed],
        counted_at=datetime(2026, 7, 1, 2, 5, tzinfo=UTC),
    )


def destruction(**changes: Any) -> bytes:
    team = {
        "id": "team0",
        "team": "第一巡察组",
        "ballots": 12,
        "bodies": "bb" * 32,
        "root": "cc" * 32,
        "token_key": "dd" * 32,
        "codes_used": 12,
        "codes_void": 5,
        "texts_digest": "ee" * 32,
    }
    record: dict[str, Any] = {
        "schema": "survey-destruction/1",
        "round": "round",
        "name": "2026年第一轮巡察",
        "begun_at": "2026-12-31T02:00+00:00",
        "record": "aa" * 32,
        "boxes_digest": "b0" * 32,
        "opening_record": "0f" * 32,
        "evaluations": [team, {**team, "id": "team1", "team": "第二巡察组", "ballots": 7, "texts_digest": None}],
        "partials_at_opening": [{"index": 1, "name": "巡察办", "partial": "1a" * 32}],
        "partials_left": [],
        "custodians": [{"index": 1, "name": "巡察办"}, {"index": 2, "name": "纪委"}, {"index": 3, "name": "组织部"}],
        **changes,
    }
    return json.dumps(record).encode()


def tables(document: Document) -> list[list[list[Any]]]:
    return [[list(row) for row in block.rows] for block in document.blocks if isinstance(block, Table)]


def in_state(state: State) -> Round:
    return replace(frozen(), state=state)


def test_the_opening_has_the_numbers_of_every_team_and_their_sum() -> None:
    shown = report(12, 7)
    [numbers, _custodians] = tables(opening_paper(frozen(), opening(), shown))
    expected = [
        [
            team["team"],
            team["entitled"],
            team["printed"],
            team["used"],
            team["printed"] - team["used"],
            team["collected"],
            team["counted"],
            team["void"],
        ]
        for team in shown["evaluations"]
    ]
    assert numbers[:-1] == expected
    assert numbers[-1] == ["合计", *(sum(row[place] for row in expected) for place in range(1, 8))]


def test_the_opening_names_time_digests_and_every_custodian_who_opened_with_room_to_sign() -> None:
    document = opening_paper(frozen(), opening(), report(12, 7))
    text = said(document)
    assert "2026年7月1日10时05分" in text
    assert spaced("b0" * 32) in text
    assert spaced(report(12, 7)["record"]) in text
    assert "共3份，够2份可以开封，这次由下列2方开封" in text
    [_numbers, custodians] = tables(document)
    assert [row[:2] for row in custodians] == [["巡察办", spaced("1a" * 32)], ["组织部", spaced("3c" * 32)]]
    labels = [label for block in document.blocks if isinstance(block, Signatures) for label in block.labels]
    assert all(
        any(who in label for label in labels) for who in ("计票人", "监票人（一）", "监票人（二）", "巡察办负责人")
    )
    assert document.number == check_number(report(12, 7)["record"])


def test_the_opening_says_why_ballots_are_void() -> None:
    shown = report(12, 7)
    voided = [team["team"] for team in shown["evaluations"] if team["void"]]
    assert voided
    text = said(opening_paper(frozen(), opening(), shown))
    assert all(f"{team}无效票：不是答卷格式1份。" in text for team in voided)


def test_the_opening_says_who_destroyed_the_partial_openings() -> None:
    paper = said(opening_paper(frozen(), opening(), report(12, 7)))
    assert "服务器已销毁这里存放的部分开封文件：巡察办、组织部" in paper
    assert "由经手人销毁" in said(opening_paper(frozen(), opening(destroyed=()), report(12, 7)))


def sealed(teams: int = 2) -> Sealed:
    of_team = {"entitled": 12, "printed": 13, "used": 9, "ballots": 8}
    counts = {"evaluations": [{"id": f"team{n}", "team": f"第{n}巡察组", **of_team} for n in range(teams)]}
    roots = {f"team{n}": bytes([n] * 32) for n in range(teams)}
    return Sealed(counts, b"\xb0" * 32, roots, datetime(2026, 7, 1, 10, 5, tzinfo=UTC))


def test_the_closing_sheet_has_counts_digest_roots_its_time_and_room_for_two_witnesses() -> None:
    document = closing_paper(frozen(), sealed())
    text = said(document)
    assert "2026年7月1日18时05分（北京时间）" in text
    assert f"（前16位）：{check_number('b0' * 32)}" in text
    assert spaced("b0" * 32) in text
    [numbers, roots] = tables(document)
    assert numbers == [["第0巡察组", 12, 13, 9, 4, 8], ["第1巡察组", 12, 13, 9, 4, 8], ["合计", 24, 26, 18, 8, 16]]
    assert roots == [["第0巡察组", spaced("00" * 32)], ["第1巡察组", spaced("01" * 32)]]
    labels = "".join(label for block in document.blocks if isinstance(block, Signatures) for label in block.labels)
    assert all(who in labels for who in ("巡察办", "监票人（一）", "监票人（二）"))


@pytest.mark.parametrize("teams", [1, 8])
def test_the_closing_sheet_is_one_page(teams: int, tmp_path: Path) -> None:
    sources = Sources(in_state(State.CLOSED), Installation(), "", sealed=sealed(teams))
    (tmp_path / "sheet.pdf").write_bytes(make(sources, "closing", "pdf", fonts_folder()))
    facts = subprocess.run(["pdfinfo", tmp_path / "sheet.pdf"], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Pages:\s+1\n", facts)
    assert make(sources, "closing", "docx", fonts_folder()) == make(sources, "closing", "docx", fonts_folder())


def test_a_round_that_is_not_sealed_has_no_closing_sheet() -> None:
    with pytest.raises(NotYet, match="is made when the round is closed"):
        make(Sources(in_state(State.OPEN), Installation(), ""), "closing", "pdf", fonts_folder())
    with pytest.raises(NotYet, match="no sealed list"):
        make(Sources(in_state(State.CLOSED), Installation(), ""), "closing", "pdf", fonts_folder())


def test_numbers_that_do_not_fit_are_told() -> None:
    shown = report(12, 7)
    assert "各组都成立" in said(opening_paper(frozen(), opening(), shown))
    team = shown["evaluations"][0]
    wrong = {**shown, "evaluations": [{**team, "used": team["collected"] - 1}, *shown["evaluations"][1:]]}
    assert "票数对不上，结果不能使用" in said(opening_paper(frozen(), opening(), wrong))


def test_the_destruction_has_every_digest_and_claims_nothing_it_cannot_reach() -> None:
    document = destruction_paper(frozen(), destruction())
    text = said(document)
    for digest in ("aa", "b0", "0f", "bb", "cc", "dd", "ee", "1a"):
        assert spaced(digest * 32) in text
    assert tables(document)[0][-1] == ["合计", 19, 24, 10]
    for what in ("巡察办、纪委、组织部各自的钥匙文件", "服务器备份", "打印机的存储"):
        assert any(line.startswith("□") and what in line for line in text.split("\n"))
    assert "2026年12月31日10时00分" in text


def test_parts_left_over_are_named() -> None:
    left = destruction(partials_at_opening=[], partials_left=[{"index": 2, "name": "纪委"}])
    text = said(destruction_paper(frozen(), left))
    assert "没有存放在服务器上" in text
    assert "这次另销毁纪委交来的" in text


@pytest.mark.parametrize(("kind", "state"), [("opening", State.OPENED), ("destruction", State.DESTROYED)])
def test_word_and_pdf_are_made_and_the_same_every_time(kind: str, state: State) -> None:
    sources = Sources(
        in_state(state), Installation(), "https://h", opening=opening(), report=report(12, 7), destruction=destruction()
    )
    for format_, beginning in (("pdf", b"%PDF"), ("docx", b"PK")):
        content = make(sources, kind, format_, fonts_folder())
        assert content.startswith(beginning)
        assert content == make(sources, kind, format_, fonts_folder())
    assert spaced("b0" * 32) in text_of_word(make(sources, kind, "docx", fonts_folder()))
