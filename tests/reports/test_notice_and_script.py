"""The notice promises what is so and nothing else, on one page per team; the script says what the host does."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import pytest

from survey.domain.drafts.spec import parse_spec
from survey.domain.installation import Installation
from survey.domain.manifest import Manifest
from survey.domain.rounds import Round, State
from survey.errors import InvalidInput, NotYet
from survey.reports.blocks import Document
from survey.reports.fonts import MissingGlyph
from survey.reports.places import fonts_folder
from survey.reports.round_papers import papers as round_papers
from survey.reports.round_papers.host_script import host_script
from survey.reports.round_papers.notice import notice
from survey.reports.round_papers.papers import Sources, make
from survey.reports.words import check_mark, unbroken
from tests.reports.papers_support import text_of_word, word
from tests.world import SPEC

BEIJING = timezone(timedelta(hours=8))
URL = "https://pinggu.example.cn"


@cache
def frozen() -> Round:
    round_ = parse_spec(SPEC, "spec.yaml", lambda length: bytes(range(length)))
    ids = (replace(one, id=f"team{number}") for number, one in enumerate(round_.evaluations))
    return replace(round_, id="round", state=State.FROZEN, evaluations=tuple(ids))


def manifests(round_: Round) -> dict[str, Manifest]:
    return {one.id: Manifest(one.id.encode()) for one in round_.evaluations}


def said(document: Document) -> str:
    return "\n".join(document.all_text())


def notice_of(installation: Installation | None = None, lang: str = "zh", **changes: object) -> str:
    round_ = replace(frozen(), **changes)
    return said(notice(round_, manifests(round_), installation or Installation(), lang))


FULL = replace(
    frozen(),
    kiosk=True,
    closes_at=datetime(2026, 6, 30, 18, 0, tzinfo=BEIJING),
    custodians=tuple(
        replace(frozen().custodians[0], index=index, name=name)
        for index, name in enumerate(["巡察办公室", "纪委监委机关", "组织部", "机关党委", "教代会执委会"], 1)
    ),
)
WORST = Installation(is_https=False, has_own_log=True, made_apart=lambda _: False)


def sources(round_: Round, installation: Installation | None = None) -> Sources:
    return Sources(round_, installation or Installation(), URL, manifests(round_))


@pytest.mark.parametrize(
    ("installation", "zh", "en"),
    [
        (Installation(is_https=True), "连接是加密的", "The connection is encrypted"),
        (Installation(is_https=False), "这里的连接没有加密", "is not encrypted"),
        (Installation(has_own_log=True), "数据库另有日志", "The database keeps its own log"),
        (Installation(made_apart=lambda _: True), "各方分头做成", "who made it apart"),
        (Installation(made_apart=lambda _: False), "钥匙是在一台机器上做成的", "was made on one machine"),
    ],
)
def test_what_depends_on_the_installation_is_said_where_it_is_so_and_only_there(
    installation: Installation, zh: str, en: str
) -> None:
    opposite = Installation(is_https=not installation.is_https)
    assert zh in notice_of(installation)
    assert en in notice_of(installation, "en")
    assert zh not in notice_of(opposite)
    assert en not in notice_of(opposite, "en")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kiosk": True}, "现场的平板"),
        ({"closes_at": datetime(2026, 6, 30, 18, 0, tzinfo=BEIJING)}, "2026年6月30日18时00分截止"),
        ({"minimum_group": 7}, "不足7份，什么数字也不公布"),
        ({"texts_minimum": 12}, "不足12份，不公布意见"),
    ],
)
def test_what_depends_on_the_round_is_said_where_it_is_so(changes: dict[str, object], words: str) -> None:
    assert words in notice_of(**changes)
    assert words not in notice_of()


def test_every_team_has_a_page_with_its_own_check_mark_and_numbers() -> None:
    text = notice_of()
    for evaluation, entitled, printed in zip(frozen().evaluations, (15, 8), (17, 9), strict=True):
        mark = unbroken(check_mark(manifests(frozen())[evaluation.id].fingerprint))
        assert f"{evaluation.team}的应是{mark}" in text
        assert f"应参评{entitled}人，印了{printed}个码" in text


def test_limits_stand_in_the_same_size_of_type_as_promises() -> None:
    document = notice(frozen(), manifests(frozen()), Installation())
    assert {block.style for block in document.blocks if hasattr(block, "style")} == {"body"}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("round_", "installation"), [(frozen(), Installation()), (FULL, WORST)])
def test_a_notice_is_one_page_per_team(tmp_path: Path, round_: Round, installation: Installation, lang: str) -> None:
    file = tmp_path / "notice.pdf"
    file.write_bytes(make(sources(round_, installation), "notice", "pdf", fonts_folder(), lang))
    facts = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Pages:\s+2\n", facts)
    assert not re.search(r"(CreationDate|ModDate):.*20\d\d", facts)


if SOFFICE := shutil.which("soffice"):  # without it the summary of the run says so (conftest.py)

    def test_a_notice_in_word_is_one_page_per_team_too(tmp_path: Path) -> None:
        for lang in ("zh", "en"):
            (tmp_path / f"{lang}.docx").write_bytes(make(sources(FULL, WORST), "notice", "docx", fonts_folder(), lang))
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "zh.docx", "en.docx"]
        subprocess.run(command, check=True, capture_output=True, timeout=120, cwd=tmp_path)
        for lang in ("zh", "en"):
            facts = subprocess.run(["pdfinfo", f"{lang}.pdf"], check=True, capture_output=True, text=True, cwd=tmp_path)
            assert re.search(r"Pages:\s+2\n", facts.stdout), lang


@pytest.mark.parametrize("kind", ["notice", "script"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_word_says_what_the_pdf_says_and_both_are_the_same_bytes_every_time(kind: str, lang: str) -> None:
    made = sources(FULL, WORST)
    document = (
        notice(FULL, made.manifests, WORST, lang) if kind == "notice" else host_script(FULL, made.manifests, URL, lang)
    )
    content = make(made, kind, "docx", fonts_folder(), lang)
    text = text_of_word(content)
    assert all(line in text for piece in document.all_text() if piece for line in piece.split("\n"))
    assert word(content).core_properties.language == ("zh-CN" if lang == "zh" else "en")
    assert content == make(made, kind, "docx", fonts_folder(), lang)
    assert make(made, kind, "pdf", fonts_folder(), lang) == make(made, kind, "pdf", fonts_folder(), lang)


def test_a_character_without_glyph_is_not_printed_and_named() -> None:
    first, *others = frozen().evaluations
    round_ = replace(frozen(), evaluations=(replace(first, team="第\U000323af组"), *others))
    with pytest.raises(MissingGlyph, match="U\\+323AF"):
        make(sources(round_), "notice", "pdf", fonts_folder())


def test_the_script_counts_slips_spare_ones_included_and_warns_of_the_printer() -> None:
    document = host_script(frozen(), manifests(frozen()), URL)
    text = said(document)
    assert "清空打印机的存储" in text
    assert "含备用8%" in text
    rows = [list(row) for block in document.blocks if hasattr(block, "rows") for row in block.rows]
    assert [row[:3] for row in rows] == [
        ["第一巡察组", 15, 17],
        ["文学院", 12, 13],
        ["后勤处", 3, 4],
        ["第二巡察组", 8, 9],
        ["图书馆", 8, 9],
    ]


def test_the_script_speaks_of_a_tablet_only_where_there_is_one() -> None:
    assert "平板" not in said(host_script(frozen(), manifests(frozen()), URL))
    assert "平板" in said(host_script(FULL, manifests(FULL), URL))


@pytest.mark.parametrize(
    ("kind", "format_", "lang", "refusal"),
    [
        ("notice", "odt", "zh", InvalidInput),
        ("letter", "pdf", "zh", InvalidInput),
        ("opening", "pdf", "en", InvalidInput),
        ("opening", "pdf", "zh", NotYet),
        ("destruction", "pdf", "zh", NotYet),
    ],
)
def test_what_there_is_not_is_refused(kind: str, format_: str, lang: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        make(sources(frozen()), kind, format_, fonts_folder(), lang)


def test_a_draft_has_no_papers() -> None:
    draft = replace(frozen(), state=State.DRAFT)
    for kind in round_papers.KINDS:
        with pytest.raises(NotYet):
            make(sources(draft), kind, "pdf", fonts_folder())
