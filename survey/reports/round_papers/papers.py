"""Every paper that goes with a round itself, by kind and format: the one door for command line and office.

    notice, script    from freezing on, for the hall, Chinese or English
    closing           from closing on, Chinese
    opening           from the count on, Chinese
    destruction       when the round is destroyed, Chinese

Law: a paper is a function of what is handed in: the same round gives the same bytes, whoever asks (the closing sheet,
in the same minute: it bears the time of its printing). The papers with results are another door (papers.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from survey.domain.installation import Installation
from survey.domain.manifest import Manifest, get_manifests
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.registry import Registry
from survey.domain.results import release
from survey.domain.results.release import ReportStore
from survey.domain.rounds import COLLECTED, COUNTED, ORDER, Round, State
from survey.errors import InvalidInput, NotYet
from survey.reports.blocks import Document
from survey.reports.round_papers.closing import Sealed, closing_paper, find_sealed

FORMATS = ("pdf", "docx")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Kind:
    """title: in the file name; states: when there is one; not_yet: the refusal before; languages it is written in."""

    name: str
    title: str
    states: frozenset[State]
    not_yet: str
    languages: tuple[str, ...] = ("zh",)


_FROM_FREEZING = frozenset(ORDER[ORDER.index(State.FROZEN) : ORDER.index(State.ARCHIVED)])

KINDS = {
    kind.name: kind
    for kind in (
        Kind("notice", "告知书", _FROM_FREEZING, "is made from what is frozen, until it is archived", LANGUAGES),
        Kind("script", "主持词", _FROM_FREEZING, "is made from what is frozen, until it is archived", LANGUAGES),
        Kind("closing", "截止封存单", COLLECTED, "is made when the round is closed"),
        Kind("opening", "开封计票记录单", COUNTED, "is made when the boxes are opened and counted"),
        Kind("destruction", "销毁记录单", frozenset({State.DESTROYED}), "is made when the round is destroyed"),
    )
}


@dataclass(frozen=True)
class Sources:
    """What the papers of a round are made from; each kind takes what it needs, and raises NotYet where it is missing.

    manifests: evaluation id -> frozen facts; sealed: what closing published; opening, destruction: the stored records;
    report: the disclosed report.
    """

    round: Round
    installation: Installation
    public_url: str
    manifests: Mapping[str, Manifest] = field(default_factory=dict)
    sealed: Sealed | None = None
    opening: bytes | None = None
    report: Mapping[str, Any] | None = None
    destruction: bytes | None = None


def gather(
    round_: Round,
    kind: str,
    installation: Installation,
    public_url: str,
    *,
    registry: Registry,
    box: BallotBox,
    board: NoticeBoard,
    reports: ReportStore,
    now: datetime,
) -> Sources:
    """What this kind needs, from the stores, and no more. now: the time of printing."""
    sources = Sources(round_, installation, public_url)
    if kind in ("notice", "script"):
        return replace(sources, manifests=get_manifests(registry, round_))
    if kind == "closing":
        return replace(sources, sealed=find_sealed(round_, registry, box, now))
    if kind == "opening":
        report = release.results(registry, reports, round_)
        return replace(sources, opening=board.find_opening_record(round_.id), report=report)
    return replace(sources, destruction=registry.find_destruction_record(round_.id))


def find_kind(kind: str, round_: Round, lang: str = "zh") -> Kind:
    """Raises InvalidInput for a kind or language there is not, NotYet where the round is not there."""
    if kind not in KINDS:
        raise InvalidInput(f"There is no paper {kind}; expected one of {', '.join(KINDS)}.")
    chosen = KINDS[kind]
    if lang not in chosen.languages:
        raise InvalidInput(f"The paper {kind} is not written in {lang}; expected {' or '.join(chosen.languages)}.")
    if round_.state not in chosen.states:
        raise NotYet(
            f"Round {round_.id} is {round_.state.value}; the paper {kind} {chosen.not_yet}.",
            why="needs-state",
            state=round_.state.value,
            wanted=[state.value for state in State if state in chosen.states],
        )
    return chosen


def make(sources: Sources, kind: str, format_: str, fonts_dir: Path, lang: str = "zh") -> bytes:
    """The file's bytes. Raises MissingGlyph naming a character that no font can print (PDF)."""
    if format_ not in FORMATS:
        raise InvalidInput(f"The papers of a round are not made as {format_}; expected {' or '.join(FORMATS)}.")
    find_kind(kind, sources.round, lang)
    document = _document(sources, kind, lang)
    # The libraries are imported where they are used: most commands make no paper.
    if format_ == "pdf":
        from survey.reports import report_pdf

        return report_pdf.render(document, fonts_dir)
    from survey.reports.word import gongwen

    return gongwen.render(document, fonts_dir)


def file_name(round_: Round, kind: str, format_: str, lang: str = "zh") -> str:
    """A name for saving: round, what it is, and the language where it is not Chinese."""
    name = f"{round_.name}_{KINDS[kind].title}{'' if lang == 'zh' else '_' + lang}.{format_}"
    return "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)


def _document(sources: Sources, kind: str, lang: str) -> Document:
    if kind == "notice":
        from survey.reports.round_papers.notice import notice

        return notice(sources.round, sources.manifests, sources.installation, lang)
    if kind == "script":
        from survey.reports.round_papers.host_script import host_script

        return host_script(sources.round, sources.manifests, sources.public_url, lang)
    if kind == "closing":
        if sources.sealed is None:
            raise NotYet(f"Round {sources.round.id} has no sealed list.")
        return closing_paper(sources.round, sources.sealed)
    if kind == "opening":
        from survey.reports.round_papers.opening import opening_paper

        if sources.opening is None or sources.report is None:
            raise NotYet(f"Round {sources.round.id} has no record of its opening.")
        return opening_paper(sources.round, sources.opening, sources.report)
    from survey.reports.round_papers.destruction import destruction_paper

    if sources.destruction is None:
        raise NotYet(f"Round {sources.round.id} has no record of its destruction.")
    return destruction_paper(sources.round, sources.destruction)
