"""The files of a print run: codes.csv for programs, and one PDF of slips per unit.

Law: the slips exist on disk, synced, before their codes begin to count (lifecycle.register_codes); the order in them
is shuffled; nobody but their owner may read them.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from survey.cli.files import FileExists, new_folder, safe_name
from survey.cli.people import CODES_HEADER
from survey.domain.lifecycle import PrintedCode, draw_codes, register_codes
from survey.domain.rounds import Round
from survey.reports.places import fonts_folder

if TYPE_CHECKING:
    from survey.services import Services

CODES_FILE = "codes.csv"


def print_run(services: Services, round_: Round, out: Path) -> tuple[Round, list[PrintedCode]]:
    """Draw codes, write their slips to the new folder `out`, make them valid.

    Whatever fails while the slips are written leaves the codes of before as they were. Raises FileExists.
    """
    public_url = services.settings.public_url
    drawn = draw_codes(round_, registry=services.registry, randomness=services.randomness)
    with new_folder(out) as folder:
        write_slips(folder, drawn.slips, round_, public_url)
    round_, valid = register_codes(round_, drawn, registry=services.registry, keys=services.keys)
    if len(valid) < len(drawn.slips):
        # Some people used a code meanwhile; the surplus slips must not reach anybody.
        surplus = out.with_name(f"{out.name}.surplus")
        out.replace(surplus)
        with new_folder(out) as folder:
            write_slips(folder, valid, round_, public_url)
        shutil.rmtree(surplus)
    return round_, valid


def write_slips(folder: Path, slips: Sequence[PrintedCode], round_: Round, public_url: str) -> None:
    """codes.csv and one PDF per unit."""
    with _private(folder / CODES_FILE).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(CODES_HEADER)
        table.writerows((slip.evaluation_id, slip.unit, str(slip.code), slip.url(public_url)) for slip in slips)
    by_unit: dict[str, list[PrintedCode]] = {}
    for slip in slips:
        by_unit.setdefault(slip.unit_id, []).append(slip)
    for of_unit in by_unit.values():
        file = folder / _pdf_name(of_unit[0])
        if file.exists():
            raise FileExists(f"{file.name} would be written twice; give the units of the round clearer names.")
        _private(file).write_bytes(_pdf(of_unit, round_, public_url))


def _pdf_name(slip: PrintedCode) -> str:
    """TEAM_UNIT.pdf, with what a file name cannot hold replaced."""
    name = "".join("_" if char in '/\\:*?"<>|' else char for char in f"{slip.team}_{slip.unit}").strip(" .")
    encoded = name.encode("utf-8")[:180].decode("utf-8", "ignore")
    return safe_name(encoded, "The unit") + ".pdf"


def _pdf(slips: Sequence[PrintedCode], round_: Round, public_url: str) -> bytes:
    from survey.reports.print import Slip, slips_pdf

    closes = f"{round_.closes_at:%m月%d日%H时%M分}" if round_.closes_at else None
    address = public_url.partition("://")[2]
    return slips_pdf(
        [
            Slip(
                url=slip.url(public_url),
                code=str(slip.code),
                fingerprint=slip.fingerprint,
                round_name=round_.name,
                team_name=slip.team,
                unit_name=slip.unit,
                address=address,
                closes=closes,
            )
            for slip in slips
        ],
        fonts_folder(),
    )


def _private(file: Path) -> Path:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return file
