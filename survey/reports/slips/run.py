"""The files of a print run: one PDF of slips per unit, each in memory only.

Law: they come in the order asked for, and however many units there are, only a handful is in memory at a time.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from survey.domain.rehearsal import MARK
from survey.domain.rounds import Round
from survey.domain.slips import PrintedCode
from survey.reports.fonts import SANS, check_glyphs, font_files
from survey.reports.slips import print as paper

# Threads do, for typst works without Python's lock. Not all cores of a large server: it has others to answer meanwhile.
AT_ONCE = min(os.cpu_count() or 1, 4)


def by_unit(slips: Sequence[PrintedCode]) -> dict[str, list[PrintedCode]]:
    """unit id -> its slips, in the order in which units first come up in the shuffled list."""
    units: dict[str, list[PrintedCode]] = {}
    for slip in slips:
        units.setdefault(slip.unit_id, []).append(slip)
    return units


def unit_pdfs(
    units: Iterable[Sequence[PrintedCode]], round_: Round, public_url: str, fonts: Path
) -> Generator[tuple[Sequence[PrintedCode], bytes], None, None]:
    """(the slips of a unit, their PDF), several in the making while one is taken.

    Raises MissingGlyph before the first one is made. Whoever stops taking them ends the making.
    """
    check_names(round_, fonts)
    making: deque[tuple[Sequence[PrintedCode], Future[bytes]]] = deque()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slips")
    try:
        for of_unit in units:
            making.append((of_unit, pool.submit(unit_pdf, of_unit, round_, public_url, fonts)))
            if len(making) > AT_ONCE:
                first, pdf = making.popleft()
                yield first, pdf.result()
        for of_unit, pdf in making:
            yield of_unit, pdf.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def check_names(round_: Round, fonts: Path) -> None:
    """Raise MissingGlyph where a name on a slip cannot be printed."""
    names = [round_.name]
    for evaluation in round_.evaluations:
        names += [evaluation.team, *(unit.name for unit in evaluation.units)]
    check_glyphs(names, font_files(fonts, SANS))


def unit_pdf(slips: Sequence[PrintedCode], round_: Round, public_url: str, fonts: Path) -> bytes:
    closes = f"{round_.closes_at:%m月%d日%H时%M分}" if round_.closes_at else None
    address = public_url.partition("://")[2]
    return paper.slips_pdf(
        [
            paper.Slip(
                url=slip.url(public_url),
                code=str(slip.code),
                fingerprint=slip.fingerprint,
                round_name=round_.name,
                team_name=(MARK["zh"] if round_.rehearsal else "") + slip.team,  # in the title of the slip
                unit_name=slip.unit,
                address=address,
                closes=closes,
            )
            for slip in slips
        ],
        fonts,
    )


def file_name(slip: PrintedCode) -> str:
    """TEAM_UNIT, with what a file name cannot hold replaced, at most 180 bytes."""
    name = "".join("_" if char in '/\\:*?"<>|' else char for char in f"{slip.team}_{slip.unit}").strip(" .")
    return name.encode("utf-8")[:180].decode("utf-8", "ignore")
