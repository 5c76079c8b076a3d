"""Printing in the browser: one ZIP with a PDF of slips per unit, made in memory while it is sent, never stored.

Law: no slip ever lies on the server's disk, and the codes count only when the whole file has been handed over: the end
of the ZIP, without which nobody can open it, is sent after they are registered. A download that breaks leaves
everything as it was before.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from survey.domain.rounds import Round, State
from survey.domain.slips import DrawnCodes, PrintedCode, register_codes
from survey.office.needs import Services
from survey.reports.places import fonts_folder
from survey.reports.print_run import by_unit, check_names, file_name, unit_pdf

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # a file that says when it was made says more than the slip


class _Chunks(io.RawIOBase):
    """What ZipFile writes, taken away piece by piece; it cannot seek, so nothing is held back."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = memoryview(data)  # type: ignore[arg-type]  # ZipFile writes bytes
        self._kept += piece
        return piece.nbytes

    def take(self) -> bytes:
        taken = bytes(self._kept)
        self._kept.clear()
        return taken


def slips_zip(services: Services, round_: Round, drawn: DrawnCodes, report: Callable[[str], None]) -> Iterator[bytes]:
    """The bytes of the ZIP. report: called once with "done" or "failed", for the staff log.

    Raises MissingGlyph at once, before anything is sent.
    """
    check_names(round_, fonts_folder())
    if round_.state is State.OPEN:
        return iter(_while_open(services, round_, drawn, report))
    return _streamed(services, round_, drawn, report)


def _streamed(services: Services, round_: Round, drawn: DrawnCodes, report: Callable[[str], None]) -> Iterator[bytes]:
    result = "failed"
    try:
        chunks = _Chunks()
        with ZipFile(chunks, "w", ZIP_STORED) as packed:
            for name, of_unit in _named(drawn.slips):
                packed.writestr(ZipInfo(name, _NO_TIME), _pdf(services, round_, of_unit))
                yield chunks.take()
            register_codes(round_, drawn, registry=services.registry, keys=services.keys)
            result = "done"
        yield chunks.take()
    finally:
        report(result)


def _while_open(services: Services, round_: Round, drawn: DrawnCodes, report: Callable[[str], None]) -> list[bytes]:
    """Whole before it is sent: somebody may use an old code meanwhile, and then a new slip of the unit is left out."""
    pdfs = {of_unit[0].unit_id: _pdf(services, round_, of_unit) for of_unit in by_unit(drawn.slips).values()}
    _, valid = register_codes(round_, drawn, registry=services.registry, keys=services.keys)
    drawn_of, valid_of = by_unit(drawn.slips), by_unit(valid)
    chunks = _Chunks()
    with ZipFile(chunks, "w", ZIP_STORED) as packed:
        for name, of_unit in _named(valid):
            unit = of_unit[0].unit_id
            is_whole = len(valid_of[unit]) == len(drawn_of[unit])
            packed.writestr(ZipInfo(name, _NO_TIME), pdfs[unit] if is_whole else _pdf(services, round_, of_unit))
    report("done")
    return [chunks.take()]


def _named(slips: list[PrintedCode]) -> Iterator[tuple[str, list[PrintedCode]]]:
    """(file name, slips) by unit, in the order of names; a name that comes twice gets a number."""
    used: set[str] = set()
    for of_unit in sorted(by_unit(slips).values(), key=lambda of_unit: file_name(of_unit[0])):
        name = stem = file_name(of_unit[0])
        number = 2
        while name in used:
            name, number = f"{stem}_{number}", number + 1
        used.add(name)
        yield f"{name}.pdf", of_unit


def _pdf(services: Services, round_: Round, of_unit: list[PrintedCode]) -> bytes:
    return unit_pdf(of_unit, round_, services.settings.public_url, fonts_folder())
