"""The files of a print run: codes.csv for programs, and one PDF of slips per unit.

Law: the slips exist on disk, synced, before their codes begin to count (domain.slips.register_codes); the order in them
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
from survey.cli.progress import bar
from survey.domain.rounds import Round
from survey.domain.slips import PrintedCode, draw_codes, register_codes
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
    from survey.reports.slips.run import by_unit, file_name, unit_pdfs

    with _private(folder / CODES_FILE).open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(CODES_HEADER)
        table.writerows((slip.evaluation_id, slip.unit, str(slip.code), slip.url(public_url)) for slip in slips)
    units = by_unit(slips).values()
    with bar("Units", len(units)) as progress:
        for number, (of_unit, pdf) in enumerate(unit_pdfs(units, round_, public_url, fonts_folder()), 1):
            file = folder / (safe_name(file_name(of_unit[0]), "The unit") + ".pdf")
            if file.exists():
                raise FileExists(f"{file.name} would be written twice; give the units of the round clearer names.")
            _private(file).write_bytes(pdf)
            progress(number)


def _private(file: Path) -> Path:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return file
