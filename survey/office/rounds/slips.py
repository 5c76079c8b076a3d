"""Printing in the browser: one ZIP with a PDF of slips per unit, made in memory while it is sent, never stored.

Law: no slip ever lies on the server's disk, and the codes count only when the whole file has been handed over: the end
of the ZIP, without which nobody can open it, is sent after they are registered. A download that breaks leaves
everything as it was before. In an open round the codes count before the first byte is sent; see _while_open.

Handed over means taken by the HTTP server. What that still holds in memory when the reader goes is lost unseen: granian
2.8 takes whatever it is given at once. So the page asks to try the file, and the slips can be printed again.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from survey.domain.lifecycle import get_round
from survey.domain.rounds import Round, State
from survey.domain.slips import DrawnCodes, PrintedCode, register_codes
from survey.office.long_steps.kinds import PRINTING
from survey.office.long_steps.sending import Sending, send
from survey.office.needs import Services
from survey.reports.places import fonts_folder
from survey.reports.slips.run import by_unit, check_names, file_name, unit_pdfs

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


def slips_zip(services: Services, round_: Round, drawn: DrawnCodes, report: Callable[[str], None]) -> Sending:
    """The bytes of the ZIP, counted in units. report: see sending.send().

    Raises MissingGlyph at once, before anything is sent.
    """
    check_names(round_, fonts_folder())
    way = _while_open if round_.state is State.OPEN else _streamed

    def pieces(sending: Sending) -> Generator[bytes, None, None]:
        return way(services, round_, drawn, sending)

    return send(services, round_.id, PRINTING, pieces, total=len(by_unit(drawn.slips)), report=report)


def _streamed(services: Services, round_: Round, drawn: DrawnCodes, sending: Sending) -> Generator[bytes, None, None]:
    chunks = _Chunks()
    with ZipFile(chunks, "w", ZIP_STORED) as packed:
        for number, (name, _unit, pdf) in enumerate(_made(services, round_, drawn.slips), 1):
            packed.writestr(ZipInfo(name, _NO_TIME), pdf)
            sending.sign(number)
            yield chunks.take()
        sending.settle(lambda: _register(services, round_, drawn))
    yield chunks.take()


def _while_open(services: Services, round_: Round, drawn: DrawnCodes, sending: Sending) -> Generator[bytes, None, None]:
    """Whole before it is sent: somebody may use an old code meanwhile, and then a new slip of the unit is left out."""
    pdfs = {}
    for number, (_name, unit, pdf) in enumerate(_made(services, round_, drawn.slips), 1):
        pdfs[unit] = pdf
        sending.sign(number)
    valid: list[PrintedCode] = []
    sending.settle(lambda: valid.extend(_register(services, round_, drawn)))
    drawn_of, valid_of = by_unit(drawn.slips), by_unit(valid)
    fewer = [slip for slip in valid if len(valid_of[slip.unit_id]) < len(drawn_of[slip.unit_id])]
    pdfs |= {unit: pdf for _name, unit, pdf in _made(services, round_, fewer)}
    chunks = _Chunks()
    with ZipFile(chunks, "w", ZIP_STORED) as packed:
        for name, of_unit in _named(valid):
            packed.writestr(ZipInfo(name, _NO_TIME), pdfs[of_unit[0].unit_id])
            yield chunks.take()
    yield chunks.take()


def _register(services: Services, round_: Round, drawn: DrawnCodes) -> list[PrintedCode]:
    """Raises WrongState where the round has moved on since the codes were drawn: by the command, which asks nobody."""
    get_round(services.registry, round_.id).require(round_.state)
    _, valid = register_codes(round_, drawn, registry=services.registry, keys=services.keys)
    return valid


def _made(services: Services, round_: Round, slips: list[PrintedCode]) -> Iterator[tuple[str, str, bytes]]:
    """(file name, unit id, PDF), in the order of names."""
    named = list(_named(slips))
    units = [of_unit for _name, of_unit in named]
    with closing(unit_pdfs(units, round_, services.settings.public_url, fonts_folder())) as made:
        for (name, of_unit), (_, pdf) in zip(named, made, strict=True):
            yield name, of_unit[0].unit_id, pdf


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
